"""Served boards: what a client may rely on, over TCP and over device files."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from makerlab.errors import PortTaken
from makerlab.virtual import serve
from makerlab.virtual.board import VirtualBoard
from makerlab.virtual.flash import Path
from makerlab.virtual.profile import ESP32

posix = pytest.mark.skipif(sys.platform == "win32", reason="device files are a POSIX thing")
WAIT_S = 20.0
"""Far more than anything here takes; only a broken test waits so long."""


class Keeper:
    """A store that remembers nothing, and says when a file was closed: `closed[name]`."""

    def __init__(self) -> None:
        self.done = threading.Event()

    def load(self) -> dict[Path, bytes | None]:
        return {}

    def put(self, path: Path, data: bytes | None) -> None:
        if path == ("done",):
            self.done.set()

    def remove(self, path: Path) -> None: ...

    def rename(self, old: Path, new: Path) -> None: ...


class Client:
    """Somebody at one end of a connection or an open device file."""

    def __init__(self, address: str) -> None:
        self._socket: socket.socket | None = None
        if address.startswith("socket://"):
            host, _colon, port = address.removeprefix("socket://").partition(":")
            self._socket = socket.create_connection((host, int(port)), WAIT_S)
        else:
            self._file = os.open(address, os.O_RDWR | os.O_NOCTTY)
        self._unread = b""

    def send(self, data: bytes) -> None:
        if self._socket:
            self._socket.sendall(data)
        while not self._socket and data:
            data = data[os.write(self._file, data) :]

    def read(self) -> bytes:
        """At least one byte; b"" when the other side is gone."""
        return self._socket.recv(65536) if self._socket else os.read(self._file, 65536)

    def until(self, text: bytes) -> bytes:
        """Everything up to and with `text`."""
        while text not in self._unread:
            data = self.read()
            assert data, f"gone after {self._unread!r}"
            self._unread += data
        before, _text, self._unread = self._unread.partition(text)
        return before + text

    def rest(self) -> bytes:
        """Everything until the other side goes."""
        while data := self.read():
            self._unread += data
        return self._unread

    def close(self) -> None:
        if self._socket:
            self._socket.close()
        else:
            os.close(self._file)


class Served:
    """Boards behind doors, and what went on at the doors."""

    def __init__(self, kind: str, count: int) -> None:
        self.server = serve.Server()
        self.boards = []
        self.addresses = []
        self.left = threading.Semaphore(0)
        """Released whenever the server has noticed that a client is gone."""
        self.keeper = Keeper()
        for _index in range(count):
            board = VirtualBoard(ESP32, store=self.keeper)
            board.start()
            seen = b""
            while not seen.endswith(b">>> "):
                data = board.read(WAIT_S)
                assert data, seen
                seen += data
            door = serve.TcpDoor(board, 0) if kind == "tcp" else serve.PtyDoor(board)
            part = door.part
            door.part = lambda part=part: (part(), self.left.release())  # type: ignore[misc]
            self.boards.append(board)
            self.addresses.append(self.server.add(door))
        self.server.start()
        self._clients: list[Client] = []

    def client(self, index: int = 0) -> Client:
        self._clients.append(Client(self.addresses[index]))
        return self._clients[-1]

    def leave(self, client: Client) -> None:
        """End a client; done when the server knows."""
        self._clients.remove(client)
        client.close()
        assert self.left.acquire(timeout=WAIT_S)

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self.server.close()
        for board in self.boards:
            board.close()


Serving = Callable[..., Served]


@pytest.fixture
def serving() -> Iterator[Serving]:
    opened: list[Served] = []

    def start(kind: str = "tcp", count: int = 1) -> Served:
        opened.append(Served(kind, count))
        return opened[-1]

    yield start
    for served in opened:
        served.close()


both = pytest.mark.parametrize("kind", ["tcp", pytest.param("pty", marks=posix)])


@both
def test_a_client_is_at_the_boards_prompt(serving, kind):
    client = serving(kind).client()
    client.send(b"6*7\r")
    assert client.until(b">>> ") == b"6*7\r\n42\r\n>>> "  # echoed once, and CR LF as the board sends it


@both
def test_the_board_runs_on_between_clients(serving, kind):
    served = serving(kind)
    client = served.client()
    client.send(b"x = 'kept'\r")
    client.until(b"\n>>> ")
    served.leave(client)
    client = served.client()
    client.send(b"x\r")
    assert b"'kept'" in client.until(b"\n>>> ")


@both
def test_what_a_board_prints_for_nobody_goes_nowhere(serving, kind):
    served = serving(kind)
    client = served.client()
    # More than the buffer of the line holds: the program would wait for ever if it were kept.
    client.send(b"for i in range(15000): print(i)\r\r\r")
    client.until(b"\r\n100\r\n")
    served.leave(client)
    served.boards[0].write(b"open('done', 'w').close()\r", WAIT_S)
    assert served.keeper.done.wait(WAIT_S)
    client = served.client()
    client.send(b"'new'\r")
    # From the command before, at most its prompt may still come: it was printed at that moment.
    assert client.until(b"'new'\r\n>>> ").removeprefix(b">>> ") == b"'new'\r\n'new'\r\n>>> "


@posix
def test_a_device_file_is_raw_again_for_the_next_client(serving):
    import termios
    import tty

    served = serving("pty")
    client = served.client()
    settings = termios.tcgetattr(client._file)
    settings[tty.LFLAG] |= termios.ECHO | termios.ICANON
    termios.tcsetattr(client._file, termios.TCSANOW, settings)
    client.send(b"print('unread')\r\n")
    served.leave(client)
    client = served.client()
    client.send(b"1+1\r")
    # The prompt after "unread" may still be on its way.
    assert client.until(b"2\r\n>>> ").endswith(b"1+1\r\n2\r\n>>> ")


def test_a_second_client_is_told_and_sent_away(serving):
    served = serving()
    first = served.client()
    first.send(b"\r")
    first.until(b">>> ")
    second = served.client()
    assert second.rest() == b"This board is in use by another program.\r\n"
    first.send(b"1+1\r")
    first.until(b"2\r\n>>> ")
    served.leave(first)
    third = served.client()
    third.send(b"\r")
    third.until(b">>> ")


def test_a_client_that_comes_right_after_another_is_let_in(serving):
    address = serving().addresses[0]
    for _turn in range(50):
        client = Client(address)
        client.send(b"\r")
        client.until(b">>> ")
        client.close()


@both
def test_much_goes_through_either_way(serving, kind):
    client = serving(kind).client()
    count = 200_000  # more than the board's and the system's buffers hold
    client.send(b"\x01import sys; print(len(sys.stdin.buffer.read(%d)))\x04" % count)
    client.until(b"OK")
    client.send(b"x" * count)
    assert client.until(b"\x04") == b"%d\r\n\x04" % count
    client.until(b"\x04>")
    client.send(b"print('y' * 50, end='')\n" + b"for i in range(4000): print('y' * 50, end='')\x04")
    client.until(b"OK")
    assert client.until(b"\x04") == b"y" * 50 * 4001 + b"\x04"


def test_a_board_that_takes_nothing_does_not_keep_its_door_shut(serving, monkeypatch):
    monkeypatch.setattr(serve, "STUCK_S", 0.0)
    served = serving()
    client = served.client()
    client.send(b"\x01while True: pass\n\x04")
    client.until(b"OK")
    client.send(b"x" * 500_000)
    served.leave(client)
    client = served.client()
    served.boards[0].reset()
    client.until(b">>> ")


def test_each_address_has_its_own_board(serving):
    served = serving("tcp", 30)
    clients = [served.client(index) for index in range(30)]
    for index, client in enumerate(clients):
        client.send(b"n = %d\r" % index)
    for client in clients:
        client.until(b"\n>>> ")
        client.send(b"'n is', n\r")
    for index, client in enumerate(clients):
        assert b"('n is', %d)" % index in client.until(b"\n>>> ")


def test_closing_sends_clients_away_and_frees_the_port(serving):
    served = serving()
    port = int(served.addresses[0].rpartition(":")[2])
    client = served.client()
    client.send(b"\r")
    client.until(b">>> ")
    served.server.close()
    assert client.rest() == b""
    served.server.close()
    door = serve.TcpDoor(served.boards[0], port)
    assert door.address == served.addresses[0]
    door.close()


def test_a_taken_port_is_named(serving):
    served = serving()
    port = int(served.addresses[0].rpartition(":")[2])
    with pytest.raises(PortTaken) as error:
        serve.TcpDoor(served.boards[0], port)
    assert error.value.facts["port"] == port


def test_a_board_that_prints_without_end_can_be_stopped(serving):
    served = serving("tcp", 2)
    client, other = served.client(0), served.client(1)
    client.send(b"while True: print('flood')\r\r")
    client.until(b"flood\r\nflood")
    other.send(b"1+1\r")
    other.until(b"2\r\n>>> ")
    client.send(b"\x03")
    client.until(b"KeyboardInterrupt: \r\n>>> ")


def test_what_ends_the_server_is_not_swallowed(serving, monkeypatch):
    served = serving()
    monkeypatch.setattr(served.boards[0], "write", lambda data, timeout_s: 1 / 0)
    served.client().send(b"\r")
    with pytest.raises(ZeroDivisionError):
        served.server.wait()
