"""Where all boards' curves meet all pages that show them.

Boards are measured in threads, pages are served in an event loop. A feed that took something wakes the pages;
each then asks for what it does not have yet. So a page that is slow gets more at once, and holds up nobody.

The curves travel over a WebSocket in binary: a browser reads them without parsing, a board of 100 Hz costs
2 KB a second, and server-sent events would need text. One message has a block for each feed with news:

    u32 feed | u32 1: begin anew, 0: append | u32 rows | u32 columns | columns x rows f64, little endian

The first column are seconds since the measurement began, the others a channel each; NaN: could not be read.
"""

from __future__ import annotations

import struct
import sys
import threading
from array import array
from collections.abc import Callable, Iterable
from typing import Any

from makerlab.web.feed import Feed

_BLOCK = struct.Struct("<IIII")


class Position:
    """How far one page has got: by feed, its generation and rows."""

    def __init__(self) -> None:
        self.seen: dict[int, tuple[int, int]] = {}


class Hub:
    """All feeds of the measurement on show. Every method may be called by any thread."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.feeds: list[Feed] = []
        self._numbers = 0
        self._zero: float | None = None
        self._listeners: set[Callable[[], None]] = set()

    def clear(self) -> None:
        """A new measurement begins: forget the one before."""
        with self.lock:
            self.feeds = []
            self._zero = None
        self.tell()

    def open(self, port: str, title: str, shown_channel: Callable[[str], str]) -> Feed:
        """A feed for the board at `port`, beside those that there are."""
        with self.lock:
            self._numbers += 1
            feed = Feed(self._numbers, port, title, shown_channel, self._since, self.lock, self.tell)
            self.feeds.append(feed)
        self.tell()
        return feed

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` (from any thread) whenever there is something new, until `leave`."""
        with self.lock:
            self._listeners.add(listener)

    def leave(self, listener: Callable[[], None]) -> None:
        with self.lock:
            self._listeners.discard(listener)

    def tell(self) -> None:
        """Something is new."""
        with self.lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener()

    def news(self, position: Position) -> bytes:
        """What the page at `position` does not have yet, as a message (see above); b"" for nothing."""
        with self.lock:
            blocks = [block for feed in self.feeds if (block := _news(feed, position))]
        return b"".join(blocks)

    def described(self) -> list[dict[str, Any]]:
        """Everything about the feeds but their curves."""
        with self.lock:
            return [feed.described() for feed in self.feeds]

    def _since(self, at: float) -> float:
        """Seconds since the measurement began: with the first row, whichever board's."""
        if self._zero is None:
            self._zero = at
        return at - self._zero


def _news(feed: Feed, position: Position) -> bytes:
    generation, rows = position.seen.get(feed.number, (-1, 0))
    anew = generation != feed.generation
    start = 0 if anew else rows
    position.seen[feed.number] = (feed.generation, len(feed.times))
    if not anew and start == len(feed.times):
        return b""
    columns: Iterable[array[float]] = [feed.times, *feed.columns]
    parts = [column[start:] for column in columns]
    head = _BLOCK.pack(feed.number, anew, len(parts[0]), len(parts))
    return head + b"".join(_little_endian(part) for part in parts)


def _little_endian(values: array[float]) -> bytes:
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()
