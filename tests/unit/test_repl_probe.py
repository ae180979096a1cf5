"""What runs on a board, out of what it says: recorded transcripts, whole and cut anywhere."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makerlab.boards import identify
from makerlab.errors import BoardSilent, BootLoop, NotMicroPython, PortMissing
from makerlab.link import Link, open_link
from makerlab.repl.probe import ASK_S, CTRL_B, Found, ask, ask_all, describe, silence_error, understand

HELP = b'Type "help()" for more information.\r\n>>> '
ESP32 = b"\r\nMicroPython v1.24.1 on 2024-11-29; Generic ESP32 module with ESP32\r\n" + HELP
ESP32_NEW = b"\r\nMicroPython v1.27.0 on 2025-12-09; Generic ESP32S3 module with ESP32S3\r\n\r\n" + HELP
ESP32_PREVIEW = (
    b"\r\nMicroPython v1.25.0-preview.106.gcf6ab7d on 2024-12-20; ESP32C6 module with ESP32C6\r\n" + HELP
)
V1 = b"\r\nMicroPython v1.9.2-34-gd64154c73 on 2017-09-01; micro:bit v1.1.1 with nRF51822\r\n" + HELP
V2 = b"\r\nMicroPython v1.18 on 2023-10-30; micro:bit v2.1.2 with nRF52833\r\n" + HELP
CIRCUITPYTHON = (
    b"\r\nAdafruit CircuitPython 9.0.4 on 2024-04-16; "
    b"Adafruit QT Py ESP32-S3 4MB Flash 2MB PSRAM with ESP32S3\r\n>>> "
)
ESP32_ERASED = (
    b"ets Jul 29 2019 12:21:46\r\n\r\nrst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n"
    b"invalid header: 0xffffffff\r\ninvalid header: 0xffffffff\r\n"
) * 3
BOOT_LOOP = (
    b"rst:0x3 (SW_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\nconfigsip: 0, SPIWP:0xee\r\n"
    b"mode:DIO, clock div:2\r\n"
    b"load:0x3fff0030,len:4892\r\nentry 0x400805a4\r\n"
    b"Guru Meditation Error: Core  0 panic'ed (LoadProhibited). Exception was unhandled.\r\nRebooting...\r\n"
) * 2
ESP8266_LOOP = b"\r\n ets Jan  8 2013,rst cause:4, boot mode:(3,6)\r\n\r\nwdt reset\r\n" * 2
DOWNLOAD = (
    b"ESP-ROM:esp32s3-20210327\r\nBuild:Mar 27 2021\r\nrst:0x1 (POWERON),boot:0x0 (DOWNLOAD(USB/UART0))\r\n"
    b"waiting for download\r\n"
)

TRANSCRIPTS = {
    ESP32: Found("micropython", "1.24.1", "Generic ESP32 module with ESP32"),
    ESP32_NEW: Found("micropython", "1.27.0", "Generic ESP32S3 module with ESP32S3"),
    ESP32_PREVIEW: Found("micropython", "1.25.0-preview.106.gcf6ab7d", "ESP32C6 module with ESP32C6"),
    V1: Found("micropython", "1.9.2-34-gd64154c73", "micro:bit v1.1.1 with nRF51822"),
    V2: Found("micropython", "1.18", "micro:bit v2.1.2 with nRF52833"),
    # Ctrl-B in the raw REPL, and in a session that was left in the middle of something.
    b"raw REPL; CTRL-B to exit\r\n>" + V2: Found("micropython", "1.18", "micro:bit v2.1.2 with nRF52833"),
    b"\x00\xff\xfe\r\n" + ESP32: Found("micropython", "1.24.1", "Generic ESP32 module with ESP32"),
    # A board that has just started and comes to its prompt.
    BOOT_LOOP[: len(BOOT_LOOP) // 2] + ESP32: Found(
        "micropython", "1.24.1", "Generic ESP32 module with ESP32"
    ),
    b"\r\n>>> ": Found("micropython"),
    CIRCUITPYTHON: Found(
        "circuitpython", "9.0.4", "Adafruit QT Py ESP32-S3 4MB Flash 2MB PSRAM with ESP32S3"
    ),
    ESP32_ERASED: Found("no-firmware"),
    BOOT_LOOP: Found("boot-loop"),
    ESP8266_LOOP: Found("boot-loop"),
    DOWNLOAD: Found("bootloader"),
    b"": Found("silent"),
    b"\r\n\r\n": Found("silent"),
    b"\x00\x00\xff": Found("silent"),
    b"ature: 21\r\ntemperature: 22\r\ntempe": Found("program", text="temperature: 22"),
    "温度：21\r\n".encode(): Found("program", text="温度：21"),
    b"\x1b[2Jhello": Found("program", text="[2Jhello"),
    b"2 >>> 1\r\n": Found("program", text="2 >>> 1"),
}


@pytest.mark.parametrize(("heard", "found"), TRANSCRIPTS.items())
def test_what_a_transcript_says(heard, found):
    assert understand(heard) == found


@pytest.mark.parametrize(
    ("heard", "key"),
    [
        (ESP32, "esp32"),
        (ESP32_NEW, "esp32s3"),
        (ESP32_PREVIEW, "esp32c6"),
        (V1, "microbit-v1"),
        (V2, "microbit-v2"),
    ],
)
def test_a_banner_names_the_board(heard, key):
    board = identify("", understand(heard).machine)
    assert board is not None
    assert board.key == key


@pytest.mark.parametrize("heard", TRANSCRIPTS)
def test_a_transcript_cut_anywhere_never_names_another_board(heard):
    whole = understand(heard)
    for end in range(len(heard)):
        found = understand(heard[:end])
        assert found.machine in ("", whole.machine)
        assert found.version in ("", whole.version)


@given(st.binary(max_size=300))
def test_any_bytes_are_understood_somehow(heard):
    found = understand(heard)
    assert found.text.isprintable()
    assert found.machine.isprintable()
    describe(found)


@pytest.mark.parametrize(
    ("heard", "kind", "says"),
    [
        (b"", BoardSilent, "COM3"),
        (BOOT_LOOP, BootLoop, "COM3"),
        (ESP32_ERASED, NotMicroPython, "no firmware"),
        (DOWNLOAD, NotMicroPython, "bootloader"),
        (b"x: 1\r\nx: 2\r\nx: 3\r\n", NotMicroPython, "x: 2"),
    ],
)
def test_why_a_board_showed_no_prompt(heard, kind, says):
    error = silence_error("COM3", heard)
    assert type(error) is kind
    assert says in error.message


# -- asking ------------------------------------------------------------------------------------------------


@contextmanager
def board(talk: Callable[[socket.socket], None]) -> Iterator[tuple[str, bytearray]]:
    """A port with a board that does `talk`, and what it was sent until it hung up."""
    heard = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _address = server.accept()
            with connection:
                talk(Recording(connection, heard))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"socket://127.0.0.1:{server.getsockname()[1]}", heard


class Recording:
    """A connection that keeps what it receives."""

    def __init__(self, connection: socket.socket, heard: bytearray) -> None:
        self.sendall = connection.sendall
        self._connection, self._heard = connection, heard

    def recv(self) -> bytes:
        data = self._connection.recv(1024)
        self._heard += data
        return data


def prompt(connection) -> None:
    """A board at its prompt."""
    while data := connection.recv():
        if CTRL_B in data:
            connection.sendall(ESP32[:20])
            connection.sendall(ESP32[20:])


def counting(connection) -> None:
    """A program that prints and never reads."""
    try:
        for number in range(10_000):
            connection.sendall(b"count: %d\r\n" % number)
            time.sleep(0.01)
    except OSError:
        return


def silence(connection) -> None:
    while connection.recv():
        pass


def test_a_board_at_its_prompt_answers_at_once():
    with board(prompt) as (port, heard), open_link(port) as link:
        began = time.monotonic()
        assert ask(link) == TRANSCRIPTS[ESP32]
        assert time.monotonic() - began < 0.5
    assert heard == CTRL_B


def test_a_running_program_is_not_stopped():
    with board(counting) as (port, heard), open_link(port) as link:
        assert ask(link).kind == "program"
        assert link.read(1.0).data  # it goes on
    assert b"\x03" not in heard
    assert b"\x04" not in heard


def test_a_silent_board_costs_little_time():
    with board(silence) as (port, _heard), open_link(port) as link:
        began = time.monotonic()
        assert ask(link).kind == "silent"
        assert time.monotonic() - began < 1.0


def test_many_ports_take_no_longer_than_one():
    with board(prompt) as (first, _), board(silence) as (second, _), board(counting) as (third, _):
        with socket.create_server(("127.0.0.1", 0)) as server:
            gone = f"socket://127.0.0.1:{server.getsockname()[1]}"
        began = time.monotonic()
        answers = ask_all([first, second, third, gone], open_link)
        assert time.monotonic() - began < ASK_S + 0.3
    assert [answers[port].kind for port in (first, second, third, gone)] == [
        "micropython",
        "silent",
        "program",
        "closed",
    ]
    assert isinstance(answers[gone].error, PortMissing)
    assert gone in describe(answers[gone])


def test_a_port_that_never_opens_does_not_hold_the_others_up():
    ended = threading.Event()

    def stuck(port: str) -> Link:
        ended.wait(10)
        raise PortMissing(port=port)

    began = time.monotonic()
    assert ask_all(["COM3"], stuck, within_s=0.2)["COM3"].kind == "silent"
    assert time.monotonic() - began < 1.0
    ended.set()
