"""`maker boards` and the survey behind it; the boards are programs behind pseudo-terminals."""

from __future__ import annotations

import itertools
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from click.testing import CliRunner, Result
from serial.tools import list_ports as pyserial_ports
from serial.tools.list_ports_common import ListPortInfo

from makerlab.boards import Usb
from makerlab.cli import boards as command
from makerlab.cli.main import maker
from makerlab.errors import PortBusy
from makerlab.i18n import set_language
from makerlab.link.ports import PortInfo
from makerlab.link.serial_port import open as open_port
from makerlab.repl.probe import Found
from makerlab.survey import Seen, Watcher

posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are a POSIX thing")

ESP32 = Usb(0x1A86, 0x7523)
MICROBIT = Usb(0x0D28, 0x0204, "9904" + "0" * 44)
ESP32_ANSWER = (
    b"\r\nMicroPython v1.24.1 on 2024-11-29; Generic ESP32 module with ESP32\r\n"
    b'Type "help()" for more information.\r\n>>> '
)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    set_language("en")
    yield
    set_language("en")


@contextmanager
def plugged(answer: bytes, usb: Usb = ESP32) -> Iterator[ListPortInfo]:
    """A board that answers Ctrl-B with `answer`, as pyserial lists it."""
    import pty
    import tty

    board, port = pty.openpty()
    tty.setraw(port)

    def serve() -> None:
        try:
            while data := os.read(board, 100):
                if b"\x02" in data:
                    os.write(board, answer)
        except OSError:
            return

    threading.Thread(target=serve, daemon=True).start()
    info = ListPortInfo(os.ttyname(port), skip_link_detection=True)
    info.vid, info.pid, info.serial_number = usb.vid, usb.pid, usb.serial
    yield info
    os.close(port)
    os.close(board)


def maker_boards(monkeypatch: pytest.MonkeyPatch, infos: list[ListPortInfo], *options: str) -> Result:
    monkeypatch.setattr(pyserial_ports, "comports", lambda: infos)
    return CliRunner(env={"COLUMNS": "150"}).invoke(maker, ["boards", "--lang", "en", *options])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_port_at_all_names_the_virtual_board(monkeypatch, language):
    result = maker_boards(monkeypatch, [], "--lang", language)
    assert result.exit_code == 0
    assert "virtual:esp32" in result.output


def test_no_port_is_an_empty_list_for_scripts(monkeypatch):
    result = maker_boards(monkeypatch, [], "--json")
    assert result.exit_code == 0
    assert json.loads(result.output) == []


@posix
def test_a_board_is_asked_and_named(monkeypatch):
    with plugged(ESP32_ANSWER) as info:
        result = maker_boards(monkeypatch, [info])
        assert result.exit_code == 0
        (line,) = [line for line in result.output.splitlines() if info.device in line]
        assert line.split() == [info.device, "ESP32", "MicroPython", "1.24.1", "CH340"]


@posix
def test_the_fields_for_scripts(monkeypatch):
    with plugged(ESP32_ANSWER) as info:
        result = maker_boards(monkeypatch, [info], "--json")
        assert json.loads(result.output) == [
            {
                "port": info.device,
                "label": "",
                "id": "",
                "usb": {"id": "1A86:7523", "serial": "", "product": "", "location": ""},
                "usb_chip": "CH340",
                "can_be": ["esp32", "esp32s2", "esp32s3", "esp32c3", "esp32c6", "arduino", "esp8266"],
                "board": "esp32",
                "runs": "micropython",
                "version": "1.24.1",
                "machine": "Generic ESP32 module with ESP32",
                "problem": "",
            }
        ]


@posix
def test_a_port_in_use_says_by_whom_it_may_be(monkeypatch):
    with plugged(ESP32_ANSWER) as info, closing(open_port(info.device)):
        result = maker_boards(monkeypatch, [info])
    assert result.exit_code == 0
    assert "in use" in result.output
    assert "Thonny" in result.output


@posix
def test_a_look_alike_comes_with_advice(monkeypatch):
    answer = b"\r\nAdafruit CircuitPython 9.0.4 on 2024-04-16; Adafruit QT Py with ESP32S3\r\n>>> "
    with plugged(answer, Usb(0x239A, 0x8143)) as info:
        result = maker_boards(monkeypatch, [info])
        assert "CircuitPython 9.0.4" in result.output
        assert "flash MicroPython on it first" in result.output


def test_ports_of_others_are_neither_shown_nor_opened(monkeypatch):
    bluetooth = ListPortInfo("COM5", skip_link_detection=True)
    bluetooth.hwid, bluetooth.description = "BTHENUM\\{0000}", "Bluetooth"
    result = maker_boards(monkeypatch, [bluetooth])
    assert "COM5" not in result.output


# -- what is seen, told in a few words ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("usb", "found", "board"),
    [
        (ESP32, Found("silent"), "an ESP32 board, or an Arduino or the like"),
        (MICROBIT, Found("silent"), "micro:bit V2"),
        (Usb(0x0D28, 0x0204, "9906" + "0" * 44), Found("silent"), "micro:bit V2 or Calliope mini 3"),
        (Usb(0x303A, 0x4001), Found("program"), "ESP32-S2 or ESP32-S3"),
        (ESP32, Found("micropython", "1.24", "Something new with ESP32H2"), "Something new with ESP32H2"),
        (Usb(0xDEAD, 0xBEEF), Found("silent"), "unknown"),
        (None, None, "unknown"),
        (Usb(0x2341, 0x0043), None, "Arduino"),
    ],
)
def test_what_a_board_is_called(usb, found, board):
    assert command._board(Seen(PortInfo("COM3", "", usb), found)) == board


# -- watching ----------------------------------------------------------------------------------------------


class Bench:
    """Ports that come and go; it notes who was asked."""

    def __init__(self) -> None:
        self.ports: list[PortInfo] = []
        self.asked: list[list[str]] = []
        self.answers: dict[str, Found] = {}

    def listed(self) -> list[PortInfo]:
        return self.ports

    def ask(self, ports) -> dict[str, Found]:
        self.asked.append(list(ports))
        return {port: self.answers.get(port, Found("silent")) for port in ports}


def test_changes_as_they_come():
    bench = Bench()
    watcher = Watcher(bench.listed, bench.ask)
    assert watcher.look() == []
    com3, com4 = PortInfo("COM3", "", ESP32, "1-1"), PortInfo("COM4", "", MICROBIT, "1-2")

    bench.ports = [com3]
    assert [(change.event, change.seen.info) for change in watcher.look()] == [("plugged", com3)]
    bench.ports = [com3, com4]
    assert [(change.event, change.seen.info) for change in watcher.look()] == [("plugged", com4)]
    assert bench.asked[-1] == ["COM4"]  # who is there already is left alone
    assert watcher.look(ask_again=True) == []
    bench.ports = [com4]
    assert [(change.event, change.seen.info) for change in watcher.look()] == [("unplugged", com3)]

    # Another board at the same port, within one look.
    bench.ports = [PortInfo("COM4", "", ESP32, "1-2")]
    assert [change.event for change in watcher.look()] == ["unplugged", "plugged"]
    assert list(watcher.seen) == ["COM4"]


def test_a_port_in_use_is_asked_again_until_it_is_free():
    bench = Bench()
    bench.ports = [PortInfo("COM3", "", ESP32)]
    bench.answers["COM3"] = Found("closed", error=PortBusy(port="COM3"))
    watcher = Watcher(bench.listed, bench.ask)
    assert watcher.look()[0].seen.as_json()["problem"]
    assert watcher.look() == []
    assert watcher.look(ask_again=True) == []
    bench.answers["COM3"] = Found("micropython", "1.24.1", "Generic ESP32 module with ESP32")
    (change,) = watcher.look(ask_again=True)
    assert (change.event, change.seen.as_json()["board"]) == ("changed", "esp32")


def test_what_cannot_answer_is_not_asked():
    """Opening an Arduino's port restarts it; a port without USB is no board's."""
    bench = Bench()
    bench.ports = [PortInfo("COM8", "", Usb(0x2341, 0x0043)), PortInfo("CNCA0", "", None)]
    watcher = Watcher(bench.listed, bench.ask)
    assert [change.seen.found for change in watcher.look()] == [None, None]
    assert bench.asked == [[]]


def looks_until_ctrl_c(monkeypatch: pytest.MonkeyPatch, looks: Callable[[int], list[ListPortInfo]]) -> None:
    count = itertools.count()
    monkeypatch.setattr(pyserial_ports, "comports", lambda: looks(next(count)))

    def sleep(_seconds: float) -> None:
        if next(sleeps) == 3:
            raise KeyboardInterrupt

    sleeps = itertools.count()
    monkeypatch.setattr(command.time, "sleep", sleep)


def uno() -> ListPortInfo:
    info = ListPortInfo("COM8", skip_link_detection=True)
    info.vid, info.pid = 0x2341, 0x0043
    return info


def test_watching_for_scripts_gives_a_line_a_change(monkeypatch):
    looks_until_ctrl_c(monkeypatch, lambda look: [uno()] if look == 1 else [])
    result = CliRunner().invoke(maker, ["boards", "--watch", "--json"])
    assert result.exit_code == 0
    records = [json.loads(line) for line in result.output.splitlines()]
    assert [(record["event"], record["port"], record["board"]) for record in records] == [
        ("plugged", "COM8", "arduino"),
        ("unplugged", "COM8", "arduino"),
    ]


def test_watching_without_a_terminal_prints_lines(monkeypatch):
    looks_until_ctrl_c(monkeypatch, lambda look: [uno()] if look == 1 else [])
    result = CliRunner().invoke(maker, ["boards", "--watch", "--lang", "en"])
    assert result.exit_code == 0
    assert [line.split() for line in result.output.splitlines()] == [
        ["plugged", "in", "COM8", "Arduino", "Arduino"],
        ["unplugged", "COM8", "Arduino", "Arduino"],
    ]


def test_watching_in_a_terminal_shows_the_table(monkeypatch):
    from rich.console import Console

    looks_until_ctrl_c(monkeypatch, lambda look: [uno()] if look == 1 else [])
    monkeypatch.setattr(command, "_console", lambda: Console(force_terminal=True, width=100))
    result = CliRunner().invoke(maker, ["boards", "--watch", "--lang", "en"])
    assert result.exit_code == 0
    assert "COM8" in result.output
    assert "Ctrl-C" in result.output
