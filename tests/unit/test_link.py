"""Links: bounded waits, and errors that say which port and why. Real sockets, pseudo-terminals and an
RFC 2217 server; only Windows' words are fakes."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator

import pytest
import serial

from makerlab.errors import (
    BadAddress,
    LinkError,
    LinkTimeout,
    NotABoardPort,
    PortBusy,
    PortFailed,
    PortForbidden,
    PortLost,
    PortMissing,
)
from makerlab.link import Link, open_link
from makerlab.link import serial_port as serial_port_module
from makerlab.link.base import MAX_UNREAD_BYTES
from makerlab.link.serial_port import open_error

WAIT_S = 5.0
posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are a POSIX thing")


def read_all(link: Link, count: int) -> bytes:
    data = b""
    deadline = time.monotonic() + WAIT_S
    while len(data) < count and time.monotonic() < deadline:
        data += link.read(0.1).data
    return data


def wait_lost(link: Link) -> float:
    """Read until PortLost; the seconds that took."""
    began = time.monotonic()
    with pytest.raises(PortLost):
        while time.monotonic() - began < WAIT_S:
            link.read(0.05)
    return time.monotonic() - began


# -- socket:// ---------------------------------------------------------------------------------------------


@pytest.fixture
def far_end() -> Iterator[tuple[Link, socket.socket]]:
    """A link and the other end of its connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = open_link(f"socket://127.0.0.1:{server.getsockname()[1]}")
        connection, _address = server.accept()
        with link, connection:
            yield link, connection


def test_bytes_go_both_ways(far_end):
    link, board = far_end
    link.write(b"\x00\x03hello\xff")
    assert board.recv(100) == b"\x00\x03hello\xff"
    board.sendall(b"\r\n>>> \xff\x00")
    assert read_all(link, 8) == b"\r\n>>> \xff\x00"


def test_a_read_ends_in_time_and_says_so_with_nothing(far_end):
    link, _board = far_end
    began = time.monotonic()
    assert link.read(0.15).data == b""
    assert 0.1 < time.monotonic() - began < 1.0


def test_bytes_are_stamped_when_they_arrive_not_when_they_are_fetched(far_end):
    link, board = far_end
    board.sendall(b"x")
    sent = time.monotonic()
    time.sleep(0.3)  # what comes late is the fetching, not the bytes
    assert link.read(1.0).at - sent < 0.15


def test_what_arrived_before_the_loss_is_still_read(far_end):
    link, board = far_end
    board.sendall(b"last words")
    board.close()
    assert read_all(link, 10) == b"last words"
    assert wait_lost(link) < 1.0
    with pytest.raises(PortLost):
        link.write(b"x")


def test_a_board_that_takes_nothing_is_a_timeout_not_a_hang(far_end):
    link, _board = far_end
    began = time.monotonic()
    with pytest.raises(LinkTimeout) as caught:
        link.write(bytes(64 << 20), timeout_s=0.3)
    assert time.monotonic() - began < 2.0
    assert caught.value.facts["port"] == link.port


def test_closing_wakes_whoever_reads(far_end):
    link, _board = far_end
    ended = threading.Event()

    def reader() -> None:
        with pytest.raises(PortLost):
            link.read(30.0)
        ended.set()

    threading.Thread(target=reader, daemon=True).start()
    link.close()
    link.close()  # twice is harmless
    assert ended.wait(WAIT_S)
    assert not link._reader.is_alive()


def test_a_flood_nobody_reads_stops_at_a_limit(far_end):
    link, board = far_end
    board.settimeout(0.5)
    with pytest.raises(TimeoutError):
        for _piece in range(4 * MAX_UNREAD_BYTES >> 16):
            board.sendall(bytes(1 << 16))
    assert link._unread < MAX_UNREAD_BYTES + (1 << 17)
    assert link.read(1.0).data


def test_a_reader_that_breaks_unexpectedly_leaves_nobody_waiting(monkeypatch):
    class Broken(Link):
        def __init__(self) -> None:
            super().__init__("broken")
            self._start()

        def reset(self) -> bool:
            return False

        def _receive(self) -> bytes:
            raise RuntimeError("a bug")

        def _send(self, data: bytes, timeout_s: float) -> None: ...

        def _shut(self) -> None: ...

    seen = []
    monkeypatch.setattr(threading, "excepthook", seen.append)
    with Broken() as link:
        assert wait_lost(link) < 1.0
    assert seen[0].exc_type is RuntimeError


def test_nobody_listening_is_a_missing_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    with pytest.raises(PortMissing) as caught:
        open_link(f"socket://127.0.0.1:{free}")
    assert str(free) in caught.value.message


@pytest.mark.parametrize(
    "port",
    ["", "  ", "a\nb", "socket://", "socket://localhost", "socket://:80", "socket://127.0.0.1:99999",
     "socket://127.0.0.1:abc", "socket://127.0.0.1:80/path?x", "http://127.0.0.1", "loop://", "spy://COM3",
     "rfc2217://", "rfc2217://127.0.0.1:1?nonsense=1"],
)  # fmt: skip
def test_nonsense_is_a_bad_address(port):
    with pytest.raises(BadAddress):
        open_link(port)


# -- serial ports ------------------------------------------------------------------------------------------


@pytest.fixture
def terminal() -> Iterator[tuple[str, int]]:
    """A pseudo-terminal: the name of its port, and the file descriptor of the board's end."""
    import pty
    import tty

    board, port = pty.openpty()
    tty.setraw(port)
    name = os.ttyname(port)
    os.close(port)
    yield name, board
    with contextlib.suppress(OSError):  # the test did it
        os.close(board)


@posix
def test_a_serial_port_both_ways(terminal):
    name, board = terminal
    with open_link(name) as link:
        link.write(b"print(1)\x04")
        assert os.read(board, 100) == b"print(1)\x04"
        os.write(board, b"OK1\r\n\x04\x04>")
        assert read_all(link, 8) == b"OK1\r\n\x04\x04>"


@posix
def test_a_pulled_plug_is_a_lost_port(terminal):
    name, board = terminal
    with open_link(name) as link:
        os.write(board, b"bye")
        assert read_all(link, 3) == b"bye"
        os.close(board)
        assert wait_lost(link) < 1.0
        with pytest.raises(PortLost):
            link.write(b"x")


@posix
def test_a_second_program_finds_the_port_busy(terminal):
    name, _board = terminal
    with open_link(name), pytest.raises(PortBusy) as caught:
        open_link(name)
    assert name in caught.value.message
    open_link(name).close()  # free again


@posix
def test_a_full_serial_port_is_a_timeout_without_spinning(terminal):
    name, _board = terminal
    with open_link(name) as link:
        processor = time.process_time()
        began = time.monotonic()
        with pytest.raises(LinkTimeout):
            link.write(bytes(1 << 20), timeout_s=0.5)
        assert time.monotonic() - began < 1.5
        assert time.process_time() - processor < 0.3


@posix
def test_a_port_without_a_reset_line_says_so(terminal):
    name, _board = terminal
    with open_link(name) as link:
        assert link.reset() is False


@posix
def test_missing_forbidden_and_wrong_files(tmp_path):
    with pytest.raises(PortMissing):
        open_link("/dev/ttyACM_none")
    with pytest.raises(PortMissing):
        open_link("/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-none")
    ordinary = tmp_path / "ordinary.txt"
    ordinary.write_text("x", encoding="utf-8")
    with pytest.raises(BadAddress):
        open_link(str(ordinary))
    with pytest.raises(BadAddress):
        open_link(str(tmp_path))


@posix
def test_forbidden_tells_of_the_group():
    error = open_error("/dev/ttyACM0", serial.SerialException(errno.EACCES, "could not open port"))
    assert isinstance(error, PortForbidden)
    assert "dialout" in error.hint


@posix
@pytest.mark.parametrize("lines", [True, False])
def test_both_lines_change_in_one_call(terminal, monkeypatch, lines):
    """RTS on without DTR, for however short, is the reset button of most ESP32 boards."""
    import fcntl
    import struct
    import termios

    state = termios.TIOCM_DTR | termios.TIOCM_RTS | termios.TIOCM_CTS  # as POSIX opens a port
    seen = []

    def ioctl(_fd, request, argument=0):
        nonlocal state
        if request == termios.TIOCMGET:
            return struct.pack("I", state)
        if request == termios.TIOCMSET:
            state = struct.unpack("I", argument)[0]
            seen.append((bool(state & termios.TIOCM_DTR), bool(state & termios.TIOCM_RTS)))
        return argument

    monkeypatch.setattr(fcntl, "ioctl", ioctl)
    opened = serial_port_module._open_local(terminal[0], lines)
    opened.close()
    assert seen and set(seen) == {(lines, lines)}
    assert state & termios.TIOCM_CTS


class FakePort:
    """A pyserial port that notes what its lines do."""

    in_waiting = 0

    def __init__(self, lines: bool) -> None:
        self.notes: list[object] = []
        self.__dict__.update(dtr=lines, rts=lines)

    def __setattr__(self, name: str, value: object) -> None:
        if name in ("dtr", "rts"):
            self.notes.append((name, value))
        self.__dict__[name] = value

    def read(self, _size: int) -> bytes:
        time.sleep(0.01)
        return b""

    def send_break(self, _duration: float) -> None:
        self.notes.append("break")

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("reset_by", "lines", "notes"),
    [
        ("rts", False, [("dtr", False), ("rts", True), ("rts", False)]),
        ("rts", True, [("dtr", False), ("rts", True), ("rts", False), ("dtr", True), ("rts", True)]),
        ("break", True, ["break"]),
        ("none", True, []),
    ],
)
def test_the_reset_button_by_wire(reset_by, lines, notes):
    port = FakePort(lines)
    with serial_port_module.SerialLink("COM3", port, reset_by) as link:
        assert link.reset() is (reset_by != "none")
    assert port.notes == notes


@pytest.mark.parametrize(
    "reading",
    [
        serial.SerialException("device reports readiness to read but returned no data"),
        serial.SerialException("ClearCommError failed (PermissionError(13, '...', None, 22))"),
        serial.SerialException("GetOverlappedResult failed (PermissionError(13, '...', None, 5))"),
        OSError(errno.EIO, "Input/output error"),
    ],
)
def test_every_way_a_read_fails_is_a_lost_port(reading):
    port = FakePort(True)

    def read(_size: int) -> bytes:
        raise reading

    port.read = read
    with serial_port_module.SerialLink("COM3", port, "none") as link:
        assert wait_lost(link) < 1.0


WINDOWS_WORDS = {
    "could not open port 'COM3': FileNotFoundError(2, '系统找不到指定的文件。', None, 2)": PortMissing,
    "could not open port 'COM3': PermissionError(13, 'Access is denied.', None, 5)": PortBusy,
    "could not open port 'COM3': PermissionError(13, '拒绝访问。', None, 5)": PortBusy,
    "could not open port 'COM3': OSError(22, 'A device which does not exist...', None, 433)": PortMissing,
    "could not open port 'a?b': OSError(22, 'The filename, ... is incorrect.', None, 123)": BadAddress,
    "could not open port 'COM3': OSError(22, '连到系统上的设备没有发挥作用。', None, 31)": PortFailed,
    "Cannot configure port, something went wrong. Original message: "
    "OSError(22, 'The parameter is incorrect.', None, 87)": PortFailed,
    "Cannot configure port, something went wrong. Original message: "
    "OSError(22, 'The semaphore timeout period has expired.', None, 121)": PortFailed,
}


@pytest.mark.parametrize(("words", "kind"), WINDOWS_WORDS.items())
def test_what_windows_says(words, kind):
    error = open_error("COM3", serial.SerialException(words))
    assert type(error) is kind
    assert "COM3" in error.message
    if kind is PortFailed:
        assert error.message.rstrip(")").endswith(("31", "87", "121"))


def test_every_posix_number_is_an_error_with_words():
    for number in errno.errorcode:
        error = open_error("/dev/ttyUSB0", serial.SerialException(number, os.strerror(number)))
        assert isinstance(error, LinkError)
        assert "/dev/ttyUSB0" in error.message
        assert error.hint


def test_a_bluetooth_port_is_not_opened_even_by_name(monkeypatch):
    from serial.tools import list_ports, list_ports_common

    found = list_ports_common.ListPortInfo("COM7", skip_link_detection=True)
    found.hwid = r"BTHENUM\{00001101-0000-1000-8000-00805F9B34FB}_LOCALMFG&0000"
    found.description = "蓝牙链接上的标准串行 (COM7)"
    monkeypatch.setattr(list_ports, "comports", lambda: [found])
    with pytest.raises(NotABoardPort):
        open_link("COM7")


# -- rfc2217:// --------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:set(Daemon|Name)")  # pyserial's own
def test_rfc2217_both_ways():
    """Against pyserial's own server half, whose serial side is a loop."""
    from serial import rfc2217

    class Client:
        """Where the server half writes its answers."""

        def __init__(self, connection: socket.socket) -> None:
            self.write = connection.sendall

    def serve() -> None:
        connection, _address = server.accept()
        with connection, serial.serial_for_url("loop://", timeout=0) as port:
            manager = rfc2217.PortManager(port, Client(connection))
            while data := connection.recv(1024):
                port.write(b"".join(manager.filter(data)))
                connection.sendall(b"".join(manager.escape(port.read(1024))))
                lines.append((port.dtr, port.rts))

    lines: list[tuple[bool, bool]] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with open_link(f"rfc2217://127.0.0.1:{server.getsockname()[1]}") as link:
            link.write(b"ping\xff\x04")
            assert read_all(link, 6) == b"ping\xff\x04"
            assert lines[-1] == (False, False)
            assert link.reset()
            assert (False, True) in lines
        thread.join(WAIT_S)
        assert not thread.is_alive()


@pytest.mark.filterwarnings("ignore:set(Daemon|Name)")
def test_rfc2217_with_nobody_there_or_another_server():
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        with pytest.raises(PortFailed):
            open_link(f"rfc2217://127.0.0.1:{number}?timeout=0.2")
    with pytest.raises(PortMissing):
        open_link(f"rfc2217://127.0.0.1:{number}")
