"""Every command is fed wrong things: an exit code, one line what, one line what to do, in both languages.

Nothing here may show a Python traceback or an "inside maker" error: that would be a bug of ours.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import sys
from pathlib import Path

import click
import pytest
from fake_link import FakeLink
from serial.tools import list_ports as pyserial_ports
from serial.tools.list_ports_common import ListPortInfo

from makerlab import connect
from makerlab.cli.main import maker as maker_group
from makerlab.link.open import open_link
from makerlab.recording.csv_file import CsvFile

LANGUAGES = {"en": ("Error: ", "Do this: "), "zh": ("出错了：", "怎么办：")}

COMMANDS = {
    name: command
    for name in maker_group.list_commands(click.Context(maker_group))
    if (command := maker_group.get_command(click.Context(maker_group), name)) is not None
}

LEAST = {
    name: ["program.py" for param in command.params if isinstance(param, click.Argument) and param.required]
    for name, command in COMMANDS.items()
} | {"sync": ["."], "exec": ["print(1)"], "calibrate": ["program.py"]}
"""What each command needs at least."""

WITH_PORT = [
    name
    for name, command in COMMANDS.items()
    if any(param.name == "ports" for param in command.params) and name not in ("repl", "page")
]
"""`repl` looks for a keyboard before it looks for a port, and here is none (test_repl_command.py); `page` is
there whatever ports there are, and opens one only when somebody starts to measure (tests/web)."""

ON_A_BOARD = [name for name in WITH_PORT if name != "doctor"]
"""`doctor` needs no board, and says itself who holds a port (test_doctor_command.py)."""


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MAKER_LANG", request.param)
    value: str = request.param
    return value


@pytest.fixture(autouse=True)
def a_program() -> None:
    Path("program.py").write_text("print(1)\n", encoding="utf-8")


def check(ended, language: str, code: int, *words: str) -> None:
    assert ended.code == code, ended
    assert "Traceback" not in ended.out
    # maker flash has said before what it was doing with which board.
    lines = [line for line in ended.errors if not re.match(r"\d\d:\d\d:\d\d  ", line)]
    assert len(lines) == 2, ended.errors
    for line, start in zip(lines, LANGUAGES[language], strict=True):
        assert line.startswith(start)
        assert len(line) > len(start)
    for word in words:
        assert word in "\n".join(ended.errors)
    if language == "zh":
        assert re.search("[一-鿿]", lines[0].removeprefix("出错了："))
    assert "inside maker" not in lines[0] and "自己出错" not in lines[0]


# -- what every command must stand -------------------------------------------------------------------------


@pytest.mark.parametrize("command", LEAST)
def test_an_option_that_does_not_exist(command, language, maker):
    check(maker(command, *LEAST[command], "--colour"), language, 2, "--colour", f"maker {command} --help")


@pytest.mark.parametrize("command", WITH_PORT)
@pytest.mark.parametrize(
    "port",
    [
        "COM9999",
        "/dev/ttyNONE",
        "virtual:esp33",
        "virtual:esp32?colour=red",
        "emulated:microbit-v9",
        "warp://host",
        "socket://",
        "socket://127.0.0.1:99999",
        "rfc2217://",
        "a\tb",
    ],
)
def test_a_port_that_does_not_exist(command, port, maker):
    check(maker(command, *LEAST[command], "--port", port), "en", 1)


@pytest.mark.parametrize("command", WITH_PORT)
def test_nobody_listens_at_that_address(command, language, maker):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = f"socket://127.0.0.1:{server.getsockname()[1]}"
    check(maker(command, *LEAST[command], "--port", port), language, 1, port)


@pytest.mark.parametrize("command", ON_A_BOARD)
def test_no_board_and_several_boards(command, language, maker, monkeypatch):
    monkeypatch.setattr(pyserial_ports, "comports", list)
    check(maker(command, *LEAST[command]), language, 1, "virtual:esp32")
    found = [ListPortInfo("COM3"), ListPortInfo("COM10")]
    for one in found:
        one.vid, one.pid = 0x0D28, 0x0204
    monkeypatch.setattr(pyserial_ports, "comports", lambda: found)
    check(maker(command, *LEAST[command]), language, 1, "COM3", "COM10", "--port COM3")


@pytest.mark.parametrize("command", ON_A_BOARD)
def test_a_board_that_another_program_holds(command, maker):
    with open_link("virtual:esp32/held"):
        check(maker(command, *LEAST[command], "--port", "virtual:esp32/held"), "en", 1, "in use")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a user who may not do all")
def test_a_port_that_may_not_be_opened(language, maker):
    Path("port").touch(0o000)
    check(maker("run", "program.py", "--port", Path("port").resolve()), language, 1)


def test_a_misspelt_command(language, maker):
    check(maker("rnu"), language, 2, "rnu", "maker run")
    check(maker("zzz"), language, 2, "zzz", "maker --help")


def test_a_language_that_is_not_there(language, maker):
    check(maker("boards", "--lang", "fr"), language, 2, "fr")


# -- maker run ---------------------------------------------------------------------------------------------

WRONG_RUNS = {
    "nothing": ([], 2, "maker run --help"),
    "a name that is nowhere": (["thermometre"], 1, "thermometre"),
    "a file that is not there": (["programm.py"], 1, "program.py"),
    "a name no file can have": (["x" * 5000], 1, ""),
    "a NUL": (["a\0b"], 1, ""),
    "a folder": (["."], 1, ".py"),
    "two programs": (["program.py", "program.py"], 2, "maker run --help"),
    "no port after --port": (["program.py", "--port"], 2, "--port"),
    "rate 0": (["program.py", "--rate", "0"], 2, "0.002"),
    "rate below": (["program.py", "--rate", "-5"], 2, "-5"),
    "rate above": (["program.py", "--rate", "50000"], 2, "10000"),
    "rate nan": (["program.py", "--rate", "nan"], 2, "nan"),
    "rate inf": (["program.py", "--rate", "inf"], 2, "inf"),
    "rate text": (["program.py", "--rate", "快"], 2, "快"),
    "for text": (["program.py", "--for", "soon"], 2, "10s"),
    "for 0": (["program.py", "--for", "0s"], 2, "10s"),
    "for below": (["program.py", "--for", "-3s"], 2, "10s"),
    "for unit": (["program.py", "--for", "3 days"], 2, "10s"),
    "samples 0": (["program.py", "--samples", "0"], 2, "0"),
    "samples text": (["program.py", "--samples", "many"], 2, "many"),
    "samples half": (["program.py", "--samples", "2.5"], 2, "2.5"),
    "out nowhere": (["program.py", "--out", "no/such/folder/a.csv"], 1, "a.csv"),
    "out is there": (["program.py", "--out", "program.py"], 1, "program.py"),
}


@pytest.mark.parametrize("case", WRONG_RUNS)
def test_wrong_runs(case, language, maker):
    arguments, code, word = WRONG_RUNS[case]
    check(maker("run", *arguments), language, code, word)
    assert sorted(path.name for path in Path().iterdir()) == ["program.py"]


@pytest.mark.parametrize("content", [bytes(range(256)), "print(1)".encode("utf-16"), b"\x7fELF" + bytes(99)])
def test_a_program_that_is_no_text(content, language, maker):
    Path("photo.py").write_bytes(content)
    check(maker("run", "photo.py"), language, 1, "photo.py", ".py")


def test_a_program_far_too_big(language, maker):
    Path("big.py").write_bytes(b"x = 1\n" * 200_000)
    check(maker("run", "big.py"), language, 1, "big.py")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_disk_that_takes_no_file(number, language, maker, monkeypatch):
    def refuse(self, mode="r", *rest, opened=Path.open, **options):
        if "x" in mode:
            raise OSError(number, os.strerror(number))
        return opened(self, mode, *rest, **options)

    monkeypatch.setattr(Path, "open", refuse)
    check(
        maker("run", "program.py", "--port", "virtual:esp32?fresh=1", "--out", "a.csv"), language, 1, "a.csv"
    )


def test_a_disk_that_fills_up_while_it_measures(language, maker, monkeypatch):
    flush = CsvFile.flush

    def full(self):
        if len(self._waiting) > 5:
            os.close(self._file.fileno())  # from here on every write fails, as on a pulled stick
        flush(self)

    monkeypatch.setattr(CsvFile, "flush", full)
    Path("many.py").write_text("for n in range(50):\n    print(n)\n", encoding="utf-8")
    ended = maker("run", "many.py", "--port", "virtual:esp32?fresh=1", "--out", "a.csv")
    check(ended, language, 1, "a.csv")


# -- boards that are none, or not as they should be --------------------------------------------------------

LOOP = b"rst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\nconfigsip: 0, SPIWP:0xee\r\n"
TALKERS = {
    "boot loop": (LOOP, "starts again and again", "不停地重启"),
    "no firmware": (b"rst:0x1 (POWERON)\r\ninvalid header: 0xffffffff\r\n", "no firmware", "没有固件"),
    "bootloader": (b"rst:0x1 (POWERON)\r\nwaiting for download\r\n", "bootloader", "下载模式"),
    "an Arduino": (b"sensor = 512\r\nsensor = 513\r\nsensor = 514\r\n", "sensor = 513", "sensor = 513"),
    "garbage": (bytes(range(128, 256)) + b"\r\n", "does not answer", "没有回应"),
    "silence": (b"", "does not answer", "没有回应"),
}


@pytest.fixture
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Boards that never answer are waited for only so long."""
    monkeypatch.setattr("makerlab.repl.session.ENTER_WAITS_S", (0.01, 0.01))


@pytest.mark.parametrize("talker", TALKERS)
def test_what_is_no_micropython(talker, language, maker, monkeypatch, in_a_hurry):
    said, english, chinese = TALKERS[talker]
    link = FakeLink([(b"", said)], ignores=True)
    monkeypatch.setattr(connect, "open_link", lambda port: link)
    ended = maker("run", "program.py", "--port", "COM7")
    check(ended, language, 1, "COM7", english if language == "en" else chinese)
    assert link.resets == (talker != "boot loop")  # the button is tried, where it can help


class Answering(FakeLink):
    """A board that has both prompts, `banner` among them, and answers every program with `answer`."""

    def __init__(self, banner: bytes, answer: bytes) -> None:
        super().__init__([])
        self._banner, self._answer_text = banner, answer

    def write(self, data: bytes, timeout_s: float = 0.0) -> None:
        if data == b"\x05A\x01":
            self._waiting += b"R\x00"  # understood, but no raw paste
            return
        for byte in data:
            if byte == 0x01:
                self._waiting += b"raw REPL; CTRL-B to exit\r\n>"
            elif byte == 0x02:
                self._waiting += self._banner + b"\r\n>>> "
            elif byte == 0x03:
                self._waiting += b"\r\n>>> "
            elif byte == 0x04:
                self._waiting += b"OK" + self._answer_text + b"\x04\x04>"


CIRCUITPYTHON = b"\r\nAdafruit CircuitPython 9.2.1 on 2024-11-20; S2 Mini with ESP32S2\r\n"
PICO = b"\r\nMicroPython v1.24.1 on 2024-11-29; Raspberry Pi Pico with RP2040\r\n"


@pytest.mark.parametrize(
    ("banner", "answer", "word"),
    [
        (CIRCUITPYTHON, b"", "CircuitPython"),
        (b"", b"('circuitpython', 'Espressif')\r\n()\r\n", "CircuitPython"),
        (PICO, b"", "Pico"),
        (b"", b"('micropython', 'rp2')\r\n('rp2', 'rp2', '1.24', 'v1.24', 'Raspberry Pi Pico')\r\n", "Pico"),
        (b"", b"hello\r\n", "COM7"),
        (b"", b"\xff\xfe\r\n\r\n\r\n", "COM7"),
    ],
    ids=["CircuitPython", "silent CircuitPython", "a Pico", "a silent Pico", "nonsense", "garbage"],
)
def test_another_python_or_board(banner, answer, word, language, maker, monkeypatch, in_a_hurry):
    monkeypatch.setattr(connect, "open_link", lambda port: Answering(banner, answer))
    check(maker("run", "program.py", "--port", "COM7"), language, 1, word)
