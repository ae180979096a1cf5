"""What one board sends, sorted into what a notebook keeps: parts of rows, gaps, events, console text. Pure.

Whoever reads the board calls `take`; whoever saves calls `pending`, and `saved` when that is on the disk.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from makerlab.recording.about import Clock, EventKind, LogLine
from makerlab.recording.store.chunks import Dating
from makerlab.recording.store.growing import Growing, Line, PendingPart
from makerlab.recording.store.stored import storable
from makerlab.wire.clock import ClockFit
from makerlab.wire.events import End, Event, Fault, Gap, Header, Mark, Restart, Row, Samples, Status, Text

LOG_HEAD, LOG_TAIL = 2000, 2000
"""Lines of console text kept from the beginning and from the end (boot log, traceback). So a board that
floods the line fills no disk."""
LINE_CHARS = 1000
"""Of a line of it, or of an event's text."""
MOST_LOST = 1 << 53
"""Rows a gap can have: more, which only a broken board claims, would not fit into the notebook."""


@dataclass(frozen=True, slots=True)
class GapFound:
    """Rows are missing behind the first `row` rows of part `part`; `lost` of them, None if nobody knows."""

    part: int
    row: int
    start_s: float
    end_s: float
    lost: int | None


@dataclass(frozen=True, slots=True)
class EventFound:
    """It came behind the first `row` rows of part `part`. `ticks` is None if it came with no board time."""

    part: int
    row: int
    time_s: float
    kind: EventKind
    channel: str
    text: str
    ticks: int | None


@dataclass(frozen=True, slots=True)
class Pending:
    """What is to be saved of a recording, and how it stands then."""

    parts: list[PendingPart]
    gaps: list[GapFound]
    events: list[EventFound]
    log: list[LogLine]
    log_lines: int
    """Lines there were so far, left out or not."""
    rows: int
    lost: int
    seconds: float
    zero_at: float | None
    """When the first row was measured, on the steady clock; None: there is none yet."""

    @property
    def is_empty(self) -> bool:
        return not (self.parts or self.gaps or self.events or self.log)


class Intake:
    """Sorts one board's events. `session_at`: the steady clock's reading at the session's start."""

    def __init__(self, session_at: float) -> None:
        self._session_at = session_at
        self._clock: ClockFit | None = None
        self._header: Header | None = None
        self._status: dict[str, str] = {}
        self._parts: list[Growing] = []
        """Those that are not saved whole; the last one grows."""
        self._next_part = 0
        self._new_part_wanted = True
        self._zero_at: float | None = None
        self._last_s = 0.0
        self._last_seq = 0
        self._lost_here = 0
        """Rows lost since the last one."""
        self._went_away = False
        """Whether the board restarted since the last row."""
        self._gaps: list[GapFound] = []
        self._events: list[EventFound] = []
        self._log_head: list[LogLine] = []
        self._log_tail: deque[LogLine] = deque(maxlen=LOG_TAIL)
        self._log_lines = 0
        self._rows = 0
        self._lost = 0

    def take(self, events: Sequence[Event], at: float) -> None:
        """Sort `events`, which came `at` (seconds of the steady clock)."""
        for event in events:
            if isinstance(event, Samples):
                self._take_rows(event.rows, at)
            elif isinstance(event, Header):
                self._take_header(event)
            elif isinstance(event, Gap):
                self._lost_here += event.lost
            elif isinstance(event, Mark):
                self._happened("mark", event.text, event.ticks)
            elif isinstance(event, Fault):
                self._happened("fault", event.text, event.ticks, event.channel)
            elif isinstance(event, Restart):
                self._restart("away" if event.unplugged else "restart")
            elif isinstance(event, Status):
                self._take_status(event.fields)
            elif isinstance(event, Text):
                self._log(event.line, at)
            elif isinstance(event, End):
                self.close()
                self._happened("end")

    def close(self) -> None:
        """Nothing more comes: what was lost before the end is a gap, too."""
        self._settle_gap(self._last_s)

    # -- for whoever saves ---------------------------------------------------------------------------

    def pending(self) -> Pending:
        """What is not saved yet."""
        self._read_clock()
        return Pending(
            parts=[part.pending() for part in self._parts if part.changed],
            gaps=list(self._gaps),
            events=list(self._events),
            log=[*self._log_head, *self._log_tail],
            log_lines=self._log_lines,
            rows=self._rows,
            lost=self._lost,
            seconds=self._last_s,
            zero_at=self._zero_at,
        )

    def saved(self, pending: Pending, pieces: Sequence[tuple[tuple[int, int], ...]]) -> None:
        """`pending` is on the disk; `pieces` as `PendingPart.chunks` gave them."""
        for part, its_pieces in zip(pending.parts, pieces, strict=True):
            part.part.saved(part.rows, its_pieces)
        del self._gaps[: len(pending.gaps)]
        del self._events[: len(pending.events)]
        if pending.log:
            last = pending.log[-1].number
            self._log_head = [line for line in self._log_head if line.number > last]
            while self._log_tail and self._log_tail[0].number <= last:
                self._log_tail.popleft()
        self._parts[:-1] = [part for part in self._parts[:-1] if part.changed]

    def not_saved(self, pending: Pending) -> None:
        """It did not work; `pending` gives it again."""
        for part in pending.parts:
            part.part.changed = True

    # -- rows ----------------------------------------------------------------------------------------

    def _take_header(self, header: Header) -> None:
        before, self._header = self._header, header
        if self._clock is None or before is None:
            self._clock = ClockFit.of(header)
        elif (before.tick_s, before.is_burst) != (header.tick_s, header.is_burst):
            self._end_part()
            self._clock.restart(header)
        elif before.channels != header.channels or before.form != header.form:
            self._end_part()
        elif self._parts and not self._new_part_wanted:
            self._parts[-1].header = header

    def _take_rows(self, rows: Sequence[Row], at: float) -> None:
        assert self._clock is not None, "a decoder gives a header before any rows"
        if not self._new_part_wanted and rows[0][0] <= self._last_seq:
            self._restart("restart")  # nobody said so, but otherwise numbers do not go back
        if (start := self._clock.jump(rows, at)) is not None:
            if start:
                self._add(rows[:start], at)
            self._end_part()
            self._clock.restart()
            self._happened("clock")
            rows = rows[start:]
        self._add(rows, at)

    def _add(self, rows: Sequence[Row], at: float) -> None:
        clock, header = self._clock, self._header
        assert clock is not None and header is not None
        clock.add(rows, at)
        first_ticks = rows[0][1]
        ticks, seconds = clock.anchor
        if self._zero_at is None:
            self._zero_at = at - seconds
        first_s = clock.seconds(first_ticks)
        if self._new_part_wanted:
            line, known = self._line(first_ticks, first_s)
            self._parts.append(Growing(self._next_part, header, first_s, self._status, line, known))
            self._next_part += 1
            self._new_part_wanted = False
        self._settle_gap(first_s)
        self._went_away = False
        part = self._parts[-1]
        part.add(rows, Dating(part.rows, ticks, seconds, clock.rate))
        self._last_s, self._last_seq = seconds, rows[-1][0]
        self._rows += len(rows)

    def _end_part(self) -> None:
        """The rows to come belong to another part."""
        self._read_clock()
        self._new_part_wanted = True

    def _read_clock(self) -> None:
        """How the clock of the part that grows is known by now."""
        if self._parts and not self._new_part_wanted:
            part = self._parts[-1]
            part.line, part.clock = self._line(part.line.ticks, part.start_s)

    def _line(self, first_ticks: int, start_s: float) -> tuple[Line, Clock]:
        clock = self._clock
        assert clock is not None
        arrived = clock.arrived_at(first_ticks)
        assert arrived is not None
        session_s = arrived - self._session_at
        known = Clock(session_s - start_s, clock.rate, clock.uncertainty, clock.arrival_error_s)
        return Line(first_ticks, session_s, clock.rate), known

    def _restart(self, kind: EventKind) -> None:
        """The board began anew, or came back."""
        if self._clock is None or not self._rows:
            return
        self._settle_gap(self._last_s)
        self._end_part()
        self._clock.restart()
        self._went_away = True
        self._happened(kind)

    def _settle_gap(self, end_s: float) -> None:
        """The gap between the last row and one at `end_s`, if there is one."""
        lost = min(self._lost_here, MOST_LOST)
        self._lost = min(self._lost + lost, MOST_LOST)
        if lost or (self._went_away and end_s > self._last_s):
            part, row = self._place()
            known = None if self._went_away else lost
            self._gaps.append(GapFound(part, row, self._last_s, end_s, known))
        self._lost_here = 0

    def _take_status(self, fields: dict[str, str]) -> None:
        self._status = fields
        if self._parts and not self._new_part_wanted:
            self._parts[-1].status = fields
            self._parts[-1].changed = True

    # -- what else there is ----------------------------------------------------------------------------

    def _place(self) -> tuple[int, int]:
        """The part that comes next or grows, and how many rows it has."""
        if self._new_part_wanted:
            return self._next_part, 0
        return self._parts[-1].number, self._parts[-1].rows

    def _happened(self, kind: EventKind, text: str = "", ticks: int | None = None, channel: str = "") -> None:
        time_s = self._last_s
        if ticks is not None and self._clock is not None:
            time_s = max(0.0, self._clock.seconds(ticks))
        self._events.append(
            EventFound(
                *self._place(),
                time_s,
                kind,
                storable(channel[:LINE_CHARS]),
                storable(text[:LINE_CHARS]),
                ticks,
            )
        )

    def _log(self, line: str, at: float) -> None:
        time_s = max(0.0, at - self._zero_at) if self._zero_at is not None else 0.0
        kept = self._log_head if self._log_lines < LOG_HEAD else self._log_tail
        kept.append(LogLine(time_s, storable(line[:LINE_CHARS]), self._log_lines))
        self._log_lines += 1
