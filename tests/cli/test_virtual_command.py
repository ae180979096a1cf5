"""`maker virtual`: what it prints, what the boards keep, how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import makerlab
from makerlab.cli import virtual as command
from makerlab.errors import PortBusy
from makerlab.link import open_link
from makerlab.repl.session import Session

posix = pytest.mark.skipif(sys.platform == "win32", reason="device files and SIGINT are POSIX things")
LIMIT_S = 20.0


@pytest.fixture
def serving(maker, capsys, monkeypatch) -> Callable[..., list[str]]:
    """`serving("--count", "2", meanwhile=f)`: the lines that `maker virtual` prints. While the boards are
    served f is called with these lines; then it is ended with Ctrl-C."""

    def serve(*arguments: str, meanwhile: Callable[[list[str]], None] = lambda lines: None) -> list[str]:
        lines: list[str] = []

        def wait(_server: object) -> None:
            lines.extend(capsys.readouterr().out.splitlines())
            meanwhile(lines)
            raise KeyboardInterrupt

        monkeypatch.setattr(command, "wait", wait)
        ended = maker("virtual", *arguments)
        assert (ended.code, ended.errors) == (0, [])
        return lines

    return serve


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def on_board(port: str, program: str) -> str:
    """What a program prints on the board at `port`."""
    link = open_link(port)
    try:
        session = Session(link)
        session.enter()
        return session.exec(program).decode()
    finally:
        link.close()


def test_it_says_what_to_type(serving):
    first = free_port()
    lines = serving("--tcp-port", str(first))
    assert lines == [
        f"board-01  socket://127.0.0.1:{first}",
        f"Try it in another window: maker run thermometer --port socket://127.0.0.1:{first}",
        "Ctrl-C ends.",
    ]


def test_json_is_one_line_that_names_every_board(serving):
    lines = serving("--count", "3", "--tcp-port", "0", "--fresh", "--json")
    boards = json.loads(lines[0])
    assert len(lines) == 1
    assert [board["name"] for board in boards] == ["board-01", "board-02", "board-03"]
    assert len({board["port"] for board in boards}) == 3
    assert boards[0] == {"name": "board-01", "board": "esp32", "port": boards[0]["port"], "fresh": True}


def test_maker_itself_is_a_client(serving, maker):
    seen = []

    def meanwhile(lines: list[str]) -> None:
        port = lines[0].split()[1]
        seen.append(on_board(port, "import os; print(os.uname().sysname)"))
        with pytest.raises(PortBusy):  # the same board, by its other name
            open_link("virtual:esp32/board-01")

    serving("--tcp-port", "0", meanwhile=meanwhile)
    assert seen == ["esp32\r\n"]


def test_boards_keep_their_files_unless_they_are_fresh(serving):
    seen = []

    def look(lines: list[str]) -> None:
        port = lines[0].split()[1]
        seen.append(on_board(port, "import os; print(os.listdir()); open('mine', 'w').close()").strip())

    serving("--tcp-port", "0", meanwhile=look)
    serving("--tcp-port", "0", "--fresh", meanwhile=look)
    serving("--tcp-port", "0", meanwhile=look)
    assert seen == ["[]", "[]", "['mine']"]


def test_fresh_boards_are_different_boards(serving):
    seen = []

    def look(lines: list[str]) -> None:
        seen.extend(
            on_board(line.split()[1], "import machine; print(machine.unique_id())") for line in lines[:2]
        )

    serving("--count", "2", "--tcp-port", "0", "--fresh", meanwhile=look)
    assert len(set(seen)) == 2


def test_scene_and_baud_reach_the_board(serving, tmp_path):
    scene = tmp_path / "冷 a&b.yaml"
    scene.write_text(
        "cold:\n  title: {zh: 冷, en: cold}\n  quantities:\n    temperature_c: [{constant: -5}]\n",
        encoding="utf-8",
    )
    program = "import dht, machine; d = dht.DHT22(machine.Pin(4)); d.measure(); print(d.temperature())"
    seen = []
    serving(
        "--tcp-port", "0", "--baud", "115200", "--scene", str(scene),
        meanwhile=lambda lines: seen.append(on_board(lines[0].split()[1], program)),
    )  # fmt: skip
    assert seen == ["-5.0\r\n"]


@posix
def test_device_files(serving):
    seen = []

    def meanwhile(lines: list[str]) -> None:
        ports = [line.split()[1] for line in lines[:2]]
        assert all(Path(port).exists() for port in ports)
        seen.extend(on_board(port, "print(6 * 7)") for port in ports)

    serving("--count", "2", "--pty", "--fresh", meanwhile=meanwhile)
    assert seen == ["42\r\n"] * 2


def test_windows_has_no_device_files(maker, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    ended = maker("virtual", "--pty")
    assert ended.code == 2
    assert ended.errors[0] == "Error: Windows has no device files for virtual boards."
    assert len(ended.errors) == 2


def test_a_taken_port_is_two_lines(maker):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = listener.getsockname()[1]
        ended = maker("virtual", "--tcp-port", str(taken))
    assert ended.code == 1
    assert ended.errors[0] == f"Error: TCP port {taken} of this computer is taken by another program."
    assert len(ended.errors) == 2 and "--tcp-port" in ended.errors[1]
    # Its board is free again.
    open_link("virtual:esp32/board-01").close()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--count", "0"],
        ["--count", "100"],
        ["--board", "esp8266"],
        ["--baud", "7"],
        ["--tcp-port", "65536"],
        ["--tcp-port", "65535", "--count", "2"],
        ["--scene", "no-such-scene"],
        pytest.param(["--pty", "--tcp-port", "5000"], marks=posix),
    ],
)
def test_what_cannot_be_is_two_lines(maker, arguments):
    ended = maker("virtual", *arguments)
    assert ended.code == 2
    assert len(ended.errors) == 2


@posix
@pytest.mark.parametrize("arguments", [["--tcp-port", "0"], ["--pty"]])
def test_ctrl_c_ends_it_whatever_the_board_does(arguments):
    program = [sys.executable, "-m", "makerlab", "virtual", "--fresh", "--json", *arguments]
    host = str(Path(makerlab.__file__).parents[1])  # this makerlab, installed or not
    with subprocess.Popen(
        program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": host},
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            port = json.loads(process.stdout.readline())[0]["port"]
            link = open_link(port)
            session = Session(link)
            session.enter()
            session.start("print('on')\nwhile True: pass")
            process.send_signal(signal.SIGINT)
            out, errors = process.communicate(timeout=LIMIT_S)
            link.close()
        finally:
            process.kill()
    assert (process.returncode, out, errors) == (0, "", "")
