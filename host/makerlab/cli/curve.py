"""A curve in the terminal: the whole run so far, every peak kept, in constant memory."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import NamedTuple

MAX_BUCKETS = 512
"""Of a trace: more than twice the columns of a wide terminal in braille."""

_BLOCKS = " ▁▂▃▄▅▆▇█"
_BRAILLE_BLANK = 0x2800
# Dots of a braille cell from top to bottom, left column then right (Unicode chart U+2800).
_BRAILLE_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))

Bucket = tuple[float, float]
"""The lowest and the highest value of a stretch of time."""


class Trace:
    """The values of one channel since the start, as at most MAX_BUCKETS (lowest, highest) pairs.

    When they are all used, neighbours are joined and each stands for twice the time.
    """

    def __init__(self) -> None:
        self._buckets: list[Bucket] = []
        self._per_bucket = 1
        self._in_last = 0

    def add(self, value: float) -> None:
        if self._buckets and self._in_last < self._per_bucket:
            low, high = self._buckets[-1]
            self._buckets[-1] = (min(low, value), max(high, value))
            self._in_last += 1
            return
        if len(self._buckets) == MAX_BUCKETS:
            self._buckets = [
                (min(a[0], b[0]), max(a[1], b[1]))
                for a, b in zip(self._buckets[::2], self._buckets[1::2], strict=True)
            ]
            self._per_bucket *= 2
            self._in_last = self._per_bucket // 2
            self.add(value)
            return
        self._buckets.append((value, value))
        self._in_last = 1

    @property
    def low(self) -> float:
        return min(low for low, _high in self._buckets)

    @property
    def high(self) -> float:
        return max(high for _low, high in self._buckets)

    def columns(self, count: int) -> list[Bucket]:
        """The run as `count` buckets of equal length; with fewer values, straight lines between them."""
        buckets = self._buckets
        if not buckets:
            return []
        if len(buckets) < count:
            return [
                _between(buckets, column * (len(buckets) - 1) / max(1, count - 1)) for column in range(count)
            ]
        columns = []
        for column in range(count):
            part = buckets[column * len(buckets) // count : (column + 1) * len(buckets) // count]
            columns.append((min(low for low, _ in part), max(high for _, high in part)))
        return columns


def _between(buckets: list[Bucket], place: float) -> Bucket:
    left = int(place)
    right = min(left + 1, len(buckets) - 1)
    share = place - left
    (low_left, high_left), (low_right, high_right) = buckets[left], buckets[right]
    return low_left + (low_right - low_left) * share, high_left + (high_right - high_left) * share


class Curve(NamedTuple):
    """A drawn curve: its lines from the top down, and what its lower and upper edge stand for."""

    lines: list[str]
    bottom: str
    top: str


def draw(trace: Trace, width: int, height: int, braille: bool, share: float = 1.0) -> Curve:
    """The curve as `height` lines over the first `share` (0 to 1) of `width` characters.

    Without `braille` it is drawn with block characters, which Chinese code pages (936) have too.
    """
    across = 2 if braille else 1
    return draw_columns(trace.columns(max(1, round(width * across * share))), height, braille)


def draw_columns(columns: Sequence[Bucket | None], height: int, braille: bool) -> Curve:
    """The curve whose columns (in braille, two a character) are these; None: nothing is there, and what is on
    its two sides is not joined."""
    known = [column for column in columns if column is not None]
    if not known:
        return Curve([""] * height, "", "")
    bottom, top, decimals = limits(min(low for low, _high in known), max(high for _low, high in known))
    draw_lines = _draw_braille if braille else _draw_blocks
    return Curve(draw_lines(columns, height, bottom, top), f"{bottom:.{decimals}f}", f"{top:.{decimals}f}")


FLAT = 1e-9
"""A span smaller than this part of the value is rounding, not measurement."""


def limits(low: float, high: float) -> tuple[float, float, int]:
    """Round numbers just outside `low` and `high`, and the decimals they need.

    Round, so that the scale stands still while a value moves a little.
    """
    if high - low <= FLAT * max(abs(low), abs(high), FLAT):
        half = abs(low) * 0.05 or 1.0
        low, high = low - half, high + half
    finest = (high - low) / 4
    power = floor(log10(finest))
    step = next(factor * 10.0**power for factor in (1, 2, 5, 10) if factor * 10.0**power >= finest * 0.999)
    bottom, top = floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step
    return bottom, top, max(0, -floor(log10(step) + 1e-9))


_ROUND_SPANS_S = (10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600)


def round_span_s(seconds: float) -> float:
    """The end of a time axis that holds `seconds`: it grows in a few large steps, not all the time."""
    for span in _ROUND_SPANS_S:
        if seconds <= span:
            return span
    return _ROUND_SPANS_S[-1] * 2.0 ** ceil(log10(seconds / _ROUND_SPANS_S[-1]) / log10(2))


def _draw_braille(columns: Sequence[Bucket | None], height: int, bottom: float, top: float) -> list[str]:
    dots = height * 4
    cells = [[_BRAILLE_BLANK] * ((len(columns) + 1) // 2) for _ in range(height)]
    before: int | None = None
    for x, column in enumerate(columns):
        if column is None:
            before = None
            continue
        low, high = column
        y_low = round((low - bottom) / (top - bottom) * (dots - 1))
        y_high = round((high - bottom) / (top - bottom) * (dots - 1))
        here = (y_low + y_high) // 2
        if before is not None and before > y_high + 1:  # join what jumps
            y_high = before - 1
        elif before is not None and before < y_low - 1:
            y_low = before + 1
        for y in range(y_low, y_high + 1):
            cells[height - 1 - y // 4][x // 2] |= _BRAILLE_DOTS[x % 2][3 - y % 4]
        before = here
    return ["".join(map(chr, row)) for row in cells]


def _draw_blocks(columns: Sequence[Bucket | None], height: int, bottom: float, top: float) -> list[str]:
    rows = [[" "] * len(columns) for _ in range(height)]
    for x, column in enumerate(columns):
        if column is None:
            continue
        low, high = column
        eighths = round(((low + high) / 2 - bottom) / (top - bottom) * (height * 8 - 1)) + 1
        for row in range(height):
            fill = min(8, max(0, eighths - (height - 1 - row) * 8))
            rows[row][x] = _BLOCKS[fill]
    return ["".join(row) for row in rows]
