"""Long curves thinned for drawing: every peak stays, however narrow.

A line drawn through the first, lowest, highest and last row of each bucket covers the same pixels as the
whole (M4; Jugel, Jerzak, Hackenbroich and Markl 2014), if there is a bucket for every column of pixels.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from makerlab.recording.analysis.arrays import Floats, Stretch, segments

POINTS_A_BUCKET = 4


def thin(time_s: Floats, values: Floats, buckets: int, gaps: Iterable[Stretch] = ()) -> tuple[Floats, Floats]:
    """The points to draw, a few for each of `buckets`. A NaN stands between the two ends of every gap, and
    where values are missing, so that the line is interrupted there."""
    parts = segments(time_s, gaps)
    times: list[Floats] = []
    points: list[Floats] = []
    for part in parts:
        share = -(-buckets * (part.stop - part.start) // max(1, len(time_s)))
        for column, thinned in zip((times, points), _thin(time_s[part], values[part], share), strict=True):
            column.append(thinned)
        if part is not parts[-1]:
            times.append(time_s[part.stop - 1 : part.stop])
            points.append(np.array([np.nan]))
    if not times:
        return time_s, values
    return np.concatenate(times), np.concatenate(points)


def _thin(time_s: Floats, values: Floats, buckets: int) -> tuple[Floats, Floats]:
    size = len(values) // max(1, buckets)
    if size <= POINTS_A_BUCKET:
        return time_s, values
    whole = len(values) // size * size
    table = values[:whole].reshape(-1, size)
    missing = np.isnan(table)
    start = np.arange(0, whole, size)
    lowest = start + np.argmin(np.where(missing, np.inf, table), axis=1)
    highest = start + np.argmax(np.where(missing, -np.inf, table), axis=1)
    # The first missing row of a bucket stays too; a bucket without one names its first row a second time.
    holes = start + np.argmax(missing, axis=1)
    last = start + size - 1
    rows = np.unique(np.concatenate((start, lowest, highest, holes, last, np.arange(whole, len(values)))))
    return time_s[rows], values[rows]
