"""A recording once more: each thing when it came, at any speed, and nothing left out."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest
from tea_recording import tea

from makerlab.recording.formats.imported import batches_of
from makerlab.recording.replay import LOOK_S, replay
from makerlab.recording.store.notebook import Notebook
from makerlab.recording.table import Table
from makerlab.wire.events import Event, Fault, Gap, Header, Mark, Samples, Text


class Clock:
    """A steady clock that goes on only while somebody waits."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def now(self) -> float:
        return self.now_s

    def wait(self, seconds: float) -> None:
        self.now_s += seconds


class Consumer:
    """What came, by which clock, and when it was told that it came."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.taken: list[tuple[float, float, list[Event]]] = []
        self.looks = 0

    def take(self, events: list[Event], at: float) -> None:
        if events:
            self.taken.append((self.clock.now_s - 1000.0, at - 1000.0, events))
        else:
            self.looks += 1


BATCHES: list[tuple[list[Event], float]] = [([Text("a")], 0.0), ([Text("b")], 1.0), ([Text("c")], 4.0)]


@pytest.mark.parametrize("speed", [0.5, 1, 10])
def test_everything_comes_when_it_came(speed: float) -> None:
    clock = Clock()
    consumer = Consumer(clock)
    assert replay(BATCHES, consumer, speed, clock.now, clock.wait)
    for (really, told, events), (before, came_s) in zip(consumer.taken, BATCHES, strict=True):
        assert really == pytest.approx(came_s / speed) and told == pytest.approx(came_s) and events == before
    assert consumer.looks >= 4 / speed / LOOK_S  # a view can show meanwhile that nothing comes


def test_at_once() -> None:
    clock = Clock()
    consumer = Consumer(clock)
    assert replay(BATCHES, consumer, inf, clock.now, clock.wait)
    assert [told for _really, told, _events in consumer.taken] == [0, 1, 4] and clock.now_s == 1000.0


def test_it_can_be_stopped() -> None:
    clock = Clock()
    consumer = Consumer(clock)
    assert not replay(BATCHES, consumer, 1, clock.now, clock.wait, lambda: clock.now_s > 1002.0)
    assert len(consumer.taken) == 2 and clock.now_s < 1002.1


def test_out_of_the_notebook_comes_what_the_board_sent(tmp_path: Path) -> None:
    """Rows, gap, mark, fault and text in their order; a table made of them is the same."""
    content = tea(30)
    with Notebook(tmp_path / "notebook.sqlite3") as book:
        (id,) = book.add([(content.about, batches_of(content))])
        clock = Clock()
        consumer = Consumer(clock)
        replay(book.batches(id), consumer, inf, clock.now, clock.wait)
    again = [(event, told) for _really, told, events in consumer.taken for event in events]
    first = [(event, at) for events, at in batches_of(content) for event in events]
    kinds = (Mark, Fault, Gap)
    assert [event for event, _at in again if isinstance(event, kinds)] == [
        event for event, _at in first if isinstance(event, kinds)
    ]
    assert sum(len(event.rows) for event, _at in again if isinstance(event, Samples)) == 28
    assert "warming up" in [event.line for event, _at in again if isinstance(event, Text)]

    def table(events: list[tuple[Event, float]]) -> list[str]:
        header = next(event for event, _at in events if isinstance(event, Header))
        made = Table(header)
        return [made.heading, *(line for event, at in events for line in made.take(event, at))]

    assert table(again) == table(first)
