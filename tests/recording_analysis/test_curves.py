"""Figures, smoothing and thinning of curves: nothing is made up, no peak is lost, gaps stay gaps."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makerlab.recording.analysis.arrays import Floats, Stretch, segments
from makerlab.recording.analysis.decimation import thin
from makerlab.recording.analysis.smoothing import moving_average
from makerlab.recording.analysis.statistics import pace, statistics

VALUES = st.lists(st.floats(-1e6, 1e6) | st.just(math.nan), max_size=300)


def array(*values: float) -> Floats:
    return np.array(values)


def test_statistics() -> None:
    """Quartiles as Excel's QUARTILE.INC."""
    found = statistics(array(7, math.nan, 15, 36, 39, 40, 41))
    assert found is not None
    assert (found.n, found.missing, found.low, found.high) == (6, 1, 7, 41)
    assert (found.q1, found.median, found.q3) == (20.25, 37.5, 39.75)
    assert found.mean == pytest.approx(29.6667, rel=1e-5) and found.sd == pytest.approx(14.7739, rel=1e-5)


def test_statistics_of_nothing() -> None:
    assert statistics(array()) is None
    assert statistics(array(math.nan, math.nan)) is None
    one = statistics(array(5.0))
    assert one is not None and one.sd == 0 and one.q1 == one.high == 5


def test_pace() -> None:
    found = pace(array(0, 0.1, 0.2, 0.3, 1.3))
    assert found is not None
    assert found.step_s == pytest.approx(0.1) and found.longest_s == pytest.approx(1.0)
    assert pace(array(1.0)) is None


def test_segments_end_at_gaps() -> None:
    time_s = array(0, 1, 2, 5, 6, 9)
    gaps = [Stretch(2, 5), Stretch(6, 9)]
    assert [list(time_s[part]) for part in segments(time_s, gaps)] == [[0, 1, 2], [5, 6], [9]]
    assert segments(array(), []) == []


def test_a_moving_average() -> None:
    time_s = np.arange(7.0)
    assert list(moving_average(time_s, array(0, 0, 3, 0, 0, 3, 3), 2)) == pytest.approx([0, 1, 1, 1, 1, 2, 3])


def test_a_moving_average_stops_at_gaps_and_keeps_what_is_missing() -> None:
    time_s = array(0, 1, 2, 10, 11)
    values = array(1, math.nan, 3, 100, 200)
    smooth = moving_average(time_s, values, 100, [Stretch(2, 10)])
    assert list(smooth) == pytest.approx([2, math.nan, 2, 150, 150], nan_ok=True)


def test_a_moving_average_of_a_large_constant_keeps_its_digits() -> None:
    values = 1e9 + np.tile((0.0, 0.001), 5000)
    smooth = moving_average(np.arange(10000.0), values, 100)
    assert smooth[5000] == pytest.approx(1e9 + 0.0005, abs=1e-5)


@given(VALUES, st.integers(1, 20), st.lists(st.integers(0, 300), max_size=3))
def test_thinning_keeps_every_peak_and_makes_nothing_up(
    values: list[float], buckets: int, gaps: list[int]
) -> None:
    time_s, column = np.arange(float(len(values))), np.array(values)
    stretches = [Stretch(place, place + 1) for place in gaps if place + 1 < len(values)]
    times, points = thin(time_s, column, buckets, stretches)
    original = dict(zip(time_s, column, strict=True))
    ends = {stretch.start_s for stretch in stretches}
    for time, value in zip(times, points, strict=True):
        assert value == original[time] or (math.isnan(value) and (math.isnan(original[time]) or time in ends))
    known = column[~np.isnan(column)]
    if len(known):
        assert np.nanmin(points) == known.min() and np.nanmax(points) == known.max()
    assert list(times) == sorted(times)


def test_a_spike_of_one_row_in_a_million_stays() -> None:
    values = np.zeros(1_000_000)
    values[765_432] = 9.0
    times, points = thin(np.arange(1_000_000.0), values, 1000)
    assert len(points) <= 4500 and points.max() == 9.0 and times[points.argmax()] == 765_432


def test_a_line_is_interrupted_at_a_gap() -> None:
    time_s = np.concatenate((np.arange(5000.0), np.arange(9000.0, 9005.0)))
    times, points = thin(time_s, np.ones(len(time_s)), 100, [Stretch(4999, 9000)])
    before, after = np.flatnonzero(times == 4999)[-1], np.flatnonzero(times == 9000)[0]
    assert math.isnan(points[before]) and after == before + 1
