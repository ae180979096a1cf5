"""Links for faults that no genuine board can be made to show, and for conversations that were recorded.

link = FakeLink([(b"\\x02", b"MicroPython v1.24.1 on ...\\r\\n>>> ")])
...                                                # the code under test talks to it
link.assert_all_used()
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from makerlab.errors import PortLost
from makerlab.link.base import WRITE_TIMEOUT_S, Chunk, Link

Pair = tuple[bytes, bytes]
"""What the host is expected to write, and what the board answers then."""


class FakeLink(Link):
    """A board that follows a script: the answer of a pair comes when all that is expected was written.

    `cut_after`: the plug is pulled after so many bytes from the board. `ignores` what is written: a board
    that only talks; then the script's answers come one by one, over and over, one for each write.
    """

    def __init__(self, pairs: Sequence[Pair], *, cut_after: int | None = None, ignores: bool = False) -> None:
        super().__init__("COM7")
        self._pairs = list(pairs)
        self._next = 0
        self._written = b""
        self._waiting = b""
        self._left = cut_after
        self._ignores = ignores
        self.resets = 0
        if pairs and not pairs[0][0]:
            self._answer()

    def read(self, timeout_s: float) -> Chunk:
        if self._left is not None:
            self._waiting = self._waiting[: self._left]
            self._left -= len(self._waiting)
        data, self._waiting = self._waiting, b""
        if not data and self._left == 0:
            raise PortLost(port=self.port)
        return Chunk(data, time.monotonic())

    def write(self, data: bytes, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        if self._left == 0 and not self._waiting:
            raise PortLost(port=self.port)
        if self._ignores:
            self._waiting += self._pairs[self._next % len(self._pairs)][1]
            self._next += 1
            return
        self._written += data
        while self._written:
            assert self._next < len(self._pairs), f"nothing expects {self._written!r}"
            expected = self._pairs[self._next][0]
            if len(self._written) < len(expected):
                assert expected.startswith(self._written), f"{expected!r} expected, not {self._written!r}"
                return
            assert self._written.startswith(expected), f"{expected!r} expected, not {self._written!r}"
            self._written = self._written[len(expected) :]
            self._answer()

    def assert_all_used(self) -> None:
        """Everything expected was written, everything answered was read."""
        assert not self._waiting, f"never read: {self._waiting!r}"
        assert self._next == len(self._pairs), f"never written: {self._pairs[self._next][0]!r}"

    def reset(self) -> bool:
        self.resets += 1
        return False

    def _answer(self) -> None:
        self._waiting += self._pairs[self._next][1]
        self._next += 1

    def _receive(self) -> bytes:
        raise AssertionError("no reader thread here")

    def _send(self, data: bytes, timeout_s: float) -> None:
        raise AssertionError("no reader thread here")

    def _shut(self) -> None:
        pass


class RecordingLink(FakeLink):
    """Passes everything on to a genuine link and keeps it as the script of a FakeLink.

    With `close` False the genuine link stays open, to see what was left behind it.
    """

    def __init__(self, genuine: Link, close: bool = True) -> None:
        super().__init__([])
        self.port = genuine.port
        self._genuine = genuine
        self._closes = close
        self.pairs: list[Pair] = [(b"", b"")]

    def read(self, timeout_s: float) -> Chunk:
        chunk = self._genuine.read(timeout_s)
        expected, answer = self.pairs[-1]
        self.pairs[-1] = expected, answer + chunk.data
        return chunk

    def write(self, data: bytes, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        expected, answer = self.pairs[-1]
        if answer:
            self.pairs.append((data, b""))
        else:
            self.pairs[-1] = expected + data, b""
        self._genuine.write(data, timeout_s)

    def reset(self) -> bool:
        return self._genuine.reset()

    def _shut(self) -> None:
        if self._closes:
            self._genuine.close()
