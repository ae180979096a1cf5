"""Rows of a recording as columns, from the chunks they lie in. Pure, with numpy: import it when it is
needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from math import inf
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from makerlab.recording import chunk_arrays
from makerlab.recording.about import About, Columns, Envelope
from makerlab.recording.calibration import Calibration
from makerlab.recording.chunks import BLOCK_ROWS
from makerlab.recording.derive import Transform
from makerlab.recording.stored import StoredPart
from makerlab.wire.events import Channel, Header, Samples

if TYPE_CHECKING:
    from makerlab.recording.about import Floats, Integers

BLOCKS_A_BUCKET = 8
"""From so many on, a bucket is made of blocks, each counted where its middle is: a peak stands at most a
sixteenth of a bucket off. With fewer, the rows are read."""

CURVE_ROWS_A_BUCKET = 2
"""With fewer rows than that, the rows themselves are the curve."""


class StoredChunk(NamedTuple):
    """A chunk as it lies in the notebook."""

    first_row: int
    rows: int
    times: bytes
    data: bytes


class StoredEnvelope(NamedTuple):
    first_row: int
    rows: int
    envelope: bytes


class Source(Protocol):
    """Where the chunks are. Those of one part that have rows from `start_s` to `end_s`, in order."""

    def chunks(self, part: int, start_s: float, end_s: float) -> Iterable[StoredChunk]: ...

    def envelopes(self, part: int, start_s: float, end_s: float) -> Iterable[StoredEnvelope]: ...

    def chunk(self, part: int, first_row: int) -> StoredChunk: ...


def shown_channels(parts: Sequence[StoredPart], about: About) -> list[tuple[Channel, ...]]:
    """For each part, its channels and those derived from them, as they are shown."""
    transform = Transform(about.calibration, about.derived)
    shown: list[tuple[Channel, ...]] = []
    for part in parts:
        (header,) = transform.take([part.header])
        assert isinstance(header, Header)
        shown.append(header.channels)
    return shown


def keys(channels: Sequence[Sequence[Channel]]) -> tuple[list[list[str]], dict[str, Channel]]:
    """For each part the names of its columns, and all columns. A channel of a known name and another unit has
    the unit in its own."""
    found: dict[str, Channel] = {}
    names: list[list[str]] = []
    for part in channels:
        of_part: list[str] = []
        for channel in part:
            name = channel.name
            if found.setdefault(name, channel).unit != channel.unit or name in of_part:
                name = f"{channel.name} ({channel.unit})"
            found.setdefault(name, channel)
            of_part.append(name)
        names.append(of_part)
    return names, found


class Reader:
    """Reads one recording: `parts` and `about` are its own. `raw`: as it was measured, without calibration
    and derived channels."""

    def __init__(self, source: Source, parts: Sequence[StoredPart], about: About, *, raw: bool) -> None:
        self._source = source
        self._parts = parts
        self._about = about
        self._raw = raw or not (about.calibration or about.derived)
        self._channels = [part.header.channels for part in parts] if raw else shown_channels(parts, about)
        self._names, self._columns = keys(self._channels)

    def samples(self, start_s: float, end_s: float, *, on_session: bool) -> Columns:
        """The rows from `start_s` to `end_s`."""
        read = _Columns(self._columns)
        everything = on_session or (self._about.derived and not self._raw)
        transform = Transform(self._about.calibration, self._about.derived)
        for index, part in enumerate(self._parts):
            transform.take([part.header])
            for chunk in self._source.chunks(
                part.id, -inf if everything else start_s, inf if everything else end_s
            ):
                rows = chunk_arrays.decode(chunk.data, chunk.rows)
                tick_s = part.header.tick_s
                if on_session:
                    line = part.line
                    board_s = (rows.ticks - line.ticks) * tick_s
                    time_s = np.asarray(line.session_s + board_s * line.rate, np.float64)
                else:
                    time_s = chunk_arrays.seconds(chunk.times, rows.ticks, tick_s)
                values = self._values(index, rows, transform)
                first = int(np.searchsorted(time_s, start_s, "left"))
                last = int(np.searchsorted(time_s, end_s, "right"))
                if first < last:
                    kept = slice(first, last)
                    read.add(time_s[kept], rows.seq[kept], self._names[index], [one[kept] for one in values])
        return read.whole()

    def envelope(self, start_s: float, end_s: float, buckets: int) -> Envelope:
        """`buckets` lowest and highest values from `start_s` to `end_s`; fewer where there are no rows."""
        total = sum(part.part.rows for part in self._parts)
        spans = [(max(start_s, part.part.start_s), min(end_s, part.part.end_s)) for part in self._parts]
        spans = [span for span in spans if span[0] <= span[1]]
        if not spans or not total:
            return self.samples(0.0, -1.0, on_session=False).envelope()
        start_s, end_s = min(span[0] for span in spans), max(span[1] for span in spans)
        inside = [list(self._source.envelopes(part.id, start_s, end_s)) for part in self._parts]
        rows = sum(chunk.rows for chunk in chain(*inside))
        if (self._about.derived and not self._raw) or rows < BLOCK_ROWS * BLOCKS_A_BUCKET * buckets:
            return _thinned(self.samples(start_s, end_s, on_session=False), start_s, end_s, buckets)
        grid = _Grid(start_s, end_s, buckets, self._columns)
        for index, (part, chunks) in enumerate(zip(self._parts, inside, strict=True)):
            corrections = self._corrections(index)
            for chunk in chunks:
                blocks = chunk_arrays.blocks(chunk.envelope, chunk.rows, len(part.header.channels))
                beyond = blocks.start_s[0] < start_s or blocks.end_s[-1] > end_s
                if beyond or (blocks.end_s - blocks.start_s).max() > grid.width_s / 2:
                    # At the edge, or with rows far apart: where in a block they are does matter.
                    self._add_rows(grid, index, self._source.chunk(part.id, chunk.first_row))
                    continue
                middle_s = (blocks.start_s + blocks.end_s) / 2
                place = grid.places(middle_s)
                for column, (channel, correction) in enumerate(
                    zip(part.header.channels, corrections, strict=True)
                ):
                    low = chunk_arrays.in_unit(blocks.low[:, column], channel)
                    high = chunk_arrays.in_unit(blocks.high[:, column], channel)
                    low, high = _corrected(low, correction), _corrected(high, correction)
                    name = self._names[index][column]
                    grid.add(name, place, np.fmin(low, high), np.fmax(low, high))
                grid.count(place, blocks.rows)
        return grid.envelope()

    def _add_rows(self, grid: _Grid, index: int, chunk: StoredChunk) -> None:
        rows = chunk_arrays.decode(chunk.data, chunk.rows)
        time_s = chunk_arrays.seconds(chunk.times, rows.ticks, self._parts[index].header.tick_s)
        place = grid.places(time_s)
        for name, values in zip(self._names[index], self._measured(index, rows), strict=False):
            grid.add(name, place, values, values)
        grid.count(place, np.ones(len(place), np.int64))

    def _values(self, index: int, rows: chunk_arrays.Rows, transform: Transform) -> list[Floats]:
        if self._raw or not self._about.derived:
            return self._measured(index, rows)
        # Formulas remember (first, mean): they are calculated as they were while it was measured.
        raw = [chunk_arrays.values(column) for column in rows.values]
        (shown,) = transform.take(
            [Samples(list(zip(rows.seq.tolist(), rows.ticks.tolist(), *raw, strict=True)))]
        )
        assert isinstance(shown, Samples)
        columns = list(zip(*shown.rows, strict=True))[2:]
        return [
            chunk_arrays.in_unit(np.array([np.nan if one is None else one for one in column], float), channel)
            for column, channel in zip(columns, self._channels[index], strict=True)
        ]

    def _measured(self, index: int, rows: chunk_arrays.Rows) -> list[Floats]:
        channels = self._parts[index].header.channels
        return [
            _corrected(chunk_arrays.quantities(column, channel), correction)
            for column, channel, correction in zip(
                rows.values, channels, self._corrections(index), strict=True
            )
        ]

    def _corrections(self, index: int) -> list[Calibration | None]:
        channels = self._parts[index].header.channels
        if self._raw:
            return [None] * len(channels)
        found = [self._about.calibration.get(channel.name) for channel in channels]
        return [
            one if one is not None and one.unit == channel.unit else None
            for one, channel in zip(found, channels, strict=True)
        ]


def _corrected(values: Floats, correction: Calibration | None) -> Floats:
    if correction is None:
        return values
    corrected: Floats = correction.known[0] + correction.gain * (values - correction.measured[0])
    return corrected


class _Columns:
    """Columns while they are read."""

    def __init__(self, columns: Iterable[str]) -> None:
        self._time_s: list[Floats] = []
        self._seq: list[Integers] = []
        self._values: dict[str, list[Floats]] = {name: [] for name in columns}

    def add(self, time_s: Floats, seq: Integers, names: Sequence[str], values: Sequence[Floats]) -> None:
        self._time_s.append(time_s)
        self._seq.append(seq)
        here = dict(zip(names, values, strict=True))
        for name, column in self._values.items():
            column.append(here[name] if name in here else np.full(len(time_s), np.nan))

    def whole(self) -> Columns:
        time_s = _joined(self._time_s)
        # On the session's axis a part's line may begin a few milliseconds before the last one's end.
        np.maximum.accumulate(time_s, out=time_s)
        seq = np.concatenate(self._seq) if self._seq else np.empty(0, np.int64)
        return Columns(time_s, {name: _joined(column) for name, column in self._values.items()}, seq)


def _joined(pieces: list[Floats]) -> Floats:
    return np.concatenate(pieces) if pieces else np.empty(0)


class _Grid:
    """Equal stretches of time with the lowest and highest value of each channel."""

    def __init__(self, start_s: float, end_s: float, buckets: int, columns: Iterable[str]) -> None:
        self._start_s, self._end_s = start_s, end_s
        self._buckets = buckets
        self.width_s = (end_s - start_s) / buckets or 1.0
        self._rows = np.zeros(buckets, np.int64)
        self._low = {name: np.full(buckets, np.nan) for name in columns}
        self._high = {name: np.full(buckets, np.nan) for name in columns}

    def places(self, time_s: Floats) -> Integers:
        """In which bucket each time is; -1 for those outside."""
        place = np.floor((time_s - self._start_s) / self.width_s).astype(np.int64)
        np.minimum(place, self._buckets - 1, out=place)  # the end belongs to the last
        place[(time_s < self._start_s) | (time_s > self._end_s)] = -1
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
            np.asarray(self._start_s + (there + 0.5) * self.width_s, np.float64),
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
