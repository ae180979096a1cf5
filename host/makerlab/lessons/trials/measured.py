"""What a board sent -> columns that expectations can judge. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from makerlab.lessons.expectations.columns import Columns, Happened
from makerlab.lessons.model import Lesson
from makerlab.wire.events import Event, Header, Mark, Restart, Samples

T = TypeVar("T")

MAX_ROWS = 500_000
"""More than a lesson takes: a day at five rows a second."""


class Collector:
    """Takes events in order and makes columns of them. Channels of several headers become columns beside each
    other; time goes on where a board began anew."""

    def __init__(self) -> None:
        self._header: Header | None = None
        self._times: list[float] = []
        self._rows: list[tuple[Header, Sequence[float | None]]] = []
        self._events: list[Happened] = []
        self._first_s: float | None = None
        self._passed_s = 0.0
        """Added to the board's time: how long it was measured before the board began anew."""

    def take(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, Header):
                self._header = event
            elif isinstance(event, Restart):
                self._passed_s, self._first_s = (self._times[-1] if self._times else 0.0), None
            elif isinstance(event, Samples) and self._header is not None:
                self._take_rows(self._header, event)
            elif isinstance(event, Mark) and self._header is not None:
                self._events.append(Happened(self._time(event.ticks, self._header), event.text))

    def columns(self) -> Columns:
        names: dict[str, str] = {}
        for header in {id(header): header for header, _values in self._rows}.values():
            names |= {channel.name: channel.unit for channel in header.channels}
        values: dict[str, list[float | None]] = {name: [] for name in names}
        for header, row in self._rows:
            scaled = {
                channel.name: None if value is None else value * channel.scale
                for channel, value in zip(header.channels, row, strict=False)
            }
            for name, column in values.items():
                column.append(scaled.get(name))
        return Columns(self._times, values, self._events, names)

    def _take_rows(self, header: Header, samples: Samples) -> None:
        for row in samples.rows[: MAX_ROWS - len(self._times)]:
            self._times.append(self._time(row[1], header))
            self._rows.append((header, row[2:]))

    def _time(self, ticks: int, header: Header) -> float:
        seconds = ticks * header.tick_s
        if self._first_s is None:
            self._first_s = seconds
        return self._passed_s + seconds - self._first_s


def named(columns: Columns, lesson: Lesson) -> Columns:
    """The same with the ids of the lesson's channels: a table that somebody exported has their titles, in one
    of the languages."""
    ids: dict[str, str] = {}
    for channel in lesson.channels:
        for name in (*channel.name.values(), channel.id):
            ids.setdefault(name, channel.id)
    return Columns(
        columns.time_s,
        _renamed(columns.values, ids),
        columns.events,
        _renamed(columns.units, ids),
    )


def _renamed(columns: Mapping[str, T], ids: Mapping[str, str]) -> dict[str, T]:
    return {ids.get(name, name): column for name, column in columns.items()}
