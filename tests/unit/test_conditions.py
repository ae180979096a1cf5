"""Which rows belong to a measurement with conditions, and to one whose board was away."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makerlab.experiment.until import MIN_WAIT_S, Until, Watch
from makerlab.recording.calculated.calibration import Calibration
from makerlab.recording.calculated.derive import derived
from makerlab.recording.calculated.expression import condition
from makerlab.wire.events import Channel, Event, Fault, Gap, Header, Mark, Restart, Samples, Status, Text

HEADER = Header("x", (Channel("n", "m"), Channel("t", "degC", 0.1, 1)), rate_hz=10)


def rows(first: int, last: int, at_tick: int = 5000) -> Samples:
    """Rows whose first channel is their number; every 100 ms."""
    return Samples([(seq, at_tick + seq * 100, seq, seq % 3) for seq in range(first, last + 1)])


def numbers(events: list[Event]) -> list[int]:
    return [row[0] for event in events if isinstance(event, Samples) for row in event.rows]


def measured(watch: Watch, cuts: list[int], count: int = 40) -> list[int]:
    """The rows kept when `count` rows come in pieces, cut at `cuts`."""
    kept = numbers(watch.take([HEADER], 0.0))
    edges = sorted({0, count, *cuts})
    for begin, end in pairwise(edges):
        kept += numbers(watch.take([rows(begin + 1, end)], end / 10))
        if watch.is_over(end / 10):
            break
    return kept


CASES = [
    (Until(stop=condition("n >= 12")), range(1, 13)),
    (Until(start=condition("n > 7")), range(8, 41)),
    (Until(start=condition("n > 7"), samples=5), range(8, 13)),
    (Until(start=condition("n > 7"), seconds=0.45), range(8, 13)),
    (Until(start=condition("n > 7"), stop=condition("first(n) + 3 == n")), range(8, 12)),
    (Until(stop=condition("n >= 12"), samples=5), range(1, 6)),
    (Until(start=condition("n == 3"), stop=condition("n > 2")), range(3, 4)),
    (Until(start=condition("time > 1")), range(12, 41)),
    (Until(stop=condition("time >= 1")), range(1, 12)),
    (Until(start=condition("n > 100")), range(0)),
]


@pytest.mark.parametrize(("until", "expected"), CASES)
@settings(max_examples=40, deadline=None)
@given(cuts=st.lists(st.integers(1, 39), max_size=8))
def test_the_same_rows_however_they_arrive(until, expected, cuts):
    assert measured(Watch(until, 0.0), cuts) == list(expected)


def test_conditions_see_what_is_shown():
    until = Until(stop=condition("double >= 40"))
    calibration = {"n": Calibration((0.0, 1.0), (0.0, 2.0), "m")}
    watch = Watch(until, 0.0, calibration, (derived("double = n * 2"),))
    assert measured(watch, [20]) == list(range(1, 11))  # 10 m are 20 m, and twice that 40


def test_a_value_that_is_missing_begins_and_ends_nothing():
    watch = Watch(Until(start=condition("t > 0"), stop=condition("t > 5 or t <= 5")), 0.0)
    events: list[Event] = [HEADER, Samples([(1, 0, 1, None), (2, 100, 2, 7), (3, 200, 3, 7)])]
    assert numbers(watch.take(events, 0.1)) == [2]
    assert watch.is_over(0.1)


def test_before_it_begins_nothing_of_rows_is_kept_but_what_is_said_is():
    watch = Watch(Until(start=condition("n > 5")), 0.0)
    said: list[Event] = [HEADER, Status({"late": "0"}), Text("hello"), Fault(1, "t", "no answer")]
    assert watch.take([*said, rows(1, 2), Gap(2, 1), Mark(9, "early")], 0.1) == said
    assert watch.waiting_for is not None and watch.reading == "n 2"
    assert watch.take([rows(6, 6), Gap(6, 1), Mark(9, "then")], 0.2) == [
        rows(6, 6),
        Gap(6, 1),
        Mark(9, "then"),
    ]
    assert watch.waiting_for is None and watch.reading == ""


@pytest.mark.parametrize(("seconds", "waited"), [(1.0, MIN_WAIT_S), (300.0, 300.0)])
def test_a_condition_is_waited_for_as_long_as_is_measured_then_a_minute_at_least(seconds, waited):
    watch = Watch(Until(seconds=seconds, start=condition("n > 5")), 0.0)
    watch.take([HEADER, rows(1, 2)], 0.1)
    assert not watch.is_over_unheard(1e6)
    assert not watch.is_overdue(waited) and watch.is_overdue(waited + 0.1)


def test_a_condition_is_waited_for_without_end_where_no_time_is_set():
    watch = Watch(Until(samples=1, start=condition("n > 5")), 0.0)
    watch.take([HEADER, rows(1, 2)], 0.1)
    assert not watch.is_overdue(1e6)


def test_without_any_row_waiting_is_overdue():
    assert Watch(Until(seconds=1.0, start=condition("n > 5")), 0.0).is_overdue(1e6)  # no row at all


@pytest.mark.parametrize("away_s", [0.5, 3.0])
def test_seconds_go_on_while_a_board_is_away_and_its_clock_begins_anew(away_s):
    watch = Watch(Until(seconds=5.0), 100.0)
    watch.take([HEADER, rows(1, 10)], 101.0)  # the first row counts from here
    watch.take([Restart(unplugged=True), HEADER], 101.0 + away_s)
    back = watch.take([rows(1, 100, at_tick=7)], 101.0 + away_s)
    assert len(numbers(back)) == round((5.0 - away_s) * 10)
    assert watch.is_over(0.0)


def test_seconds_are_over_while_it_is_away():
    watch = Watch(Until(seconds=5.0), 100.0)
    watch.take([HEADER, rows(1, 10)], 101.0)
    assert not watch.is_over_unheard(105.9) and watch.is_over_unheard(106.0)
    assert not Watch(Until(samples=5), 0.0).is_over_unheard(1e6)


def test_rows_are_counted_across_a_gap():
    watch = Watch(Until(samples=12), 0.0)
    kept = numbers(watch.take([HEADER, rows(1, 8), Restart(unplugged=True), HEADER, rows(1, 8)], 1.0))
    assert kept == [*range(1, 9), *range(1, 5)]
    assert watch.is_over(1.0)


def test_remembering_functions_remember_across_a_gap():
    watch = Watch(Until(stop=condition("n > first(n) + 10")), 0.0)
    kept = watch.take([HEADER, rows(5, 8), Restart(unplugged=True), HEADER, rows(10, 30)], 1.0)
    assert numbers(kept)[-1] == 16
