"""How rows lie in the notebook: in chunks, a column after the other. Pure; writing needs no numpy.

A chunk is up to CHUNK_ROWS rows of one part, as three blobs. All numbers are little endian.

`data`: the sequence numbers, the ticks, and each channel's values as they came (integers of the wire, or the
numbers of plain prints; not yet times the scale). Each column is

    kind: 1 byte | bytes that follow: u32 | ...

    b h i q   a signed integer a row, of 8, 16, 32 or 64 bits; the lowest number of that size stands for a
              value that could not be read, as in blocks of the wire
    d         a float a row; NaN for a value that could not be read
    j         JSON, where neither fits: integers beyond 64 bits, or integers and floats mixed (23 is not 23.0)
    =         i64 first, i64 step: every row is `step` more than the one before
    B H I Q   i64 first, then for each further row how much it is more than the one before: signed, of 8 to 64
              bits (the letters only say the size)

The last two only for numbers and ticks.

`times`: what dates the rows, a piece for each batch that arrived together: u32 rows, i64 ticks, f64 seconds,
f64 rate. A row of it was measured at seconds + (its ticks - ticks) * tick_s * rate, in seconds from the
recording's start: the clock fit as it stood when the batch came.

`envelope`: for each BLOCK_ROWS rows f64 time of the first, f64 time of the last, and for each channel f64
lowest, f64 highest value (as in `data`; NaN: none could be read). So a long recording can be drawn, with
every peak, without reading its rows.
"""

from __future__ import annotations

import json
import math
import struct
import sys
from array import array
from collections.abc import Sequence
from itertools import pairwise
from operator import sub
from typing import Any, NamedTuple

from makerlab.wire.events import Row, Value

CHUNK_ROWS = 4096
"""Few enough to be written and read at once for a close look; so many that an hour at 1 kHz has 880."""
BLOCK_ROWS = 256
"""Under one envelope. 1000 of them, a screen's width, are four minutes at 1 kHz: closer, rows are read."""

COLUMN = struct.Struct("<cI")
FIRST_STEP = struct.Struct("<qq")
FIRST = struct.Struct("<q")
TIMES = struct.Struct("<Iqdd")

_SIZES = (("b", 7), ("h", 15), ("i", 31), ("q", 63))
"""Letters of `array` and how many bits a value has beside its sign; the lowest number is kept free."""


class Dating(NamedTuple):
    """What dates the rows of a batch: see `times` above. `first_row` counts within the part."""

    first_row: int
    ticks: int
    seconds: float
    rate: float

    def at(self, ticks: int, tick_s: float) -> float:
        """When the row with these ticks was measured."""
        return self.seconds + (ticks - self.ticks) * tick_s * self.rate


class Chunk(NamedTuple):
    """Rows, encoded. `start_s` and `end_s` are the times of the first and the last."""

    rows: int
    start_s: float
    end_s: float
    envelope: bytes
    times: bytes
    data: bytes


def encode(rows: Sequence[Row], datings: Sequence[Dating], first_row: int, tick_s: float) -> Chunk:
    """`rows` (not empty) of a part, the first of which is number `first_row`; `datings` covers them all."""
    seqs, ticks, *values = zip(*rows, strict=True)
    data = [_steady(seqs), _steady(ticks), *map(_column, values)]
    end_row = first_row + len(rows)
    covering = _covering(datings, first_row, end_row)
    return Chunk(
        len(rows),
        covering[0].at(ticks[0], tick_s),
        covering[-1].at(ticks[-1], tick_s),
        _envelope(ticks, values, covering, first_row, tick_s),
        _times(covering, first_row, end_row),
        b"".join(data),
    )


def _covering(datings: Sequence[Dating], first_row: int, end_row: int) -> list[Dating]:
    """Those of `datings` that date rows from `first_row` to before `end_row`."""
    covering: list[Dating] = []
    for dating in reversed(datings):
        if dating.first_row < end_row:
            covering.append(dating)
            if dating.first_row <= first_row:
                break
    return covering[::-1]


def _times(datings: Sequence[Dating], first_row: int, end_row: int) -> bytes:
    starts = [max(one.first_row, first_row) for one in datings] + [end_row]
    return b"".join(
        TIMES.pack(end - start, one.ticks, one.seconds, one.rate)
        for one, (start, end) in zip(datings, pairwise(starts), strict=True)
    )


def _envelope(
    ticks: Sequence[int],
    columns: Sequence[Sequence[Value]],
    datings: Sequence[Dating],
    first_row: int,
    tick_s: float,
) -> bytes:
    numbers = array("d")
    at = 0
    known = [column if None not in column else None for column in columns]
    for start in range(0, len(ticks), BLOCK_ROWS):
        end = min(start + BLOCK_ROWS, len(ticks))
        for row in (start, end - 1):
            while at + 1 < len(datings) and datings[at + 1].first_row <= first_row + row:
                at += 1
            numbers.append(datings[at].at(ticks[row], tick_s))
        for column, whole in zip(columns, known, strict=True):
            block = column[start:end]
            if whole is None:
                block = [value for value in block if value is not None]
            numbers.append(as_float(min(block)) if block else math.nan)  # type: ignore[type-var,arg-type]
            numbers.append(as_float(max(block)) if block else math.nan)  # type: ignore[type-var,arg-type]
    return _bytes(numbers)


def as_float(value: int | float) -> float:
    """`value` as a float; an integer beyond all floats is infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _steady(numbers: Sequence[int]) -> bytes:
    """A column that mostly goes on evenly."""
    first, last = numbers[0], numbers[-1]
    steps = list(map(sub, numbers[1:], numbers))
    least, most = min(steps, default=1), max(steps, default=1)
    try:
        if least == most:
            return _with_size(b"=", FIRST_STEP.pack(first, least))
        for letter, bits in _SIZES:
            if -1 << bits < least and most < 1 << bits and last < 1 << 63:
                return _with_size(letter.upper().encode(), FIRST.pack(first) + _bytes(array(letter, steps)))
    except struct.error:  # beyond 64 bits
        pass
    return _json(numbers)


def _column(values: Sequence[Value]) -> bytes:
    kinds = set(map(type, values))
    if kinds == {int} or kinds == {int, type(None)} or kinds == {type(None)}:
        known = values if kinds == {int} else [value for value in values if value is not None]
        least, most = min(known, default=0), max(known, default=0)  # type: ignore[type-var]
        for letter, bits in _SIZES:
            if -1 << bits < least and most < 1 << bits:  # type: ignore[operator]
                if len(known) < len(values):
                    missing = -1 << bits
                    values = [missing if value is None else value for value in values]
                return _with_size(letter.encode(), _bytes(array(letter, values)))
    elif kinds <= {float, type(None)}:
        return _with_size(b"d", _bytes(array("d", [math.nan if one is None else one for one in values])))
    return _json(values)


def _json(values: Sequence[Value]) -> bytes:
    return _with_size(b"j", json.dumps(values, separators=(",", ":")).encode())


def _with_size(kind: bytes, payload: bytes) -> bytes:
    return COLUMN.pack(kind, len(payload)) + payload


def _bytes(numbers: array[Any]) -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()
