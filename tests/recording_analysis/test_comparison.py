"""Comparisons: one axis, honest differences, and what a class of groups has in common."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from makerlab.recording.analysis.arrays import Floats, Stretch
from makerlab.recording.analysis.comparison import Curve, common_axis, compare, interpolated


def curve(label: str, time_s: Floats, values: Floats, moment_s: float = 0.0, error_s: float = 0.0) -> Curve:
    return Curve(label, time_s, values, moment_s=moment_s, error_s=error_s)


def test_two_curves_of_other_rates_are_compared_where_both_are() -> None:
    slow, fast = np.arange(0, 10.5, 0.5), np.arange(2, 20, 0.1)
    found = compare([curve("a", slow, 2 * slow), curve("b", fast, 2 * fast + 1)])
    assert found is not None
    assert found.time_s[0] == 2 and found.time_s[-1] == pytest.approx(10)
    assert np.diff(found.time_s) == pytest.approx(0.5)
    (difference,) = found.differences
    assert difference.values == pytest.approx(1) and difference.mean == pytest.approx(1)
    assert difference.n == len(found.time_s) == 17


def test_aligned_on_a_moment() -> None:
    """The same curve, begun 3 s later, with a moment 3 s earlier: no difference."""
    time_s = np.arange(0, 10, 0.1)
    first = curve("a", time_s, np.sin(time_s), moment_s=5)
    second = curve("b", time_s, np.sin(time_s + 3), moment_s=2)
    found = compare([first, second])
    assert found is not None
    assert found.time_s[0] == -2 and found.time_s[-1] == pytest.approx(4.9)
    assert abs(found.differences[0].values).max() < 0.01


def test_what_the_alignment_alone_could_make() -> None:
    """Curves that rise 2 a second, laid over each other to within 0.05 s: 0.1 means nothing."""
    time_s = np.arange(0, 10, 0.1)
    found = compare(
        [curve("a", time_s, 2 * time_s, error_s=0.02), curve("b", time_s, 2 * time_s + 0.1, error_s=0.03)]
    )
    assert found is not None
    assert found.alignment_error_s == pytest.approx(0.05)
    assert found.differences[0].by_alignment == pytest.approx(0.1)


def test_lowest_and_highest_difference_and_when() -> None:
    time_s = np.arange(0.0, 11.0)
    found = compare([curve("a", time_s, np.zeros(11)), curve("b", time_s, (time_s - 3) ** 2 - 1)])
    assert found is not None
    difference = found.differences[0]
    assert (difference.low, difference.low_s) == (-1, 3)
    assert (difference.high, difference.high_s) == (48, 10)


def test_nothing_is_interpolated_over_gaps_and_missing_values() -> None:
    time_s = np.concatenate((np.arange(0, 5.0), np.arange(8, 12.0)))
    values = time_s.copy()
    values[1] = math.nan  # one missing value is bridged, its neighbours are near
    line = interpolated(Curve("a", time_s, values, (Stretch(4, 8),)), np.arange(-1, 13, 0.5))
    known = {time: value for time, value in zip(np.arange(-1, 13, 0.5), line, strict=True) if value == value}
    assert all(time == value for time, value in known.items())
    assert set(np.arange(-1, 13, 0.5)) - set(known) == {-1, -0.5, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 11.5, 12, 12.5}


def test_missing_for_long_is_not_bridged() -> None:
    values = np.ones(20)
    values[5:12] = math.nan
    line = interpolated(curve("a", np.arange(20.0), values), np.arange(20.0))
    assert np.isnan(line).sum() == 7


def test_no_time_in_common() -> None:
    first, second = np.arange(0, 5.0), np.arange(6, 9.0)
    assert compare([curve("a", first, first), curve("b", second, second)]) is None
    assert common_axis([curve("a", first, first)]) is None
    assert common_axis([curve("a", first, first), curve("b", np.array([]), np.array([]))]) is None


def test_curves_without_a_known_value_in_common() -> None:
    time_s = np.arange(0, 5.0)
    found = compare([curve("a", time_s, time_s), curve("b", time_s, np.full(5, math.nan))])
    assert found is not None
    assert found.differences[0].n == 0 and math.isnan(found.differences[0].mean)


def test_one_that_ended_early_does_not_cut_the_others_short() -> None:
    long, short = np.arange(0, 100.0), np.arange(0, 10.0)
    found = compare([curve("a", long, long), curve("b", long, long + 1), curve("c", short, short + 2)])
    assert found is not None
    assert found.time_s[-1] == 99
    assert found.differences[0].n == 100 and found.differences[1].n == 10


def groups(count: int, odd: float = 0.0) -> list[Curve]:
    random = np.random.default_rng(3)
    time_s = np.arange(0, 60.0)
    curves = [
        curve(f"group {n}", time_s, 20 + 50 * np.exp(-time_s / 20) + random.normal(0, 1))
        for n in range(count)
    ]
    last = curves[-1]
    return [*curves[:-1], curve(last.label, last.time_s, last.values + odd)]


def test_eight_groups_have_a_mean_and_a_spread() -> None:
    found = compare(groups(8))
    assert found is not None and found.spread is not None
    assert found.spread.mean == pytest.approx(np.mean(found.values, axis=0))
    assert found.spread.sd == pytest.approx(np.std(found.values, axis=0, ddof=1))
    assert set(found.spread.count) == {8}
    assert found.spread.outlier is None
    assert compare(groups(7)).spread is None  # type: ignore[union-attr]


def test_a_mean_of_few_is_none() -> None:
    """Where only three of ten are known, their mean would jump away from that of all."""
    curves = groups(10)
    late = [replace(one, moment_s=-30.0) for one in curves[:3]]
    found = compare([*late, *curves[3:]])
    assert found is not None and found.spread is not None
    few = found.spread.count < 5
    assert (
        few.any() and np.isnan(found.spread.mean[few]).all() and not np.isnan(found.spread.mean[~few]).any()
    )


def test_the_group_far_off_is_named() -> None:
    found = compare(groups(10, odd=15))
    assert found is not None and found.spread is not None
    assert found.spread.outlier == 9


def test_equal_groups_have_no_outlier() -> None:
    time_s = np.arange(0, 10.0)
    found = compare([curve(str(n), time_s, time_s) for n in range(9)])
    assert found is not None and found.spread is not None and found.spread.outlier is None
