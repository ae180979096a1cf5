"""The clock fit: what pulls it, what never does, and that time only goes forward."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makerlab.wire.clock import MAX_HULL_POINTS, TICKS_PERIOD, ClockFit, unwrap
from makerlab.wire.events import Channel, Header, Row

TICK_S = 0.001
CLOCK_ERRORS = st.floats(-0.02, 0.02)
"""As a share of real time: +0.02 for a board's clock that runs 2 % fast."""


def row(seq: int, ticks: int) -> Row:
    return (seq, ticks, 0)


def true_rate(clock_error: float) -> float:
    return 1 / (1 + clock_error)


def arrival(ticks: int, clock_error: float, delay_s: float = 0.002) -> float:
    """When a row of board time `ticks` arrives, on the computer's clock."""
    return 1000.0 + ticks * TICK_S * true_rate(clock_error) + delay_s


def fitted(clock_error: float, delays_s: list[float], step_ticks: int = 100) -> ClockFit:
    """A fit after one row every `step_ticks`, each of them delayed so; a row never overtakes another."""
    clock = ClockFit(TICK_S)
    at = 0.0
    for seq, delay_s in enumerate(delays_s, 1):
        at = max(at, arrival(seq * step_ticks, clock_error, delay_s))
        clock.add([row(seq, seq * step_ticks)], at)
    return clock


# -- the rate ----------------------------------------------------------------------------------------


@given(CLOCK_ERRORS)
def test_a_steady_line_shows_the_clock_as_it_is(clock_error: float) -> None:
    clock = fitted(clock_error, [0.002] * 600)
    assert clock.rate == pytest.approx(true_rate(clock_error), abs=1e-5)
    assert abs(clock.rate - true_rate(clock_error)) <= clock.uncertainty < 0.001
    assert clock.rate_ppm == pytest.approx(1e6 * clock_error, abs=10)


@given(
    clock_error=CLOCK_ERRORS,
    late=st.dictionaries(st.integers(5, 280), st.floats(0.003, 1.0), max_size=200),
)
def test_late_arrivals_never_pull_it(clock_error: float, late: dict[int, float]) -> None:
    """However late and many, as long as a few before and after them are on time: the fit gets less sure of
    what it sees, but is never led astray."""
    clock = fitted(clock_error, [late.get(number, 0.002) for number in range(300)])
    true = true_rate(clock_error)
    assert min(1.0, true) - 1e-9 <= clock.rate <= max(1.0, true) + 1e-9
    assert abs(clock.rate - true) <= max(clock.uncertainty, 1e-6)


def test_a_least_squares_line_would_be_pulled() -> None:
    """So the test above can fail: a stall of 2 s at the end tilts that line by 2 %, the fit by 0."""
    delays_s = [0.002] * 280 + [2.0] * 20
    points = [(n * 0.1, n * 0.1 + delay_s) for n, delay_s in enumerate(delays_s, 1)]
    centre_x, centre_y = (sum(values) / len(points) for values in zip(*points, strict=True))
    slope = sum((x - centre_x) * (y - centre_y) for x, y in points) / sum(
        (x - centre_x) ** 2 for x, _y in points
    )
    assert slope > 1.02
    assert fitted(0.0, delays_s).rate == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("clock_error", [-0.007, 0.0, 0.007])
@pytest.mark.parametrize("seed", range(3))
def test_the_rate_achieved_is_the_one_asked(clock_error: float, seed: int) -> None:
    """The short edition of bench/stream.py: 30 s with USB's delays, within 0.1 % of the rate asked for."""
    random = Random(seed)
    clock = fitted(clock_error, [random.uniform(0.001, 0.016) for _ in range(300)])
    told_hz = clock.board_hz(10.0)
    assert told_hz * (1 + clock_error) == pytest.approx(10.0, rel=0.001)
    assert clock.achieved_hz() == pytest.approx(10.0 * (1 + clock_error), rel=0.001)


def test_it_is_careful_at_first() -> None:
    """Two rows an instant apart say nothing about a clock, whatever their line is."""
    clock = ClockFit(TICK_S)
    clock.add([row(1, 0)], 10.0)
    clock.add([row(2, 1)], 10.5)
    assert clock.rate == pytest.approx(1.0, abs=0.001)
    assert clock.uncertainty > 1


@given(st.lists(st.floats(0.0, 0.3), min_size=2, max_size=400))
@settings(max_examples=50)
def test_what_it_keeps_is_bounded(delays_s: list[float]) -> None:
    assert len(fitted(0.0, sorted(delays_s) * 3)._hull) <= MAX_HULL_POINTS


def test_a_clock_that_speeds_up_all_the_time_is_kept_in_bounds_too() -> None:
    """Every point of such a line is a corner of the hull."""
    clock = ClockFit(TICK_S)
    for seq in range(1, 2000):
        clock.add([row(seq, 100 * seq)], 1000 + 0.1 * seq + 1e-6 * seq**2)
    assert len(clock._hull) <= MAX_HULL_POINTS
    assert 1.0 < clock.rate < 1.05


# -- time --------------------------------------------------------------------------------------------

BATCHES = st.lists(
    st.tuples(
        st.lists(st.integers(0, 20_000), min_size=1, max_size=5),  # ticks from row to row
        st.floats(0, 30.0),  # seconds since the batch before
        st.sampled_from(["", "", "", "restart", "count anew"]),
    ),
    max_size=40,
)


@given(BATCHES)
def test_time_never_goes_back(batches: list[tuple[list[int], float, str]]) -> None:
    """Whatever arrives whenever, with the board starting anew in between."""
    clock = ClockFit(TICK_S)
    ticks, at = 5000, 100.0
    seconds: list[float] = []
    for number, (steps, later_s, what) in enumerate(batches):
        if what == "restart":
            clock.restart()
            ticks = 0
        elif what:
            clock.count_anew()
        rows = []
        for step in steps:
            ticks += step
            rows.append(row(number, ticks))
        at += later_s
        clock.add(rows, at)
        seconds += [clock.seconds(taken[1]) for taken in rows]
    assert all(before <= after + 1e-9 for before, after in pairwise(seconds))
    assert not seconds or seconds[0] == pytest.approx(0.0, abs=1e-9)


def test_nothing_is_dated_before_the_first_row() -> None:
    assert ClockFit(TICK_S).seconds(500) == 0.0


def test_after_a_restart_time_goes_on_as_it_did_here() -> None:
    clock = fitted(-0.007, [0.002] * 600)
    last_s, last_at, rate = clock.seconds(60_000), arrival(60_000, -0.007), clock.rate
    clock.restart()
    clock.add([row(1, 100)], last_at + 3.5)
    assert clock.seconds(100) == pytest.approx(last_s + 3.5)
    assert clock.rate == rate  # it is the same clock, presumably
    for seq in range(2, 600):
        clock.add([row(seq, 100 * seq)], last_at + 3.4 + 0.1 * seq)
    assert clock.rate == pytest.approx(1.0, abs=0.001)  # but what is seen counts


def test_rows_that_waited_together_are_dated_by_the_boards_clock() -> None:
    """A computer that was busy for a second gets ten rows at once; they were measured one after another."""
    clock = fitted(0.0, [0.002] * 100)
    clock.add([row(n, 100 * n) for n in range(101, 111)], arrival(11_000, 0.0))
    seconds = [clock.seconds(100 * n) for n in range(101, 111)]
    assert seconds == pytest.approx([0.1 * n for n in range(100, 110)], abs=0.001)


# -- rows a second -----------------------------------------------------------------------------------


def test_lost_rows_count_as_measured() -> None:
    clock = ClockFit(TICK_S)
    for seq in (1, 2, 3, 50, 51, 101):
        clock.add([row(seq, 100 * seq)], arrival(100 * seq, 0.0))
    assert clock.achieved_hz() == pytest.approx(10.0, rel=1e-4)


def test_the_rate_counts_anew_when_asked() -> None:
    clock = fitted(0.0, [0.002] * 100)
    clock.count_anew()
    assert clock.achieved_hz() is None
    for number in range(1, 51):
        clock.add([row(100 + number, 10_000 + 20 * number)], arrival(10_000 + 20 * number, 0.0))
    assert clock.achieved_hz() == pytest.approx(50.0, rel=1e-3)


def test_one_row_is_no_rate() -> None:
    clock = ClockFit(TICK_S)
    assert clock.achieved_hz() is None
    clock.add([row(1, 5)], 1.0)
    assert clock.achieved_hz() is None
    clock.add([row(2, 5)], 1.0)  # in the same tick
    assert clock.achieved_hz() is None


# -- unwrapping --------------------------------------------------------------------------------------


@given(near=st.integers(0, 2**40), step=st.integers(-TICKS_PERIOD // 2, TICKS_PERIOD // 2 - 1))
def test_unwrapped_ticks_are_the_nearest(near: int, step: int) -> None:
    assert unwrap((near + step) % TICKS_PERIOD, near) == near + step


def test_rows_sent_in_bursts_are_dated_by_the_board_alone() -> None:
    """A thousand rows of 0.2 s, which take 2 s to arrive; then another such burst."""
    header = Header("clap", (Channel("sound"),), rate_hz=5000, tick_s=1e-6, fields={"w": "burst"})
    clock = ClockFit.of(header)
    for begin, at in ((0, 0.3), (5_000_000, 5.3)):
        for piece in range(100):
            rows = [row(n, begin + 200 * (10 * piece + n)) for n in range(10)]
            clock.add(rows, at + 0.02 * piece)
            assert clock.seconds(rows[-1][1]) == pytest.approx(rows[-1][1] / 1e6)
    assert clock.achieved_hz() is None
