"""Several curves on one time axis, their differences, and what eight or more of them have in common.

Curves are laid over each other by moments: the same moment of each (its start, an event, a time of day)
comes to 0. How well these moments are known limits what a difference means, so it is carried along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from makerlab.recording.analysis.arrays import Floats, Stretch
from makerlab.recording.analysis.statistics import pace

MAX_POINTS = 20_000
"""Of the common axis: more than any screen or table shows."""

BRIDGED_STEPS = 3.0
"""Between two rows further apart than so many usual steps nothing is interpolated."""

GROUPS_FOR_SPREAD = 8
"""From so many curves on, their mean and spread say more than each difference."""

FAR_OFF = 3.5
"""A curve whose distance from the middle one is so many times the usual one is named (modified z-score;
Iglewicz and Hoaglin 1993)."""

MAD_TO_SD = 1.4826
"""The median of distances, times this, is the standard deviation of a normal distribution."""


@dataclass(frozen=True)
class Curve:
    """One channel of one recording. `moment_s` is what comes to 0 on the common axis, known to within
    `error_s`; nothing is interpolated over `gaps`."""

    label: str
    time_s: Floats
    values: Floats
    gaps: tuple[Stretch, ...] = ()
    moment_s: float = 0.0
    error_s: float = 0.0


@dataclass(frozen=True)
class Difference:
    """A curve minus the first one, over the `n` points of the axis where both are known; `low_s` and `high_s`
    are when it is lowest and highest. `by_alignment` is how much of it the uncertain alignment alone could
    make where the curves are steepest."""

    label: str
    values: Floats
    n: int
    mean: float
    sd: float
    low: float
    low_s: float
    high: float
    high_s: float
    by_alignment: float


@dataclass(frozen=True)
class Spread:
    """At every point of the axis: how many curves are known there, and, where it is at least half of them,
    their mean and standard deviation (else NaN: a mean of other curves would jump). `outlier` is the index of
    the curve furthest from the others, if one is far off."""

    count: Floats
    mean: Floats
    sd: Floats
    outlier: int | None


@dataclass(frozen=True)
class Comparison:
    """`curves` as rows of a table over `time_s`, whose 0 is the common moment; NaN where one is not known.
    `alignment_error_s` bounds how far two of them may be shifted against each other."""

    time_s: Floats
    curves: tuple[Curve, ...]
    values: Floats
    alignment_error_s: float
    differences: tuple[Difference, ...]
    spread: Spread | None


def compare(curves: Sequence[Curve]) -> Comparison | None:
    """The comparison with the first of `curves`; None when they have no time in common."""
    axis = common_axis(curves)
    if axis is None:
        return None
    values = np.array([interpolated(curve, axis) for curve in curves])
    errors = sorted((curve.error_s for curve in curves), reverse=True)
    differences = tuple(
        _difference(axis, curve.label, values[0], row, curves[0].error_s + curve.error_s)
        for curve, row in zip(curves[1:], values[1:], strict=True)
    )
    spread = _spread(values) if len(curves) >= GROUPS_FOR_SPREAD else None
    return Comparison(axis, tuple(curves), values, sum(errors[:2]), differences, spread)


def common_axis(curves: Sequence[Curve]) -> Floats | None:
    """Times from where any two curves overlap first to where they do last, in the steps of the slowest one.

    With two curves that is where both are; with more, one that ended early does not cut the others short.
    """
    starts = sorted(float(one.time_s[0] - one.moment_s) for one in curves if len(one.time_s))
    ends = sorted(float(one.time_s[-1] - one.moment_s) for one in curves if len(one.time_s))
    if len(starts) < 2 or (start := starts[1]) > (end := ends[-2]):
        return None
    step = max((found.step_s for one in curves if (found := pace(one.time_s))), default=0.0)
    points = 2 if step <= 0 else min(MAX_POINTS, max(2, int((end - start) / step + 1.5)))
    return np.linspace(start, end, points) if end > start else np.array([start])


def interpolated(curve: Curve, axis: Floats) -> Floats:
    """The curve at the times of `axis`: straight between neighbours, NaN outside and where something between
    the neighbours is missing."""
    known = ~np.isnan(curve.values)
    time_s, values = curve.time_s[known] - curve.moment_s, curve.values[known]
    found = pace(curve.time_s)
    if found is None or not len(time_s):
        return np.full(len(axis), np.nan)
    line: Floats = np.interp(axis, time_s, values, left=np.nan, right=np.nan)
    after = np.clip(np.searchsorted(time_s, axis), 1, max(1, len(time_s) - 1))
    if len(time_s) > 1:
        wide = time_s[after] - time_s[after - 1] > max(found.step_s, 1e-9) * BRIDGED_STEPS
        line[wide & (axis != time_s[after]) & (axis != time_s[after - 1])] = np.nan
    for gap in curve.gaps:
        inside = (axis > gap.start_s - curve.moment_s) & (axis < gap.end_s - curve.moment_s)
        line[inside] = np.nan
    return line


def _difference(axis: Floats, label: str, first: Floats, other: Floats, error_s: float) -> Difference:
    values = other - first
    known = ~np.isnan(values)
    if not known.any():
        nan = float("nan")
        return Difference(label, values, 0, nan, nan, nan, nan, nan, nan, nan)
    low, high = int(np.nanargmin(values)), int(np.nanargmax(values))
    return Difference(
        label=label,
        values=values,
        n=int(known.sum()),
        mean=float(values[known].mean()),
        sd=float(values[known].std(ddof=1)) if known.sum() > 1 else 0.0,
        low=float(values[low]),
        low_s=float(axis[low]),
        high=float(values[high]),
        high_s=float(axis[high]),
        by_alignment=max(_steepest(axis, first), _steepest(axis, other)) * error_s,
    )


def _steepest(axis: Floats, values: Floats) -> float:
    """How fast the curve changes where it changes fastest, in its unit a second."""
    if len(axis) < 2:
        return 0.0
    slopes = np.abs(np.diff(values) / np.diff(axis))
    return float(np.nanmax(slopes)) if not np.isnan(slopes).all() else 0.0


def _spread(values: Floats) -> Spread:
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    enough = count >= len(values) / 2
    mean = np.where(enough, total / np.maximum(count, 1), np.nan)
    squares = np.where(known, (values - mean) ** 2, 0.0).sum(axis=0)
    sd = np.where(enough, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan)
    return Spread(count.astype(np.float64), mean, sd, _outlier(values))


def _outlier(values: Floats) -> int | None:
    """The curve that lies much further from the middle of all than the others do."""
    some = ~np.isnan(values).all(axis=0)
    middle = np.nanmedian(values[:, some], axis=0)
    distances = [
        sqrt(float(np.nanmean((row - middle) ** 2))) if not np.isnan(row).all() else 0.0
        for row in values[:, some]
    ]
    usual = float(np.median(distances))
    deviation = MAD_TO_SD * float(np.median(np.abs(np.array(distances) - usual)))
    furthest = int(np.argmax(distances))
    # Curves that are all alike have almost no deviation; then being a hair off is nothing.
    floor = max(deviation, usual * 0.1)
    return furthest if floor > 0 and (distances[furthest] - usual) / floor > FAR_OFF else None
