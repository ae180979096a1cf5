"""When a measurement is over: after so much time, after so many rows, or when nothing comes any more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from makerlab.wire.events import Event, Header, Row, Samples

OVERTIME_S = 3.0
OVERTIME_PERIODS = 2
"""So long after its time is up by this computer's clock, a program whose rows do not come is given up."""


@dataclass(frozen=True)
class Until:
    """When it is enough: after `seconds` of board time or `samples` rows; None for no such limit."""

    seconds: float | None = None
    samples: int | None = None


class Watch:
    """Watches one measurement that `began` at that time (seconds of a steady clock), and cuts off what is
    beyond its end. Pure: every time is passed in."""

    def __init__(self, until: Until, began: float) -> None:
        self._until = until
        self._began = began
        self._header: Header | None = None
        self._first_tick: int | None = None
        self._reached = False
        self.rows = 0

    def take(self, events: Iterable[Event]) -> list[Event]:
        """Those of `events` that belong to the measurement."""
        kept: list[Event] = []
        for event in events:
            if isinstance(event, Header):
                self._header = event
            elif isinstance(event, Samples):
                rows = self._within(event.rows)
                if rows:
                    kept.append(Samples(rows))
                if self._reached:
                    break
                continue
            kept.append(event)
        return kept

    def is_over(self, at: float) -> bool:
        """Whether it is enough by now. Plain prints, which have this computer's time, need no later row to
        show that; rows that come when something happens may have no later one."""
        if self._until.seconds is not None and self._header is not None and not self._header.is_paced:
            return self._reached or at - self._began >= self._until.seconds
        if self._until.seconds is None or self._header is None or self._first_tick is None:
            return self._reached
        time_is_up = at >= self._first_tick * self._header.tick_s + self._until.seconds
        return self._reached or (self._header.is_plain and time_is_up)

    def is_overdue(self, at: float) -> bool:
        """Whether the row that would have ended it should have come long ago."""
        if self._until.seconds is None:
            return False
        period_s = 1 / self._header.rate_hz if self._header and self._header.rate_hz else 0.0
        return at - self._began > self._until.seconds + max(OVERTIME_S, OVERTIME_PERIODS * period_s)

    def _within(self, rows: list[Row]) -> list[Row]:
        until, count = self._until, len(rows)
        if self._first_tick is None:
            self._first_tick = rows[0][1]
        if until.samples is not None:
            count = min(count, until.samples - self.rows)
        if until.seconds is not None and self._header is not None:
            end = self._first_tick + until.seconds / self._header.tick_s
            while count and rows[count - 1][1] >= end:
                count -= 1
        self.rows += count
        self._reached = count < len(rows) or self.rows == until.samples
        return rows[:count]
