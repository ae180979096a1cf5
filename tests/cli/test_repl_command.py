"""exec, reset and repl, on genuine MicroPython; the terminal is a genuine pseudo-terminal."""

from __future__ import annotations

import io
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from makerlab import connect, link
from makerlab.cli.board_text import BoardText
from makerlab.cli.console import windows_keys
from makerlab.link.base import Chunk
from makerlab.link.open import open_link

ESP32, MICROBIT = "virtual:esp32?fresh=1", "emulated:microbit-v1?fresh=1"
needs_qemu = pytest.mark.skipif(shutil.which("qemu-system-arm") is None, reason="needs QEMU")
posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are a POSIX thing")
WAIT_S = 20.0
"""For what must come; only a failing test waits so long."""


@pytest.fixture(params=[ESP32, pytest.param(MICROBIT, marks=needs_qemu)])
def port(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> dict[str, str]:
    """For commands in a process of their own; one place for the compiled runtime."""
    import makerlab

    home = tmp_path_factory.mktemp("home")
    path = str(Path(makerlab.__file__).parents[1])
    return {**os.environ, "MAKER_HOME": str(home), "MAKER_LANG": "en", "PYTHONPATH": path, "PYTHONUTF8": "1"}


# -- exec --------------------------------------------------------------------------------------------------


def test_exec_prints_what_the_board_prints(maker, port):
    assert maker("exec", "print('你好', 1 + 1); print('x', end='')", "--port", port) == (0, "你好 2\nx", [])


def test_exec_says_which_line_was_wrong(maker, port, monkeypatch):
    program = "print('before')\ndef f():\n    return 1 // 0\nf()\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(program.encode()), encoding="utf-8"))
    ended = maker("exec", "-", "--port", port)
    assert (ended.code, ended.out, len(ended.errors)) == (1, "before\n", 2)
    assert "Line 3:" in ended.errors[0]
    assert "ZeroDivisionError" in ended.errors[0]


def test_exec_keeps_its_hands_off_a_long_output(maker):
    ended = maker("exec", "for i in range(20000): print(i)", "--port", ESP32)
    assert ended.out == "".join(f"{number}\n" for number in range(20000))


def test_exec_ends_when_the_board_starts_anew(maker, port):
    ended = maker("exec", "import machine; machine.reset()", "--port", port)
    assert (ended.code, len(ended.errors)) == (1, 2)
    assert "started anew" in ended.errors[0]


@pytest.mark.parametrize(
    ("code", "named"),
    [("main.py", "maker run main.py"), ("print(1)\x04", "copying"), ("print('\ud800')", "copying")],
)
def test_exec_of_what_is_no_code(maker, code, named):
    Path("main.py").write_text("print(1)", encoding="utf-8")
    ended = maker("exec", code, "--port", "COM77")
    assert (ended.code, len(ended.errors)) == (2, 2)
    assert named in ended.errors[1]


def test_exec_of_no_text(maker, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(bytes(range(256))), encoding="utf-8"))
    assert maker("exec", "-", "--port", "COM77").code == 2


def test_several_boards_are_told_apart(maker):
    ended = maker("exec", "print('hello')", "--port", "virtual:esp32/a", "--port", "virtual:esp32/b")
    assert ended.code == 0
    assert sorted(ended.out.splitlines()) == ["virtual:esp32/a: hello", "virtual:esp32/b: hello"]


@posix
@pytest.mark.parametrize("ports", [[ESP32], ["virtual:esp32/a", "virtual:esp32/b"]])
def test_ctrl_c_ends_a_flood(environment, tmp_path, ports):
    options = [word for one in ports for word in ("--port", one)]
    command = [sys.executable, "-m", "makerlab", "exec", "while True: print('flood')", *options]
    process = subprocess.Popen(
        command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert b"flood" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=WAIT_S)
    assert process.returncode == 0, err
    assert b"Traceback" not in out + err


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([b"a\r\nb\r\n"], "a\nb\n"),
        ([b"a\r", b"\nb"], "a\nb"),
        ([b"50%\r", b"60%\r"], "50%\r60%\r"),
        ([b"\xe6\xb8", b"\xa9"], "温"),
        ([b"\xff", b"\xe6"], "\ufffd\ufffd"),
    ],
)
def test_board_text(pieces, text):
    board = BoardText()
    assert "".join([board.feed(piece) for piece in pieces] + [board.feed(b"", final=True)]) == text


# -- reset -------------------------------------------------------------------------------------------------


class KeptOpen:
    """A link that outlives the commands which use it, as a board does that stays plugged in."""

    def __init__(self, port: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self._link = open_link(port)
        self._heard = b""
        for module in (link, connect):
            monkeypatch.setattr(module, "open_link", lambda _port: self)

    def __getattr__(self, name: str):
        return getattr(self._link, name)

    def __enter__(self) -> KeptOpen:
        return self

    def __exit__(self, *exc_info: object) -> None:
        pass

    def close(self) -> None:
        pass

    def read(self, timeout_s: float) -> Chunk:
        chunk = self._link.read(timeout_s)
        self._heard += chunk.data
        return chunk

    def hear(self, text: bytes) -> None:
        """Wait until the board has said `text`, to whomever."""
        deadline = time.monotonic() + WAIT_S
        while text not in self._heard:
            assert time.monotonic() < deadline, self._heard
            self.read(0.1)

    def unplug(self) -> None:
        self._link.close()


@pytest.mark.parametrize("options", [[], ["--hard"]])
def test_reset_runs_the_program_of_the_board(maker, port, options, monkeypatch):
    board = KeptOpen(port, monkeypatch)
    try:
        Path("main.py").write_text("print('main', 'ran')\n", encoding="utf-8")
        assert maker("put", "main.py", "--port", port).code == 0
        assert maker("exec", "a = 1", "--port", port).code == 0
        ended = maker("reset", *options, "--port", port)
        assert (ended.code, ended.errors, len(ended.out.splitlines())) == (0, [], 1)
        board.hear(b"main ran\r\n")
        assert "NameError" in maker("exec", "print(a)", "--port", port).errors[0]
    finally:
        board.unplug()


def test_a_link_without_a_reset_wire_says_so(maker):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"socket://127.0.0.1:{server.getsockname()[1]}"
        ended = maker("reset", "--hard", "--port", address)
    assert (ended.code, len(ended.errors)) == (1, 2)
    assert "reset button" in ended.errors[1]


def test_a_board_that_hangs_is_advised_the_button(maker, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr("makerlab.repl.session.ENTER_WAITS_S", (0.01, 0.01))
        address = f"socket://127.0.0.1:{server.getsockname()[1]}"
        ended = maker("reset", "--port", address)
    assert (ended.code, len(ended.errors)) == (1, 2)


# -- repl --------------------------------------------------------------------------------------------------


class Window:
    """A terminal window with a command in it: `type` keys, `until` text is seen."""

    def __init__(self, environment: dict[str, str], *words: str) -> None:
        import pty

        self._window, inside = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "makerlab", *words],
            stdin=inside,
            stdout=inside,
            stderr=inside,
            env=environment,
            start_new_session=True,
        )
        self._inside = inside
        self._seen = b""

    def type(self, keys: str) -> None:
        os.write(self._window, keys.encode("utf-8"))

    def until(self, text: str) -> str:
        """What is shown up to `text` and with it."""
        wanted = text.encode("utf-8")
        deadline = time.monotonic() + WAIT_S
        while wanted not in self._seen:
            assert time.monotonic() < deadline, f"waited for {text!r}, saw {self._seen!r}"
            if select.select([self._window], [], [], 0.1)[0]:
                self._seen += os.read(self._window, 1 << 16)
        shown, self._seen = self._seen.split(wanted, 1)
        return (shown + wanted).decode("utf-8", "replace")

    def is_raw(self) -> bool:
        import termios

        return not termios.tcgetattr(self._inside)[3] & termios.ECHO

    def shut(self) -> None:
        os.close(self._inside)
        os.close(self._window)
        self._window = -1

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self._window >= 0:
            self.shut()


@pytest.fixture
def window(environment) -> Iterator:
    windows = []

    def open_window(*words: str) -> Window:
        windows.append(Window(environment, *words))
        return windows[-1]

    yield open_window
    for one in windows:
        one.end()


PASTED = "def f(n):\n    for i in range(n):\n        print('数', i)\n\n    return n\n\nf(2)\n"


@posix
def test_a_session_at_the_prompt(window, port):
    screen = window("repl", "--port", port)
    greeting = screen.until(">>> ")
    assert "Ctrl-]" in greeting
    assert "Ctrl-X" in greeting
    assert screen.is_raw()

    for key in "print(1+1)\r":
        screen.type(key)
    screen.until("2\r\n>>> ")
    screen.type("print('你好')")  # as an input method hands it over: all at once
    screen.type("\r")
    screen.until("\r\n你好\r\n>>> ")
    screen.type("\x1b[A\r")  # the board's own history
    screen.until("\r\n你好\r\n>>> ")

    for paste in ("\x1b[200~" + PASTED + "\x1b[201~", PASTED.replace("\n", "\r")):
        screen.type(paste)
        screen.until("=== f(2)\r\n")
        screen.until("数 0\r\n数 1\r\n")
        screen.until(">>> ")

    for key in "while True: print(1)\r\r":
        screen.type(key)
    screen.until("1\r\n1\r\n1\r\n")
    screen.type("\x03")
    screen.until("KeyboardInterrupt")
    screen.until(">>> ")

    screen.type("\x1d")
    assert screen.process.wait(WAIT_S) == 0
    assert not screen.is_raw()


@posix
def test_it_does_not_stop_a_running_program(window, maker, environment, monkeypatch):
    monkeypatch.setenv("MAKER_HOME", environment["MAKER_HOME"])
    program = "import time\nwhile True:\n  print('alive')\n  time.sleep_ms(20)\n"
    Path("main.py").write_text(program, encoding="utf-8")
    assert maker("put", "main.py", "--port", "virtual:esp32/busy").code == 0
    screen = window("repl", "--port", "virtual:esp32/busy")
    screen.until("alive\r\nalive\r\nalive\r\n")
    screen.type("\x18")
    assert screen.process.wait(WAIT_S) == 0


@posix
def test_an_unplugged_board_ends_it_with_two_lines(window):
    server = socket.create_server(("127.0.0.1", 0))
    screen = window("repl", "--port", f"socket://127.0.0.1:{server.getsockname()[1]}")
    board, _address = server.accept()
    board.sendall(b">>> ")
    screen.until(">>> ")
    board.close()
    screen.until("Error: ")
    screen.until("Do this: ")
    assert screen.process.wait(WAIT_S) == 1
    assert not screen.is_raw()
    server.close()


@posix
def test_a_closed_window_ends_it(window):
    screen = window("repl", "--port", ESP32)
    screen.until(">>> ")
    screen.shut()
    # 120: Python had something left to show when there was no window any more.
    assert screen.process.wait(WAIT_S) in (0, 120, -signal.SIGHUP)


@posix
def test_a_flood_does_not_keep_anybody_from_leaving(window):
    screen = window("repl", "--port", ESP32)
    screen.until(">>> ")
    for key in "while True: print('flood' * 20)\r\r":
        screen.type(key)
    screen.until("floodflood")
    reader = threading.Thread(target=drain, args=(screen,), daemon=True)
    screen.type("\x1d")
    reader.start()
    assert screen.process.wait(WAIT_S) == 0
    reader.join()


def drain(screen: Window) -> None:
    """Read what a window shows until nobody writes any more."""
    while screen.process.poll() is None:
        if select.select([screen._window], [], [], 0.1)[0]:
            os.read(screen._window, 1 << 16)


def test_without_a_keyboard(maker, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("print(1)\n"))
    ended = maker("repl", "--port", "COM77")
    assert (ended.code, len(ended.errors)) == (2, 2)
    assert "maker exec -" in ended.errors[1]


def test_one_board_at_a_time(maker):
    ended = maker("repl", "--port", "COM77", "--port", "COM78")
    assert (ended.code, len(ended.errors)) == (2, 2)


@pytest.mark.parametrize(
    ("pressed", "keys"),
    [
        ("ab\r", "ab\r"),
        ("\xe0H\xe0P\xe0K\xe0M", "\x1b[A\x1b[B\x1b[D\x1b[C"),
        ("\x00G\xe0O\xe0S", "\x1b[H\x1b[F\x1b[3~"),
        ("\x00;x", "x"),  # F1
        ("\x03", "\x03"),
        ("aà", "aà"),  # the mark of a special key as well, but nothing follows
        ("你好", "你好"),
        ("\ud83d\ude00", "😀"),
    ],
)
def test_keys_on_windows(pressed, keys):
    waiting = list(pressed)
    assert windows_keys(lambda: bool(waiting), lambda: waiting.pop(0)) == keys
