"""Columns as arrays, and where they are interrupted."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"


class Stretch(NamedTuple):
    """A stretch of time in seconds."""

    start_s: float
    end_s: float


def segments(time_s: Floats, gaps: Iterable[Stretch]) -> list[slice]:
    """The rows between which nothing is missing, as slices in order. Each of `gaps` begins at the last row
    before it, and ends at the first after it."""
    starts = (np.searchsorted(time_s, (gap.start_s + gap.end_s) / 2) for gap in gaps)
    edges = sorted({0, len(time_s), *map(int, starts)})
    return [slice(start, end) for start, end in pairwise(edges)]
