"""Other people's programs work with virtual boards: mpremote, ampy, and what Thonny says when it connects."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from makerlab.virtual import serve
from makerlab.virtual.board import VirtualBoard
from makerlab.virtual.profile import ESP32

posix = pytest.mark.skipif(sys.platform == "win32", reason="device files are a POSIX thing")
LIMIT_S = 20.0
"""For one run of a client, which takes a second; only a broken test waits so long."""
HELLO = 'print("hello from the board")\n'
DATA = random.Random(1).randbytes(3000)


@pytest.fixture
def board() -> Iterator[VirtualBoard]:
    board = VirtualBoard(ESP32)
    yield board
    board.close()


@pytest.fixture
def address(board: VirtualBoard, request: pytest.FixtureRequest) -> Iterator[str]:
    """That board behind a TCP port, or a device file when parametrized with "pty"."""
    pty = getattr(request, "param", "tcp") == "pty"
    with serve.Server() as server:
        where = server.add(serve.PtyDoor(board) if pty else serve.TcpDoor(board, 0))
        board.start()
        server.start()
        yield where


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the clients work."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hello.py").write_text(HELLO, encoding="utf-8")
    (tmp_path / "data.bin").write_bytes(DATA)
    return tmp_path


def client(*words: str, code: int = 0) -> str:
    """Run a client; what it printed."""
    ended = subprocess.run(
        [sys.executable, "-m", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        timeout=LIMIT_S, text=True, encoding="utf-8",
    )  # fmt: skip
    assert ended.returncode == code, ended.stdout
    return ended.stdout


# -- mpremote ----------------------------------------------------------------------------------------------

Mpremote = Callable[..., str]


@pytest.fixture
def mpremote(address: str, desk: Path) -> Mpremote:
    return lambda *words, code=0: client("mpremote", "connect", address, *words, code=code)


both = pytest.mark.parametrize("address", ["tcp", pytest.param("pty", marks=posix)], indirect=True)
either = pytest.mark.parametrize("address", ["tcp" if sys.platform == "win32" else "pty"], indirect=True)
"""A device file where there are any: mpremote is twice as fast with them."""
device_file = pytest.mark.parametrize("address", [pytest.param("pty", marks=posix)], indirect=True)


@both
def test_mpremote_runs_programs(mpremote):
    assert mpremote("exec", "print(6*7)") == "42\n"
    assert mpremote("eval", "1/4") == "0.25\n"
    assert mpremote("run", "hello.py") == "hello from the board\n"
    assert "ValueError: 3" in mpremote("exec", "raise ValueError(3)", code=1)
    # The first program is still running when the second one comes.
    mpremote("exec", "--no-follow", "while True: print('tick')")
    assert mpremote("exec", "print('next')") == "next\n"


@both
def test_mpremote_copies_a_file(mpremote, desk):
    mpremote("fs", "cp", "data.bin", ":there.bin", "+", "fs", "cp", ":there.bin", "back.bin")
    assert (desk / "back.bin").read_bytes() == DATA


@either
def test_mpremote_handles_files(mpremote, desk):
    mpremote("fs", "cp", "hello.py", "data.bin", ":")
    assert mpremote("fs", "cat", ":hello.py") == HELLO
    assert re.findall(r"(\d+) (\S+)\n", mpremote("fs", "ls")) == [("30", "hello.py"), ("3000", "data.bin")]
    assert hashlib.sha256(DATA).hexdigest() in mpremote("fs", "sha256sum", ":data.bin")
    mpremote("fs", "mkdir", ":folder", "+", "fs", "touch", ":folder/empty")
    assert " 0 empty\n" in mpremote("fs", "ls", ":folder")
    mpremote("fs", "rm", ":folder/empty", "+", "fs", "rmdir", ":folder")
    assert "No such file or directory" in mpremote("fs", "cat", ":folder/empty", code=1)
    assert re.search(r" 2097152 +\d+ +\d+ +\d+ /\n", mpremote("df"))


@either
def test_mpremote_copies_folders_and_finds_what_is_there_already(mpremote, desk):
    (desk / "pack" / "inside").mkdir(parents=True)
    (desk / "pack" / "inside" / "数据.txt").write_text("五年级", encoding="utf-8")
    mpremote("fs", "cp", "-r", "pack", ":")
    assert "数据.txt" in mpremote("fs", "tree")
    assert "Up to date: ./pack/inside/数据.txt" in mpremote("fs", "cp", "-r", "pack", ":")
    mpremote("fs", "rm", "-r", ":pack")
    assert mpremote("fs", "ls") == "ls :\n"


def switched_on_at(board: VirtualBoard) -> float:
    return round(board.clock.now() - board.uptime_s(), 3)


@either
def test_mpremote_resets(mpremote, board):
    mpremote("exec", "x = 1", "+", "resume", "exec", "x")
    assert "NameError" in mpremote("soft-reset", "exec", "x", code=1)
    mpremote("fs", "cp", "hello.py", ":")
    before = switched_on_at(board)
    mpremote("reset")  # which the board does a moment later, if nobody interrupts it
    with board.uart.changed:
        assert board.uart.changed.wait_for(lambda: switched_on_at(board) != before, LIMIT_S)
    assert mpremote("resume", "eval", "__import__('machine').reset_cause()") == "2\n"  # HARD_RESET
    assert mpremote("exec", "import hello") == "hello from the board\n"


@both
def test_mpremote_mounts_a_folder_of_this_computer(mpremote, desk):
    (desk / "lesson.py").write_text("import hello\nopen('written.txt', 'w').write('by the board')\n")
    seen = mpremote("mount", ".", "exec", "import lesson, os; print(os.listdir())")
    assert "hello from the board" in seen and "'lesson.py'" in seen
    assert (desk / "written.txt").read_text() == "by the board"
    assert "hello from the board" in mpremote("mount", ".", "run", "hello.py")
    assert mpremote("exec", "import os; print(os.listdir('/'))") == "[]\n"


@device_file
def test_mpremote_repl_is_a_terminal_at_the_board(address, desk):
    # Not over TCP: there mpremote 1.29 asks pyserial's socket for a file number it has not got.
    import tty

    keyboard, terminal = os.openpty()
    tty.setraw(terminal)
    program = [sys.executable, "-m", "mpremote", "connect", address, "repl"]
    with subprocess.Popen(program, stdin=terminal, stdout=terminal, stderr=terminal) as process:
        os.close(terminal)
        try:
            screen = b""
            for typed, seen in (
                (b"\r", b">>> "),
                (b"for i in range(3):\ri*i\r\r\r\r", b"\r\n0\r\n1\r\n4\r\n>>> "),
                (b"import time; print('o' + 'n'); time.sleep(1000)\r", b"on\r\n"),
                (b"\x03", b"KeyboardInterrupt: \r\n>>> "),
                (b"\x04", b"MPY: soft reboot\r\n"),
                (b"'still' + ' here'\r", b"'still here'\r\n>>> "),
            ):
                os.write(keyboard, typed)
                while seen not in screen:
                    assert select.select([keyboard], [], [], LIMIT_S)[0], f"{seen!r} did not come: {screen!r}"
                    screen += os.read(keyboard, 4096)
                screen = screen.partition(seen)[2]
            os.write(keyboard, b"\x1d")  # Ctrl-], mpremote's own way out
            assert process.wait(LIMIT_S) == 0
        finally:
            process.kill()
            os.close(keyboard)


# -- ampy --------------------------------------------------------------------------------------------------


@device_file
def test_ampy_handles_files_and_runs_programs(address, desk):
    def ampy(*words: str, code: int = 0) -> str:
        return client("ampy.cli", "--port", address, *words, code=code)

    ampy("put", "data.bin")
    assert ampy("ls", "-l") == "/data.bin - 3000 bytes\n"
    ampy("get", "data.bin", "back.bin")
    assert (desk / "back.bin").read_bytes() == DATA
    assert ampy("run", "hello.py").strip() == HELLO[7:-3]
    ampy("mkdir", "folder")
    assert "Directory already exists: folder" in ampy("mkdir", "folder", code=1)
    ampy("rm", "data.bin")
    assert "No such file: data.bin" in ampy("get", "data.bin", code=1)
    ampy("rmdir", "folder")
    ampy("reset")
    assert ampy("ls") == ""


# -- Thonny ------------------------------------------------------------------------------------------------

OPENING = json.loads((Path(__file__).parent / "thonny_opening.json").read_text(encoding="utf-8"))
"""What Thonny 5.0.1 sends when it connects and what it must be answered, written down from a conversation of
its own back-end (thonny.plugins.esp.esp_back) with this board; its programs are shortened to what they need
of the board. `send`: these characters, answered with something that ends with `until`. `paste`: a program by
raw paste, which prints what the pattern `prints` says, with `error` as its traceback."""


def test_thonny_connects(plug):
    terminal = plug()
    for step in OPENING:
        if "send" in step:
            terminal.send(step["send"])
            terminal.expect(step["until"])
            continue
        raw_paste(terminal, step["paste"].encode())
        output = terminal.expect("\x04")[:-1].decode()
        error = terminal.expect("\x04>")[:-2].decode()
        assert re.fullmatch(step["prints"], output, re.DOTALL), (step["why"], output, error)
        assert re.fullmatch(step.get("error", ""), error), (step["why"], error)


def raw_paste(terminal, program: bytes) -> None:
    """Send a program as Thonny and mpremote do: a window at a time, each further one when it is granted."""
    terminal.send(b"\x05A\x01")
    assert terminal.expect("R\x01")
    window = room = int.from_bytes(take(terminal, 2), "little")
    while program:
        while room == 0 or terminal.unread:
            granted = take(terminal, 1)
            if granted == b"\x04":  # the compiler has given up
                terminal.send(b"\x04")
                return
            assert granted == b"\x01"
            room += window
        terminal.send(program[:room])
        program, room = program[room:], max(0, room - len(program))
    terminal.send(b"\x04")
    terminal.expect("\x04")


def take(terminal, count: int) -> bytes:
    """The next `count` bytes from the board."""
    while len(terminal.unread) < count:
        data = terminal.board.read(LIMIT_S)
        assert data
        terminal.unread += data
    data, terminal.unread = terminal.unread[:count], terminal.unread[count:]
    return data
