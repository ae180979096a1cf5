"""Which rows belong to a measurement, and when it is over: after so much time, after so many rows, when a
condition is true, or when nothing comes any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from makerlab.experiment.conditions import Condition
from makerlab.recording.calculated.calibration import Calibration
from makerlab.recording.calculated.derive import Derived
from makerlab.recording.calculated.expression_tree import Expression
from makerlab.wire.events import Event, Gap, Header, Mark, Restart, Row, Samples

OVERTIME_S = 3.0
OVERTIME_PERIODS = 2
"""So long after its time is up by this computer's clock, a program whose rows do not come is given up."""
MIN_WAIT_S = 60.0
"""So long at least a start is waited for where the time is limited: three seconds of measuring may well begin
with somebody fetching warm water."""


@dataclass(frozen=True)
class Until:
    """When it is enough: after `seconds` of board time or `samples` rows, or with the first row of which
    `stop` is true; None for no such limit.

    It begins with the first row of which `start` is true (None: at once); seconds and rows count from there.
    Where there are `seconds`, that row is waited for as long, MIN_WAIT_S at least.
    """

    seconds: float | None = None
    samples: int | None = None
    stop: Expression | None = None
    start: Expression | None = None


class Watch:
    """Watches one measurement that `began` at that time (seconds of a steady clock), and leaves out what is
    before its start and beyond its end. Pure: every time is passed in.

    Conditions see channels as they are shown: with `calibration` and `definitions`.
    """

    def __init__(
        self,
        until: Until,
        began: float,
        calibration: Mapping[str, Calibration] | None = None,
        definitions: tuple[Derived, ...] = (),
    ) -> None:
        self._until = until
        self._began = began
        self._start = until.start and Condition(until.start, calibration or {}, definitions)
        self._stop = until.stop and Condition(until.stop, calibration or {}, definitions)
        self._header: Header | None = None
        self._first_tick: float | None = None
        self._first_at: float | None = None
        self._reached = False
        self.heard = False
        """Whether any row has come, in the measurement or before it."""
        self.rows = 0

    @property
    def waiting_for(self) -> Expression | None:
        """The condition that has to become true before anything is recorded; None: it is recorded."""
        return self._start.expression if self._start else None

    @property
    def reading(self) -> str:
        """What `waiting_for` sees now (see Condition.reading)."""
        return self._start.reading if self._start else ""

    def take(self, events: Iterable[Event], at: float) -> list[Event]:
        """Those of `events`, which came `at`, that belong to the measurement."""
        kept: list[Event] = []
        for event in events:
            if isinstance(event, Samples):
                if not self._reached and (rows := self._within(self._begun(event.rows, at), at)):
                    kept.append(Samples(rows))
                continue
            if isinstance(event, Header | Restart):
                self._see(event)
            elif isinstance(event, Gap | Mark) and (self._start or self._reached):
                continue
            kept.append(event)
        return kept

    def is_over(self, at: float) -> bool:
        """Whether it is enough by now. Plain prints, which have this computer's time, need no later row to
        show that; rows that come when something happens may have no later one."""
        seconds, header = self._until.seconds, self._header
        if self._start or self._reached or seconds is None or header is None:
            return self._reached
        if not header.is_paced:
            return at - self._began >= seconds
        time_is_up = self._first_tick is not None and at >= self._first_tick * header.tick_s + seconds
        return header.is_plain and time_is_up

    def is_over_unheard(self, at: float) -> bool:
        """The same while the board is away: by this computer's clock."""
        since = self._began if self._first_at is None else self._first_at
        return not self._start and self._until.seconds is not None and at - since >= self._until.seconds

    def is_overdue(self, at: float) -> bool:
        """Whether the row that would have begun or ended it should have come long ago."""
        if self._until.seconds is None:
            return False
        if self._start and self.heard:
            return at - self._began > max(self._until.seconds, MIN_WAIT_S)
        period_s = 1 / self._header.rate_hz if self._header and self._header.rate_hz else 0.0
        return at - self._began > self._until.seconds + max(OVERTIME_S, OVERTIME_PERIODS * period_s)

    def _see(self, event: Header | Restart) -> None:
        if isinstance(event, Header):
            self._header = event
        else:
            self._first_tick = None  # the board's clock began anew
        for condition in (self._start, self._stop):
            if condition:
                condition.see(event)

    def _begun(self, rows: list[Row], at: float) -> list[Row]:
        """Those of `rows` from the start on."""
        self.heard = True
        if self._start:
            first = self._start.first_true(rows)
            if first is None:
                return []
            rows = rows[first:]
            self._start, self._began = None, at
        return rows

    def _within(self, rows: list[Row], at: float) -> list[Row]:
        if not rows:
            return rows
        until, count = self._until, len(rows)
        tick_s = self._header.tick_s if self._header else 1.0
        if self._first_at is None:
            self._first_at = at
        if self._first_tick is None:
            self._first_tick = rows[0][1] - (at - self._first_at) / tick_s
        if until.samples is not None:
            count = min(count, until.samples - self.rows)
        if until.seconds is not None:
            end = self._first_tick + until.seconds / tick_s
            while count and rows[count - 1][1] >= end:
                count -= 1
        self._reached = count < len(rows) or self.rows + count == until.samples
        if self._stop and (last := self._stop.first_true(rows[:count])) is not None:
            count, self._reached = last + 1, True
        self.rows += count
        return rows[:count]
