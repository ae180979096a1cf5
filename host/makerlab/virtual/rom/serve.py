"""A virtual board's way out: an `rfc2217://` (or `socket://`) address of this computer.

    with Socket(board, paced=True) as plug:
        plug.address        # "rfc2217://127.0.0.1:40123"
        plug.unplug()       # as if somebody pulled the cable

One client at a time, as with a serial port. With `paced` bytes take as long as on a real line of the client's
rate. The faults that are about the cable (unplug_at, moves) happen here.

A plain connection (`socket://`) has no wires and names no rate. There it is as if somebody stood beside the
board: its loader starts when a client sends SYNC, and it is reset when a client leaves that used the loader.
pyserial needs 0.2 s for each change of a time-out over RFC 2217, and none over a plain connection, so this
one is for measuring.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time

from makerlab.virtual.rom.board import FlashableBoard
from makerlab.virtual.rom.loader import SYNC_PATTERN
from makerlab.virtual.rom.telnet import Baud, Conversation, Data, Lines, PlainConversation, Purge, escape

HOST = "127.0.0.1"
"""Never another address: whoever reaches a board may run programs on it."""
READ_BYTES = 4096
"""89 ms of a line at 460800 baud."""
LISTEN_S, CLOSE_WAIT_S = 0.1, 2.0
BITS_A_BYTE = 10


class Socket:
    """The USB socket that `board` is plugged into. Raises OSError when there is no TCP port for it."""

    def __init__(
        self, board: FlashableBoard, *, paced: bool = False, plain: bool = False, port: int = 0
    ) -> None:
        self._board = board
        self._paced = paced
        self._plain = plain
        self._received = 0
        self._client: socket.socket | None = None
        self._sending = threading.Lock()
        self._ended = threading.Event()
        self._moved = threading.Event()
        self._entrance = socket.create_server((HOST, port))
        self.address = self._address()
        board.on_move = self._moved.set
        board.start()
        self._threads = [
            threading.Thread(target=work, name=f"virtual {self.address}", daemon=True)
            for work in (self._serve, self._tell)
        ]
        for thread in self._threads:
            thread.start()

    def unplug(self) -> None:
        """Pull the cable, for good: the port vanishes and the board loses its power."""
        self._ended.set()
        self._board.close()
        self._hang_up()
        with contextlib.suppress(OSError):
            self._entrance.shutdown(socket.SHUT_RDWR)  # else Linux listens for as long as `accept` waits
        self._entrance.close()

    def close(self) -> None:
        """Unplug, and wait until all has ended."""
        self.unplug()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(CLOSE_WAIT_S)

    def __enter__(self) -> Socket:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _address(self) -> str:
        return f"{'socket' if self._plain else 'rfc2217'}://{HOST}:{self._entrance.getsockname()[1]}"

    def _hang_up(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
            client.close()

    # -- two threads: one for what the client sends, one for what the board says -------------------------

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                self._entrance.settimeout(LISTEN_S)
                client, _address = self._entrance.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.settimeout(LISTEN_S)
            self._client = client
            with contextlib.suppress(OSError):
                self._listen(client)
            if self._plain and self._board.in_loader:
                self._board.reset()
            self._hang_up()
            if self._moved.is_set():
                self._move()

    def _listen(self, client: socket.socket) -> None:
        conversation = PlainConversation() if self._plain else Conversation()
        byte_s = 0.0
        free_at = time.monotonic()  # when the line has carried all that came before
        while not self._ended.is_set() and not self._moved.is_set():
            self._send(client, conversation.to_send())
            waiting = bool(select.select([client], [], [], 0)[0])
            try:
                data = client.recv(READ_BYTES)
            except TimeoutError:
                continue
            if not data:
                return
            if not waiting:  # else it was on its way while we slept, and follows what came before
                free_at = max(free_at, time.monotonic())
            for event in conversation.receive(data):
                if isinstance(event, Baud):
                    self._board.set_baud(event.baud)
                elif isinstance(event, Lines):
                    self._board.lines(event.dtr, event.rts)
                elif isinstance(event, Purge):
                    self._board.forget_output()
                elif isinstance(event, Data):
                    if self._plain:
                        self._stand_beside(event.data)
                    byte_s = BITS_A_BYTE / self._board.host_baud if self._paced else 0.0
                    free_at += len(event.data) * byte_s
                    self._ended.wait(max(0.0, free_at - time.monotonic()))
                    self._pass_on(event.data)

    def _stand_beside(self, data: bytes) -> None:
        """Do what a person would who sees the client's intention."""
        if SYNC_PATTERN in data and not self._board.in_loader:
            self._board.lines(dtr=False, rts=True)
            self._board.lines(dtr=True, rts=False)
            self._board.forget_output()
        self._board.follow_baud()

    def _pass_on(self, data: bytes) -> None:
        self._received += len(data)
        pulled_at = self._board.faults.unplug_at
        if pulled_at is not None and self._received >= pulled_at:
            self._board.write(data[: max(0, len(data) - (self._received - pulled_at))])
            self.unplug()
            return
        self._board.write(data)

    def _tell(self) -> None:
        while not self._ended.is_set():
            said = self._board.read(LISTEN_S)
            client = self._client
            if said and client is not None:
                with contextlib.suppress(OSError):
                    self._send(client, said if self._plain else escape(said))

    def _send(self, client: socket.socket, data: bytes) -> None:
        with self._sending:
            while data:
                try:
                    data = data[client.send(data) :]
                except TimeoutError:
                    if self._ended.is_set():
                        return

    def _move(self) -> None:
        """Come back at another address."""
        before, self._entrance = self._entrance, socket.create_server((HOST, 0))
        before.close()
        self.address = self._address()
        self._moved.clear()
