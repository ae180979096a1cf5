"""What only a real board can confirm of links and boards.yaml: pytest tests/hardware --port COM3

The board must be at MicroPython's prompt (no main.py that runs). Nothing is written to its files.
"""

from __future__ import annotations

import time

import pytest

from makerlab.boards import Board, candidates, identify
from makerlab.errors import PortBusy
from makerlab.link import Link, open_link
from makerlab.link.ports import list_ports, look_up
from makerlab.repl.probe import ask

PROMPT = b">>> "
ANSWER_S = 3.0
START_S = 8.0


def talk(link: Link, line: str) -> str:
    """Type one line at the prompt; what the board prints until the next one."""
    link.write(line.encode() + b"\r")
    return hear(link, ANSWER_S).partition("\r\n")[2].removesuffix("\r\n>>> ")


def hear(link: Link, for_s: float) -> str:
    heard = b""
    deadline = time.monotonic() + for_s
    while not heard.endswith(PROMPT):
        assert time.monotonic() < deadline, heard
        heard += link.read(0.1).data
    return heard.decode()


def is_serial(port: str) -> bool:
    return ":" not in port


def test_opening_does_not_restart_the_board(board_port):
    """A variable at the prompt is still there after the port was closed and opened, three times."""
    with open_link(board_port) as link:
        ask(link)
        talk(link, "marker = 4711")
    for _time in range(3):
        with open_link(board_port) as link:
            assert talk(link, "print(marker)") == "4711"


def test_what_answers_is_what_usb_allows(board_port):
    with open_link(board_port) as link:
        found = ask(link)
    assert found.kind == "micropython"
    board = identify("", found.machine)
    assert board is not None, found.machine
    info, _reason = look_up(board_port)
    if info is not None:
        assert board in candidates(info.usb)
        assert info in list_ports()


def test_what_the_board_says_of_itself_agrees(board_port):
    with open_link(board_port) as link:
        banner = ask(link).machine
        platform = talk(link, "import sys; print(sys.platform)")
        machine = talk(link, "import os; print(os.uname().machine)")
    board = identify(platform, machine)
    assert isinstance(board, Board)
    assert board == identify("", banner)


def test_the_reset_button_by_wire(board_port):
    with open_link(board_port) as link:
        ask(link)
        talk(link, "marker = 4711")
        if not link.reset():
            pytest.skip(f"{board_port} has no reset by wire")
        hear(link, START_S)
        assert "NameError" in talk(link, "print(marker)")


def test_a_second_program_finds_the_port_busy(board_port):
    if not is_serial(board_port):
        pytest.skip(f"{board_port} is no serial port")
    with open_link(board_port), pytest.raises(PortBusy):
        open_link(board_port)


def test_a_flood_arrives_whole(board_port):
    """20,000 bytes in one go: what a receive buffer of the driver or the interface chip might drop."""
    with open_link(board_port) as link:
        ask(link)
        said = talk(link, "for i in range(400): print('%048d' % i)\r\r\r")
        if f"{399:048}" not in said:
            said += hear(link, 20.0)
    assert [line for line in said.split("\r\n") if line.isdigit()] == [f"{i:048}" for i in range(400)]
