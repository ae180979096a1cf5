"""Moving average, for looking at: what is stored stays as it was measured."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from makerlab.recording.analysis.arrays import Floats, Stretch, segments


def moving_average(time_s: Floats, values: Floats, window_s: float, gaps: Iterable[Stretch] = ()) -> Floats:
    """Each value as the mean of all within half of `window_s` before and after it.

    Nothing is averaged over a gap. A missing value stays missing and counts in no mean; where the window
    would reach beyond the ends, it is shorter on that side.
    """
    smooth = np.full(len(values), np.nan)
    for part in segments(time_s, gaps):
        smooth[part] = _average(time_s[part], values[part], window_s / 2)
    return smooth


def _average(time_s: Floats, values: Floats, half_s: float) -> Floats:
    known = ~np.isnan(values)
    if not known.any():
        return values
    # Sums of what lies off the middle, or a large constant would eat the digits that count.
    middle = float(values[known].mean())
    sums = np.concatenate(([0.0], np.cumsum(np.where(known, values - middle, 0.0))))
    counts = np.concatenate(([0], np.cumsum(known)))
    # A thousandth of slack: times on the edge of the window must not fall in or out by rounding.
    first = np.searchsorted(time_s, time_s - half_s * 1.001, "left")
    last = np.searchsorted(time_s, time_s + half_s * 1.001, "right")
    count = counts[last] - counts[first]
    means: Floats = middle + (sums[last] - sums[first]) / np.maximum(count, 1)
    return np.where(known, means, np.nan)
