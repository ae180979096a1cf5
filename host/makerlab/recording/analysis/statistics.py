"""The figures of one channel, and how evenly its rows came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from makerlab.recording.analysis.arrays import Floats


@dataclass(frozen=True)
class Statistics:
    """`n` values that could be read and `missing` that could not; all others in the channel's unit.

    `sd` is the sample's standard deviation (n - 1), 0 for a single value; `q1`, `median` and `q3` are those
    of Excel's QUARTILE.INC.
    """

    n: int
    missing: int
    mean: float
    sd: float
    low: float
    q1: float
    median: float
    q3: float
    high: float


def statistics(values: Floats) -> Statistics | None:
    """The figures of `values`; None when none could be read."""
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    low, q1, median, q3, high = (float(one) for one in np.quantile(known, (0, 0.25, 0.5, 0.75, 1)))
    return Statistics(
        n=len(known),
        missing=len(values) - len(known),
        mean=float(known.mean()),
        sd=float(known.std(ddof=1)) if len(known) > 1 else 0.0,
        low=low,
        q1=q1,
        median=median,
        q3=q3,
        high=high,
    )


@dataclass(frozen=True)
class Pace:
    """How the rows came: the usual step from one to the next (the median), by how much steps differ (their
    standard deviation), and the longest one; in seconds."""

    step_s: float
    jitter_s: float
    longest_s: float


def pace(time_s: Floats) -> Pace | None:
    """The pace of rows at these times; None for fewer than two."""
    if len(time_s) < 2:
        return None
    steps = np.diff(time_s)
    return Pace(float(np.median(steps)), float(steps.std()), float(steps.max()))
