"""What every link to a board is: a byte pipe with bounded waits and one reader thread.

Bytes are stamped when they arrive, by the reader thread, because the time between arrival and the moment
somebody asks for them says nothing about the board.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple

from makerlab.errors import LinkError, PortLost

WRITE_TIMEOUT_S = 5.0
"""A board that takes nothing for so long is stuck: even 9600 baud moves 4,800 bytes meanwhile."""

WAIT_SLICE_S = 0.1
"""Longest wait in one piece: on Windows Ctrl-C is only noticed between two of them."""

CLOSE_WAIT_S = 2.0
"""For the reader thread to end; it looks every 0.2 s, the rest is a slow driver."""

MAX_UNREAD_BYTES = 8 << 20
"""A reader that nobody empties stops reading here: 90 s of a flood at 921600 baud."""


class Chunk(NamedTuple):
    """Bytes that arrived together, and when (time.monotonic, seconds). `data` is empty after a timeout."""

    data: bytes
    at: float


class Link(ABC):
    """An open byte pipe to one board.

    A subclass gives the four edges (`_receive`, `_send`, `_shut`, `reset`); waiting, stamping and the
    reader thread are here, once. After close() or a lost cable every call raises PortLost (what had
    arrived before is still read first).
    """

    display: Callable[[], str] | None = None
    """What the board's display shows, for a board of which that can be seen from here, and is asked for: 25
    brightnesses from "0" (dark) to "9", row by row. Only virtual boards have it."""

    def __init__(self, port: str) -> None:
        self.port = port
        self._ready = threading.Condition()
        self._chunks: list[Chunk] = []
        self._unread = 0
        self._error: LinkError | None = None
        self._closed = False
        self._reader = threading.Thread(target=self._pump, name=f"reader {port}", daemon=True)

    # -- for the user of a link ----------------------------------------------------------------------

    def read(self, timeout_s: float) -> Chunk:
        """All bytes that have arrived, waiting up to `timeout_s` for the first; empty after a timeout.

        The chunk's time is that of its last byte's arrival. Raises PortLost when the board is gone.
        """
        deadline = time.monotonic() + timeout_s
        with self._ready:
            while not self._chunks and self._error is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._ready.wait(min(left, WAIT_SLICE_S))
            if self._chunks:
                data, at = b"".join(chunk.data for chunk in self._chunks), self._chunks[-1].at
                self._chunks.clear()
                self._unread = 0
                self._ready.notify_all()
                return Chunk(data, at)
            if self._error is not None:
                raise self._error
            return Chunk(b"", time.monotonic())

    def write(self, data: bytes, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        """Send all of `data`. Raises LinkTimeout when the board does not take it in time, or PortLost."""
        if self._error is not None:
            raise self._error
        self._send(data, timeout_s)

    def close(self) -> None:
        """Close the pipe; harmless when it is closed or lost already."""
        if self._closed:
            return
        self._closed = True
        self._fail(PortLost(port=self.port))
        self._shut()
        self._join()

    @abstractmethod
    def reset(self) -> bool:
        """Press the board's reset button by wire; False where this link cannot."""

    def __enter__(self) -> Link:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    # -- for a subclass ------------------------------------------------------------------------------

    def _start(self) -> None:
        """Begin reading; call it last in __init__, when the four edges work."""
        self._reader.start()

    @abstractmethod
    def _receive(self) -> bytes:
        """Wait a short time (at most 0.2 s) for bytes and return them, b"" if there are none.

        Raises LinkError when the pipe broke. Called by the reader thread only.
        """

    @abstractmethod
    def _send(self, data: bytes, timeout_s: float) -> None:
        """Send all of `data` or raise LinkTimeout or PortLost."""

    @abstractmethod
    def _shut(self) -> None:
        """Close what is underneath; `_receive` must return soon after.

        Where closing under a reading thread is not safe, call `_join` first.
        """

    def _join(self) -> None:
        """Wait for the reader thread, which sees at its next turn that the link is closed."""
        if self._reader.is_alive() and self._reader is not threading.current_thread():
            self._reader.join(CLOSE_WAIT_S)

    def _fail(self, error: LinkError) -> None:
        with self._ready:
            if self._error is None:
                self._error = error
            self._ready.notify_all()

    def _pump(self) -> None:
        while not self._closed:
            try:
                data = self._receive()
            except LinkError as error:
                self._fail(error)
                return
            except BaseException:
                self._fail(PortLost(port=self.port))  # whoever waits must not wait for a dead thread
                raise
            if not data:
                continue
            with self._ready:
                self._ready.wait_for(lambda: self._unread < MAX_UNREAD_BYTES or self._closed)
                self._chunks.append(Chunk(data, time.monotonic()))
                self._unread += len(data)
                self._ready.notify_all()
