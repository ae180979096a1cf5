"""When a measurement is over."""

from __future__ import annotations

import pytest

from makerlab.experiment.until import OVERTIME_S, Until, Watch
from makerlab.wire.events import Channel, Event, Gap, Header, Mark, Samples, Text

WIRE = Header("light", (Channel("light"),), rate_hz=10, tick_s=0.001)
PLAIN = Header("", (Channel("light"),), tick_s=1e-6, form="plain")


def samples(first: int, count: int, step: int = 100) -> Samples:
    """Rows from number `first` on; row 1 is at tick 5000."""
    return Samples([(seq, 5000 + (seq - 1) * step, 7) for seq in range(first, first + count)])


def seqs(events: list[Event]) -> list[int]:
    return [row[0] for event in events if isinstance(event, Samples) for row in event.rows]


@pytest.mark.parametrize("together", [1, 3, 7, 30])
@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (Until(samples=5), 5),
        (Until(samples=1), 1),
        (Until(seconds=1.0), 10),  # the row at exactly one second is the eleventh: not within it
        (Until(seconds=1.01), 11),
        (Until(seconds=0.01), 1),
        (Until(seconds=1.0, samples=4), 4),
        (Until(seconds=0.3, samples=20), 3),
    ],
)
def test_rows_beyond_the_end_are_left_out(until: Until, expected: int, together: int):
    watch = Watch(until, 0.0)
    kept = watch.take([WIRE], 0.0)
    for first in range(1, 31, together):
        if not watch.is_over(0.0):
            kept += watch.take([samples(first, together)], 0.0)
    assert seqs(kept) == list(range(1, expected + 1))
    assert watch.is_over(0.0)


def test_what_stands_behind_the_end_is_left_out_too():
    watch = Watch(Until(samples=2), 0.0)
    events: list[Event] = [WIRE, Text("before"), samples(1, 3), Gap(3, 5), Mark(9000, "after")]
    assert watch.take(events, 0.0) == [WIRE, Text("before"), samples(1, 2)]


def test_without_a_limit_it_is_never_over():
    watch = Watch(Until(), 0.0)
    assert seqs(watch.take([WIRE, samples(1, 500)], 0.0)) == list(range(1, 501))
    assert not watch.is_over(1e9) and not watch.is_overdue(1e9)


def test_plain_prints_are_over_by_this_computers_clock():
    watch = Watch(Until(seconds=2.0), 100.0)
    watch.take([PLAIN, Samples([(1, 101_000_000, 7)])], 0.0)
    assert not watch.is_over(102.9)
    assert watch.is_over(103.0)


def test_rows_that_do_not_come_are_waited_for_a_little():
    watch = Watch(Until(seconds=2.0), 100.0)
    watch.take([WIRE, samples(1, 3)], 0.0)
    assert not watch.is_over(200.0)  # the board's time counts, and it is said by rows only
    assert not watch.is_overdue(102.0 + OVERTIME_S)
    assert watch.is_overdue(102.1 + OVERTIME_S)


def test_slow_rows_are_waited_for_longer():
    watch = Watch(Until(seconds=2.0), 100.0)
    watch.take([Header("slow", (Channel("light"),), rate_hz=0.1), samples(1, 1)], 0.0)
    assert not watch.is_overdue(120.0)
    assert watch.is_overdue(123.0)


@pytest.mark.parametrize("when", ["change", "event", "burst"])
def test_rows_that_may_never_come_do_not_keep_it_waiting(when: str):
    header = Header("door", (Channel("open"),), rate_hz=50, tick_s=0.001, fields={"w": when})
    watch = Watch(Until(seconds=10.0), 100.0)
    assert watch.take([header, Samples([(1, 5000, 0)])], 0.0)
    assert not watch.is_over(109.9) and not watch.is_overdue(109.9)
    assert watch.is_over(110.0)
    assert Watch(Until(samples=1), 0.0).is_over(1e9) is False
