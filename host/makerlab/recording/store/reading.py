"""Rows of a recording as columns, from the chunks they lie in. Pure, with numpy: import it when it is
needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from makerlab.recording.about import About, Columns
from makerlab.recording.calculated.calibration import Calibration
from makerlab.recording.calculated.derive import DIGITS, Transform
from makerlab.recording.calculated.evaluate_arrays import evaluated
from makerlab.recording.calculated.expression import formula
from makerlab.recording.store import chunk_arrays
from makerlab.recording.store.stored import StoredPart
from makerlab.wire.events import Channel, Header

if TYPE_CHECKING:
    from makerlab.recording.about import Floats, Integers


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
        self.source = source
        self.parts = parts
        self.derived = () if raw else about.derived
        self._calibration = {} if raw else about.calibration
        self._channels = [part.header.channels for part in parts] if raw else shown_channels(parts, about)
        self.names, columns = keys(self._channels)
        """For each part, the names of its columns."""
        self.columns = list(columns)

    def samples(self, start_s: float, end_s: float, *, on_session: bool) -> Columns:
        """The rows from `start_s` to `end_s`."""
        # Formulas remember what was before (first, mean).
        from_s = -inf if on_session or self.derived else start_s
        to_s = inf if on_session else end_s
        read = _Columns(self.columns, sum(part.part.rows for part in self.parts))
        begun = 0
        for index, part in enumerate(self.parts):
            if index and part.header.channels != self.parts[index - 1].header.channels:
                begun = read.rows  # with other channels, formulas begin anew
            for chunk in self.source.chunks(part.id, from_s, to_s):
                rows = chunk_arrays.decode(chunk.data, chunk.rows)
                if on_session:
                    line, board_s = part.line, (rows.ticks - part.line.ticks) * part.header.tick_s
                    time_s = np.asarray(line.session_s + board_s * line.rate, np.float64)
                else:
                    time_s = chunk_arrays.seconds(chunk.times, rows.ticks, part.header.tick_s)
                read.add(time_s, rows.seq, self.names[index], self.measured(index, rows))
            is_last = index + 1 == len(self.parts)
            if self.derived and (is_last or self.parts[index + 1].header.channels != part.header.channels):
                self._derive(read, begun, index)
        return read.between(start_s, end_s)

    def measured(self, index: int, rows: chunk_arrays.Rows) -> list[Floats]:
        """The columns of `rows` of part `index`, calibrated, in the channels' units."""
        return [
            corrected(chunk_arrays.quantities(column, channel), correction)
            for column, channel, correction in zip(
                rows.values, self.parts[index].header.channels, self.corrections(index), strict=True
            )
        ]

    def corrections(self, index: int) -> list[Calibration | None]:
        """The calibration of each channel of part `index`, if it was made in the unit it has there."""
        channels = self.parts[index].header.channels
        found = [self._calibration.get(channel.name) for channel in channels]
        return [
            one if one is not None and one.unit == channel.unit else None
            for one, channel in zip(found, channels, strict=True)
        ]

    def _derive(self, read: _Columns, begun: int, index: int) -> None:
        """Calculate the derived channels of all rows from `begun` on."""
        channels, names = self._channels[index], self.names[index]
        measured = len(self.parts[index].header.channels)
        here = slice(begun, read.rows)
        known = {
            channel.name: read.values[name][here]
            for channel, name in zip(channels[:measured], names, strict=False)
        }
        for one, channel, name in zip(self.derived, channels[measured:], names[measured:], strict=True):
            values = evaluated(formula(one.formula), known, read.time_s[here])
            known[channel.name] = read.values[name][here] = _with_digits(values, channel.decimals)


def corrected(values: Floats, correction: Calibration | None) -> Floats:
    if correction is None:
        return values
    found: Floats = correction.known[0] + correction.gain * (values - correction.measured[0])
    return found


def _with_digits(values: Floats, decimals: int | None) -> Floats:
    """With as many digits as `derive` shows."""
    if decimals is not None:
        return np.round(values, decimals)
    known = np.isfinite(values) & (values != 0)
    place = np.zeros(len(values))
    place[known] = DIGITS - 1 - np.floor(np.log10(np.abs(values[known])))
    # In two factors: a very small number's power of ten would be none of a float's.
    half, rest = 10.0 ** (place // 2), 10.0 ** (place - place // 2)
    return np.where(known, np.rint(values * half * rest) / half / rest, values)


class _Columns:
    """Columns while they are read; there is room for `most` rows (memory is taken only where they are)."""

    def __init__(self, names: Iterable[str], most: int) -> None:
        self.rows = 0
        self.time_s = np.empty(most)
        self.values = {name: np.empty(most) for name in names}
        self._seq = np.empty(most, np.int64)

    def add(self, time_s: Floats, seq: Integers, names: Sequence[str], values: Sequence[Floats]) -> None:
        here = slice(self.rows, self.rows + len(time_s))
        self.rows = here.stop
        self.time_s[here], self._seq[here] = time_s, seq
        known = dict(zip(names, values, strict=False))
        for name, column in self.values.items():
            column[here] = known.get(name, np.nan)

    def between(self, start_s: float, end_s: float) -> Columns:
        time_s = self.time_s[: self.rows]
        # On the session's axis a part's line may begin a few milliseconds before the last one's end.
        np.maximum.accumulate(time_s, out=time_s)
        first = int(np.searchsorted(time_s, start_s, "left"))
        last = max(first, int(np.searchsorted(time_s, end_s, "right")))
        here = slice(first, last)
        return Columns(
            time_s[here], {name: column[here] for name, column in self.values.items()}, self._seq[here]
        )
