"""A part of a recording while it grows: which of its rows are to be saved, and as which chunks. Pure.

Rows are saved in small pieces as they come, and written once more when they fill a chunk; PIECES_A_LEVEL
pieces are joined into one on the way. So each row is written a few times, whatever the rate, and no chunk is
ever changed: a piece is replaced by a longer one that begins at the same row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from makerlab.recording.about import Clock
from makerlab.recording.store.chunks import CHUNK_ROWS, Chunk, Dating, encode
from makerlab.wire.events import Header, Row

PIECES_A_LEVEL = 8
"""A row a second fills a chunk in an hour: until then it lies in at most 30 pieces, not in thousands."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A chunk to save, in place of every piece of this part that begins at `first_row` or behind it."""

    first_row: int
    chunk: Chunk


@dataclass(frozen=True, slots=True)
class Line:
    """The straight line that all arrivals gave: the row with `ticks` was measured at `session_s` (seconds
    from the session's start), and a second of the board's clock is `rate` real ones."""

    ticks: int
    session_s: float
    rate: float


@dataclass(slots=True)
class Growing:
    """A part. All rows it has are either in full chunks that are saved, or in `kept`."""

    number: int
    """In its recording, from 0."""
    header: Header
    start_s: float
    status: dict[str, str]
    line: Line
    clock: Clock
    end_s: float = 0.0
    kept: list[Row] = field(default_factory=list)
    kept_from: int = 0
    """Number of the first row of `kept` in the part, from 0."""
    datings: list[Dating] = field(default_factory=list)
    pieces: tuple[tuple[int, int], ...] = ()
    """(first row, level) of those that are saved of `kept`."""
    saved_to: int = 0
    changed: bool = True
    """Whether there is anything that is not saved."""

    @property
    def rows(self) -> int:
        return self.kept_from + len(self.kept)

    def add(self, rows: Sequence[Row], dating: Dating) -> None:
        self.datings.append(dating)
        self.kept.extend(rows)
        self.end_s = dating.seconds
        self.changed = True

    def pending(self) -> PendingPart:
        """What of it is to be saved now. It may grow meanwhile."""
        self.changed = False
        return PendingPart(self, self.rows, self.end_s, self.header, dict(self.status), self.line, self.clock)

    def saved(self, rows: int, pieces: tuple[tuple[int, int], ...]) -> None:
        """Its first `rows` rows are saved, those behind the last full chunk in `pieces`."""
        self.saved_to = rows
        self.pieces = pieces
        full_to = pieces[0][0] if pieces else rows
        del self.kept[: full_to - self.kept_from]
        self.kept_from = full_to
        while len(self.datings) > 1 and self.datings[1].first_row <= full_to:
            del self.datings[0]


@dataclass(frozen=True, slots=True)
class PendingPart:
    """What of `part` is to be saved: as it was when this was made."""

    part: Growing
    rows: int
    end_s: float
    header: Header
    status: dict[str, str]
    line: Line
    clock: Clock

    def chunks(self) -> tuple[list[Piece], tuple[tuple[int, int], ...]]:
        """What to save, and `Growing.pieces` once it is saved."""
        part = self.part
        found: list[Piece] = []
        full_to = part.kept_from
        while self.rows - full_to >= CHUNK_ROWS:
            found.append(self._piece(full_to, full_to + CHUNK_ROWS))
            full_to += CHUNK_ROWS
        pieces = part.pieces if full_to == part.kept_from else ()
        start = max(part.saved_to, full_to)
        if start < self.rows:
            pieces = _joined(pieces, start)
            found.append(self._piece(pieces[-1][0], self.rows))
        return found, pieces

    def _piece(self, start: int, end: int) -> Piece:
        part = self.part
        rows = part.kept[start - part.kept_from : end - part.kept_from]
        return Piece(start, encode(rows, part.datings, start, self.header.tick_s))


def _joined(pieces: tuple[tuple[int, int], ...], start: int) -> tuple[tuple[int, int], ...]:
    """`pieces` and one more that begins at `start`, or at the first of those it is joined with."""
    level, others = 0, PIECES_A_LEVEL - 1
    while len(pieces) >= others and pieces[-others][1] == level:
        start = pieces[-others][0]
        pieces = pieces[:-others]
        level += 1
    return (*pieces, (start, level))
