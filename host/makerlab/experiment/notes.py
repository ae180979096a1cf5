"""What somebody notes while it is measured: marks, and what counts as zero from now on. Pure.

A board that takes notes writes a mark down itself, with its own time, and does the zeroing. For any other a
mark is dated here, by the last row and when it came.
"""

from __future__ import annotations

from collections import deque

from makerlab.wire.events import Event, Header, Mark, Restart, Samples, Status

MAX_MARK_BYTES = 60
"""Of a mark's text: a board takes a command of 80 bytes (firmware/lab), and a longer one is no mark."""
MAX_WAITING = 100
"""Notes that wait to be sent; a key that is held down gives 30 a second."""


class Notes:
    """Any thread may call `mark` and `tare`; whoever measures calls the rest."""

    def __init__(self) -> None:
        self.taken_by_board = False
        """Whether the board takes notes, and so can be zeroed."""
        self._waiting: deque[str | None] = deque(maxlen=MAX_WAITING)
        self._header: Header | None = None
        self._last: tuple[int, float] | None = None

    def mark(self, text: str) -> None:
        """Something happens now."""
        words = " ".join("".join(char if char.isprintable() else " " for char in text).split())
        if words:
            self._waiting.append(words.encode("utf-8")[:MAX_MARK_BYTES].decode("utf-8", "ignore"))

    def tare(self) -> None:
        """What the channels read now counts as zero from now on, if the board can do that."""
        self._waiting.append(None)

    def see(self, event: Event, at: float) -> None:
        """What the board sent, and when it came (seconds of a steady clock)."""
        if isinstance(event, Status):
            self.taken_by_board = event.takes_notes
        elif isinstance(event, Header):
            self._header = event
        elif isinstance(event, Samples):
            self._last = event.rows[-1][1], at
        elif isinstance(event, Restart):
            self._last = None

    def due(self, at: float) -> tuple[bytes, list[Event]]:
        """What to send to the board now, and the events that have to be made here."""
        command, events = b"", list[Event]()
        while self._waiting:
            note = self._waiting.popleft()
            if self.taken_by_board:
                command += b"t\n" if note is None else b"m %s\n" % note.encode("utf-8")
            elif note is not None and self._header is not None and self._last is not None:
                ticks, came = self._last
                events.append(Mark(ticks + round((at - came) / self._header.tick_s), note))
        return command, events
