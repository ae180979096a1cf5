"""What boards send, as events: for the tests of the notebook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from makerlab.recording.about import About
from makerlab.recording.store.writer import Writer
from makerlab.wire.events import Channel, Event, Gap, Header, Mark, Restart, Row, Samples, Text

CHANNELS = (Channel("temperature", "degC", 0.01, 2), Channel("light", "lx", 1.0, 0))
HEADER = Header("cooling", CHANNELS, rate_hz=10.0)
BEIJING = timezone(timedelta(hours=8))
BEGUN = datetime(2026, 11, 24, 10, 15, 30, tzinfo=BEIJING)
BEGUN_AT = 1000.0
"""What the steady clock read then."""


def about(title: str = "Cooling", **other: Any) -> About:
    return About(title, **{"started_at": BEGUN, **other})


def rows(first: int, count: int, step: int = 100, ticks: int | None = None) -> list[Row]:
    """`count` rows of HEADER, `step` ticks apart; light is the row's number."""
    start = first * step if ticks is None else ticks
    return [(first + n, start + n * step, 2000 + n % 100, first + n) for n in range(count)]


def record(writer: Writer, events: Iterable[Event]) -> None:
    """Give `writer` the events, one at a time, when they come: a second after the beginning the board's clock
    is 0, and a restart takes 2 s."""
    at = zero_at = BEGUN_AT + 1.0
    for event in events:
        if isinstance(event, Restart):
            at = zero_at = at + 2.0
        elif isinstance(event, Samples):
            at = zero_at + event.rows[-1][1] / 1000
        writer.take([event], at)


def flat(batches: Iterable[tuple[list[Event], float]]) -> Iterator[Event]:
    """The events, neighbouring samples joined."""
    waiting: list[Row] = []
    for events, _at in batches:
        for event in events:
            if isinstance(event, Samples):
                waiting += event.rows
                continue
            if waiting:
                yield Samples(waiting)
                waiting = []
            yield event
    if waiting:
        yield Samples(waiting)


EVENTFUL: list[Event] = [
    Text("booting"),
    HEADER,
    Samples(rows(1, 20)),
    Mark(2050, "lid opened"),
    Samples(rows(21, 10)),
    Gap(30, 3),
    Samples(rows(34, 10)),
    Restart(unplugged=True),
    HEADER,
    Samples(rows(1, 5)),
]
"""A measurement in which something happens."""
