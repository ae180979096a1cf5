"""Virtual boards for other programs: each behind a TCP port of this computer, or behind a device file.

    with Server() as server:
        address = server.add(TcpDoor(board, 4001))    # "socket://127.0.0.1:4001"
        server.start()

A board behind a door is like one on a USB cable. It runs whether anybody listens or not; one client at a time
may come, go and come again; what the board prints while nobody is there goes nowhere. What a cable can do and
a door cannot is pulling DTR or RTS: a client that resets a board that way has to send Ctrl-D instead.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from makerlab.errors import PortTaken
from makerlab.i18n import _
from makerlab.virtual.board import VirtualBoard

HOST = "127.0.0.1"
"""Never another address: whoever reaches a board may run programs on it."""

READ_BYTES = 4096
"""From one client in one turn, so that a flood from one board's client does not hold up the others."""
RETRY_S = 0.01
"""Between two tries to hand a board what it had no room for."""
STUCK_S = 5.0
"""A board that has taken nothing for so long loses what is sent to it, as on a real line: otherwise the end
of a client behind all those bytes would never be noticed."""
LOOK_S = 0.05
"""How often a device file that nobody has open is looked at; nothing says when somebody opens it."""
CLOSE_WAIT_S = 2.0
WAIT_SLICE_S = 0.1
"""Longest wait in one piece: on Windows Ctrl-C is only noticed between two of them."""


class Door(ABC):
    """The way in to one running board, for one client at a time. Once it is a server's, only that server's
    thread uses it."""

    entrance: socket.socket | None = None
    """Becomes readable when somebody comes. None: nothing shows that; `admit` has to be tried."""

    def __init__(self, board: VirtualBoard, address: str) -> None:
        self.board = board
        self.address = address
        """What a client is told to open."""
        self.client: socket.socket | int | None = None
        """What the selector watches for the client that is there."""
        self.to_board = b""
        """Came from the client, and the board had no room for it yet."""
        self.to_client = b""
        self.stuck_since: float | None = None

    def come(self, client: socket.socket | int) -> None:
        """A client is there."""
        self.client = client
        self.board.uart.listen(True)

    def part(self) -> None:
        """The client is gone (or is sent away)."""
        if self.client is not None:
            self.board.uart.listen(False)
            self.to_board = self.to_client = b""
            self.stuck_since = None
            self._hang_up()
            self.client = None

    @abstractmethod
    def admit(self) -> None:
        """Let in whoever has come, or send them away if somebody is there."""

    @abstractmethod
    def receive(self) -> bytes | None:
        """What the client sent: None for nothing yet, b"" when it is gone."""

    @abstractmethod
    def send(self, data: bytes) -> int:
        """How many bytes the client's side took; 0 also when it is gone, which `receive` notices."""

    @abstractmethod
    def close(self) -> None:
        """No further clients."""

    @abstractmethod
    def _hang_up(self) -> None: ...


class TcpDoor(Door):
    """A TCP port. Port 0 is any free one. Raises PortTaken."""

    def __init__(self, board: VirtualBoard, port: int) -> None:
        try:
            self.entrance: socket.socket = socket.create_server((HOST, port))
        except OSError as error:  # Windows says "forbidden" (10013) of some that are taken
            raise PortTaken(port=port) from error
        self.entrance.setblocking(False)
        super().__init__(board, f"socket://{HOST}:{self.entrance.getsockname()[1]}")
        self._connection: socket.socket

    def admit(self) -> None:
        try:
            connection, _address = self.entrance.accept()
        except OSError:
            return  # gone again
        if self.client is not None:
            with contextlib.suppress(OSError):
                connection.send((_("This board is in use by another program.") + "\r\n").encode("utf-8"))
            connection.close()
            return
        connection.setblocking(False)
        # Without this an answer of one byte (a raw paste credit) may wait 40 ms for company.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self.come(connection)

    def receive(self) -> bytes | None:
        try:
            return self._connection.recv(READ_BYTES)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def send(self, data: bytes) -> int:
        try:
            return self._connection.send(data)
        except OSError:
            return 0

    def close(self) -> None:
        self.part()
        self.entrance.close()

    def _hang_up(self) -> None:
        self._connection.close()


if sys.platform != "win32":
    import termios
    import tty

    class PtyDoor(Door):
        """A device file (pseudo-terminal), for programs that know serial ports only."""

        def __init__(self, board: VirtualBoard) -> None:
            self._master, far_end = os.openpty()
            tty.setraw(far_end)
            super().__init__(board, os.ttyname(far_end))
            # As long as we had it open too, a client's coming and going could not be seen.
            os.close(far_end)
            os.set_blocking(self._master, False)

        def admit(self) -> None:
            data = self.receive()
            if data != b"":
                self.come(self._master)
                self.to_board = data or b""

        def receive(self) -> bytes | None:
            try:
                return os.read(self._master, READ_BYTES)
            except BlockingIOError:
                return None
            except OSError:  # EIO: nobody has it open (b"" on macOS)
                return b""

        def send(self, data: bytes) -> int:
            try:
                return os.write(self._master, data)
            except OSError:
                return 0

        def close(self) -> None:
            self.part()
            os.close(self._master)

        def _hang_up(self) -> None:
            """The next client finds it as new: raw, and nothing left in it."""
            with contextlib.suppress(OSError, termios.error):
                far_end = os.open(self.address, os.O_RDWR | os.O_NOCTTY)
                try:
                    termios.tcflush(far_end, termios.TCIOFLUSH)
                    tty.setraw(far_end)
                finally:
                    os.close(far_end)


class Server:
    """All doors of a process, served by one thread."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._bell, self._rope = socket.socketpair()
        self._bell.setblocking(False)
        self._rope.setblocking(False)
        self._selector.register(self._bell, selectors.EVENT_READ)
        self._doors: list[Door] = []
        self._talking_lock = threading.Lock()
        self._talking: set[Door] = set()
        self._ending = False
        self._error: Exception | None = None
        self.meanwhile: Callable[[], None] = lambda: None
        """Called every WAIT_SLICE_S while somebody is in `wait`."""
        self._thread = threading.Thread(target=self._serve, name="virtual boards", daemon=True)

    def add(self, door: Door) -> str:
        """Serve the board behind `door`, and close the door in the end; its address. Before `start` only."""
        door.board.uart.listen(False)
        door.board.uart.on_output = lambda: self._ring(door)
        self._doors.append(door)
        if door.entrance is not None:
            self._selector.register(door.entrance, selectors.EVENT_READ, door)
        return door.address

    def start(self) -> None:
        self._thread.start()

    def wait(self) -> None:
        """For ever; for the main thread, which Ctrl-C interrupts. Raises what ended the server otherwise."""
        while self._thread.is_alive():
            self._thread.join(WAIT_SLICE_S)
            self.meanwhile()
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Send all clients away and shut all doors; harmless when that is done already."""
        self._ending = True
        if self._thread.is_alive():
            self._ring(None)
            self._thread.join(CLOSE_WAIT_S)
        for door in self._doors:
            door.board.uart.on_output = lambda: None
            door.close()
        self._doors.clear()
        self._selector.close()
        self._bell.close()
        self._rope.close()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    # -- from the boards' threads -----------------------------------------------------------------------

    def _ring(self, door: Door | None) -> None:
        """Wake the server's thread: `door`'s board has something to say (None: to end)."""
        with self._talking_lock:
            rung = bool(self._talking)
            if door is not None:
                self._talking.add(door)
        if not rung or door is None:
            with contextlib.suppress(OSError):  # its buffer is full of rings: one more is not needed
                self._rope.send(b"\0")

    # -- the server's thread ----------------------------------------------------------------------------

    def _serve(self) -> None:
        try:
            while not self._ending:
                self._turn()
        except Exception as error:
            self._error = error

    def _turn(self) -> None:
        """Wait for whatever can be done next, and do it."""
        for key, events in self._selector.select(self._patience()):
            if key.fileobj is self._bell:
                with contextlib.suppress(BlockingIOError):
                    self._bell.recv(READ_BYTES)
            elif key.fileobj is key.data.entrance:
                self._admit(key.data)
            else:
                if events & selectors.EVENT_READ:
                    self._hear(key.data)
                if events & selectors.EVENT_WRITE:
                    self._tell(key.data)
        with self._talking_lock:
            talking, self._talking = self._talking, set()
        for door in talking:
            self._tell(door)
        for door in self._doors:
            if door.to_board:
                self._hand_over(door)
            elif door.client is None and door.entrance is None:
                self._admit(door)

    def _patience(self) -> float | None:
        """How long nothing need be done unless somebody calls."""
        if any(door.to_board for door in self._doors):
            return RETRY_S
        if any(door.client is None and door.entrance is None for door in self._doors):
            return LOOK_S
        return None

    def _admit(self, door: Door) -> None:
        # The client before may have gone a moment ago, and its end not been read yet.
        while door.client is not None and not door.to_board and self._hear(door):
            pass
        newly = door.client is None
        door.admit()
        if newly and door.client is not None:
            self._hand_over(door)

    def _hear(self, door: Door) -> bool:
        """Take what the client sent; whether there was anything."""
        data = door.receive()
        if data is None:
            return False
        if not data:
            self._part(door)
            return False
        door.to_board = data
        self._hand_over(door)
        return True

    def _hand_over(self, door: Door) -> None:
        """Hand the board what its client sent, as far as it has room for it."""
        taken = door.board.write(door.to_board, 0) if door.to_board else 0
        door.to_board = door.to_board[taken:]
        now = time.monotonic()
        if not door.to_board:
            door.stuck_since = None
        elif taken or door.stuck_since is None:
            door.stuck_since = now
        elif now - door.stuck_since > STUCK_S:
            door.to_board = b""  # and what follows as well, until the board takes something again
        self._watch(door)

    def _tell(self, door: Door) -> None:
        """Pass on what the board says, as fast as the client takes it."""
        if door.client is None:
            return
        # No more is taken from the board than the client takes: a program that prints has to wait then. And
        # no more than what is left from last time and what came since: others want their turn.
        for _part in range(2):
            door.to_client = door.to_client or door.board.read(0)
            if door.to_client:
                door.to_client = door.to_client[door.send(door.to_client) :]
            if door.to_client:
                break
        self._watch(door)

    def _part(self, door: Door) -> None:
        if door.client is not None:
            with contextlib.suppress(KeyError):
                self._selector.unregister(door.client)
            door.part()

    def _watch(self, door: Door) -> None:
        """Have the selector wait for what can go on at `door`."""
        if door.client is None:
            return
        wanted = (0 if door.to_board else selectors.EVENT_READ) | (
            selectors.EVENT_WRITE if door.to_client else 0
        )
        key = self._selector.get_map().get(door.client)
        if key is None and wanted:
            self._selector.register(door.client, wanted, door)
        elif key is not None and not wanted:
            self._selector.unregister(door.client)
        elif key is not None and key.events != wanted:
            self._selector.modify(door.client, wanted, door)
