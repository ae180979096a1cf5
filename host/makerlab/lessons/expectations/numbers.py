"""The arithmetic of the rules, in plain Python: lessons have some thousand rows, and numpy takes longer to
load than they take to judge."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean
from typing import NamedTuple

Numbers = Sequence[float]


class Fit(NamedTuple):
    """A straight line through points; `r2` is the share of the spread that it explains, 0 to 1."""

    slope: float
    intercept: float
    r2: float


def fit_line(x: Numbers, y: Numbers) -> Fit | None:
    """By least squares; None for fewer than two different x."""
    middle_x, middle_y = fmean(x), fmean(y)
    spread_x = math.fsum((value - middle_x) ** 2 for value in x)
    spread_y = math.fsum((value - middle_y) ** 2 for value in y)
    if spread_x == 0:
        return None
    common = math.fsum((a - middle_x) * (b - middle_y) for a, b in zip(x, y, strict=True))
    slope = common / spread_x
    r2 = 1.0 if spread_y == 0 else min(1.0, common * common / (spread_x * spread_y))
    return Fit(slope, middle_y - slope * middle_x, r2)


def pearson(x: Numbers, y: Numbers) -> float | None:
    """Correlation, -1 to 1; None when one of them never changes or there are fewer than two."""
    if len(x) < 2 or min(x) == max(x) or min(y) == max(y):
        return None
    middle_x, middle_y = fmean(x), fmean(y)
    common = math.fsum((a - middle_x) * (b - middle_y) for a, b in zip(x, y, strict=True))
    spread_x = math.sqrt(math.fsum((value - middle_x) ** 2 for value in x))
    spread_y = math.sqrt(math.fsum((value - middle_y) ** 2 for value in y))
    if spread_x == 0 or spread_y == 0:  # too near to each other for squares
        return None
    # Rounded, so that what is in perfect order is 1 and not 0.9999999999999999.
    return max(-1.0, min(1.0, round(common / spread_x / spread_y, 12)))


def ranks(values: Numbers) -> list[float]:
    """Places from 1 on; equal values share the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for place in order[start : end + 1]:
            found[place] = (start + end) / 2 + 1
        start = end + 1
    return found


def spearman(x: Numbers, y: Numbers) -> float | None:
    """Rank correlation: 1 where y always rises with x, however steeply; None where one never changes."""
    return pearson(ranks(x), ranks(y))


def quantile(values: Numbers, share: float) -> float:
    """The value below which `share` of all lie, between neighbours in proportion."""
    ordered = sorted(values)
    whole, part = divmod(share * (len(ordered) - 1), 1)
    low = ordered[int(whole)]
    high = ordered[min(int(whole) + 1, len(ordered) - 1)]
    return low + (high - low) * part


def means_of_parts(values: Numbers, parts: int) -> list[float]:
    """The means of `parts` pieces of about the same length, fewer where there are fewer values."""
    parts = min(parts, len(values))
    edges = [round(index * len(values) / parts) for index in range(parts + 1)]
    return [fmean(values[start:end]) for start, end in pairwise(edges)]


def rises(time_s: Numbers, values: Numbers, level: float, sure: float) -> list[float]:
    """When `values` rise through `level`, between two rows in proportion; only after they have been `sure`
    below it and before they come `sure` above it, so that noise at the level does not count."""
    found: list[float] = []
    crossing = math.nan
    armed = False
    for index, value in enumerate(values):
        if value <= level - sure:
            armed, crossing = True, math.nan
        if not armed:
            continue
        if index and values[index - 1] < level <= value and math.isnan(crossing):
            share = (level - values[index - 1]) / (value - values[index - 1])
            crossing = time_s[index - 1] + share * (time_s[index] - time_s[index - 1])
        if value >= level + sure:
            found.append(crossing)
            armed, crossing = False, math.nan
    return found


SURE_SHARE = 0.2
"""Of the height from the lows to the highs: what a wave goes beyond its middle, and noise does not."""
TAIL = 0.1
"""Lows and highs are where a tenth of the values lie beyond: single wrong ones do not move them."""


class Beat(NamedTuple):
    """`period_s` is the mean; `unsteady` how far the single ones spread, as a share of it (standard
    deviation)."""

    period_s: float
    unsteady: float


def beat(time_s: Numbers, values: Numbers) -> Beat | None:
    """How long a wave takes from rise to rise; None for fewer than two whole waves."""
    if len(values) < 4:
        return None
    low, high = quantile(values, TAIL), quantile(values, 1 - TAIL)
    times = rises(time_s, values, (low + high) / 2, SURE_SHARE * (high - low))
    if high == low or len(times) < 3 or times[-1] == times[0]:
        return None
    gaps = [after - before for before, after in pairwise(times)]
    mean = fmean(gaps)
    return Beat(mean, math.sqrt(fmean((gap - mean) ** 2 for gap in gaps)) / mean)


def peaks(values: Numbers, height: float) -> list[int]:
    """Where values are highest before they fall by `height`, after having risen by `height`."""
    found: list[int] = []
    rising = False
    top = bottom = 0
    for index, value in enumerate(values):
        if rising:
            if value > values[top]:
                top = index
            elif value <= values[top] - height:
                found.append(top)
                rising, bottom = False, index
        elif value < values[bottom]:
            bottom = index
        elif value >= values[bottom] + height:
            rising, top = True, index
    return found


class Jump(NamedTuple):
    """`size` is by how much the values after `time_s` are higher than those before."""

    time_s: float
    size: float


def jump(time_s: Numbers, values: Numbers) -> Jump | None:
    """Where two levels, one before and one after, describe the values best; None for fewer than four."""
    count = len(values)
    if count < 4:
        return None
    total = math.fsum(values)
    best, where, before = -1.0, 0, 0.0
    for index in range(1, count):
        before += values[index - 1]
        difference = (total - before) / (count - index) - before / index
        explained = difference * difference * index * (count - index)  # of the spread, times count
        if explained > best:
            best, where = explained, index
    size = fmean(values[where:]) - fmean(values[:where])
    return Jump(time_s[where], size)


def switches(values: Numbers, level: float) -> int:
    """How often values go from below `level` to it or above, or back."""
    states = [value >= level for value in values]
    return sum(before != after for before, after in pairwise(states))


def running_mean(values: Numbers, width: int) -> list[float]:
    """Each value replaced by the mean of the `width` around it (fewer at the ends)."""
    half = max(0, width // 2)
    sums = [0.0]
    for value in values:
        sums.append(sums[-1] + value)
    found = []
    for index in range(len(values)):
        start, end = max(0, index - half), min(len(values), index + half + 1)
        found.append((sums[end] - sums[start]) / (end - start))
    return found
