"""Long recordings as few lowest and highest values, without reading all their rows. Pure, with numpy."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from makerlab.recording.about import Columns, Envelope
from makerlab.recording.store import chunk_arrays
from makerlab.recording.store.chunks import BLOCK_ROWS
from makerlab.recording.store.reading import Reader, StoredEnvelope, corrected

if TYPE_CHECKING:
    from makerlab.recording.about import Floats, Integers

BLOCKS_A_BUCKET = 8
"""From so many on, a bucket is made of blocks, each counted where its middle is: a peak stands at most a
sixteenth of a bucket off. With fewer, the rows are read."""

CURVE_ROWS_A_BUCKET = 2
"""With fewer rows than that, the rows themselves are the curve."""


def envelope(reader: Reader, start_s: float, end_s: float, buckets: int) -> Envelope:
    """`buckets` lowest and highest values from `start_s` to `end_s`; fewer where there are no rows."""
    spans = [(max(start_s, one.part.start_s), min(end_s, one.part.end_s)) for one in reader.parts]
    spans = [span for span in spans if span[0] <= span[1]]
    if not spans:
        return reader.samples(0.0, -1.0, on_session=False).envelope()
    start_s, end_s = spans[0][0], spans[-1][1]
    chunks = [list(reader.source.envelopes(part.id, start_s, end_s)) for part in reader.parts]
    rows = sum(chunk.rows for chunk in chain(*chunks))
    if reader.derived or rows < BLOCK_ROWS * BLOCKS_A_BUCKET * buckets:
        return _thinned(reader.samples(start_s, end_s, on_session=False), start_s, end_s, buckets)
    grid = _Grid(start_s, end_s, buckets, reader.columns)
    for index, of_part in enumerate(chunks):
        for chunk in of_part:
            _add_blocks(grid, reader, index, chunk)
    return grid.envelope()


def _add_blocks(grid: _Grid, reader: Reader, index: int, chunk: StoredEnvelope) -> None:
    channels = reader.parts[index].header.channels
    blocks = chunk_arrays.blocks(chunk.envelope, chunk.rows, len(channels))
    beyond = blocks.start_s[0] < grid.start_s or blocks.end_s[-1] > grid.end_s
    if beyond or (blocks.end_s - blocks.start_s).max() > grid.width_s / 2:
        # At the edge, or with rows far apart: where in a block they are does matter.
        _add_rows(grid, reader, index, chunk.first_row)
        return
    place = grid.places((blocks.start_s + blocks.end_s) / 2)
    for column, (channel, correction) in enumerate(zip(channels, reader.corrections(index), strict=True)):
        ends = (blocks.low[:, column], blocks.high[:, column])
        one, other = (corrected(chunk_arrays.in_unit(end, channel), correction) for end in ends)
        # A calibration may have turned them round.
        grid.add(reader.names[index][column], place, np.fmin(one, other), np.fmax(one, other))
    grid.count(place, blocks.rows)


def _add_rows(grid: _Grid, reader: Reader, index: int, first_row: int) -> None:
    part = reader.parts[index]
    chunk = reader.source.chunk(part.id, first_row)
    rows = chunk_arrays.decode(chunk.data, chunk.rows)
    place = grid.places(chunk_arrays.seconds(chunk.times, rows.ticks, part.header.tick_s))
    for name, values in zip(reader.names[index], reader.measured(index, rows), strict=True):
        grid.add(name, place, values, values)
    grid.count(place, np.ones(len(place), np.int64))


class _Grid:
    """Equal stretches of time with the lowest and highest value of each channel."""

    def __init__(self, start_s: float, end_s: float, buckets: int, columns: Iterable[str]) -> None:
        self.start_s, self.end_s = start_s, end_s
        self._buckets = buckets
        self.width_s = (end_s - start_s) / buckets or 1.0
        self._rows = np.zeros(buckets, np.int64)
        self._low = {name: np.full(buckets, np.nan) for name in columns}
        self._high = {name: np.full(buckets, np.nan) for name in columns}

    def places(self, time_s: Floats) -> Integers:
        """In which bucket each time is; -1 for those outside."""
        place = np.floor((time_s - self.start_s) / self.width_s).astype(np.int64)
        np.minimum(place, self._buckets - 1, out=place)  # the end belongs to the last
        place[(time_s < self.start_s) | (time_s > self.end_s)] = -1
        return place

    def add(self, name: str, place: Integers, low: Floats, high: Floats) -> None:
        """Values in the buckets `place` (which never goes back)."""
        inside = place >= 0
        place, low, high = place[inside], low[inside], high[inside]
        if len(place):
            starts = np.flatnonzero(np.diff(place, prepend=-1))
            here = place[starts]
            self._low[name][here] = np.fmin(self._low[name][here], np.fmin.reduceat(low, starts))
            self._high[name][here] = np.fmax(self._high[name][here], np.fmax.reduceat(high, starts))

    def count(self, place: Integers, rows: Integers) -> None:
        inside = place >= 0
        np.add.at(self._rows, place[inside], rows[inside])

    def envelope(self) -> Envelope:
        there = np.flatnonzero(self._rows)
        return Envelope(
            np.asarray(self.start_s + (there + 0.5) * self.width_s, np.float64),
            {name: low[there] for name, low in self._low.items()},
            {name: high[there] for name, high in self._high.items()},
            self._rows[there],
        )


def _thinned(columns: Columns, start_s: float, end_s: float, buckets: int) -> Envelope:
    if len(columns.time_s) <= CURVE_ROWS_A_BUCKET * buckets:
        return columns.envelope()
    grid = _Grid(start_s, end_s, buckets, columns.values)
    place = grid.places(columns.time_s)
    for name, values in columns.values.items():
        grid.add(name, place, values, values)
    grid.count(place, np.ones(len(place), np.int64))
    return grid.envelope()
