"""What an import makes of a file: what it is about, and what the board would have sent.

So imported rows take the same way into the notebook as those of a board. Times become board time in
microseconds, and each batch comes exactly when its last row was measured: the clock fit changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from makerlab.recording.about import About, Happened, Lost
from makerlab.recording.formats.content import Content
from makerlab.recording.formats.wording import said
from makerlab.wire.events import (
    Channel,
    End,
    Event,
    Fault,
    Gap,
    Header,
    Mark,
    Restart,
    Row,
    Samples,
    Text,
    Value,
)

if TYPE_CHECKING:
    from makerlab.recording.about import Floats

TICK_S = 1e-6

BATCH_ROWS = 4096
"""What comes at a time."""

Batch: TypeAlias = "tuple[list[Event], float]"
"""Events, and the second they came at."""


@dataclass(frozen=True)
class Imported:
    """A recording out of a file: a table's `content`, or what a board has `sent`. `remarks` are for whoever
    imports it: what had to be made up, or left out."""

    about: About
    content: Content | None = None
    sent: Sequence[Batch] = ()
    remarks: tuple[str, ...] = ()

    @property
    def batches(self) -> Iterable[Batch]:
        """What its board would have sent; made anew for every reader, so that it takes no memory."""
        return self.sent if self.content is None else batches_of(self.content)

    @property
    def rows(self) -> int:
        if self.content is not None:
            return self.content.rows
        events = (event for batch, _at in self.sent for event in batch)
        return sum(len(event.rows) for event in events if isinstance(event, Samples))


def imported(content: Content) -> Imported:
    return Imported(content.about, content, remarks=content.remarks)


class _Step(NamedTuple):
    """Something between rows: before row `place`, in this `order` among those that are at the same place."""

    place: int
    time_s: float
    order: int
    what: Happened | Lost


def batches_of(content: Content) -> Iterator[Batch]:
    """What the board of this recording would have sent."""
    channels = tuple(_wire_channel(channel) for channel in content.channels)
    header = Header(
        content.about.experiment,
        channels,
        rate_hz=content.about.rate_hz,
        tick_s=TICK_S,
        board=content.about.board,
    )
    rows = _Rows(content)
    yield [header, *(Text(line.line) for line in content.log)], 0.0
    done = 0
    for step in _steps(content):
        yield from rows.batches(done, step.place)
        done = step.place
        yield _events(step.what, rows, header), step.time_s
    yield from rows.batches(done, content.rows)


def _steps(content: Content) -> list[_Step]:
    """All gaps and events, in order. A gap in which nobody knows is there because the board went away, and
    comes back with the restart."""
    steps = []
    restarts = [event for event in content.events if event.kind in ("restart", "away")]
    for gap in content.gaps:
        place = int(np.searchsorted(content.time_s, (gap.start_s + gap.end_s) / 2, "right"))
        if gap.lost is not None:
            steps.append(_Step(place, gap.start_s, 0, gap))
        elif not any(gap.start_s <= event.time_s <= gap.end_s for event in restarts):
            steps.append(_Step(place, gap.start_s, 0, Happened(gap.start_s, "restart", "")))
    for event in content.events:
        place = int(np.searchsorted(content.time_s, event.time_s + TICK_S / 2, "right"))
        steps.append(_Step(place, event.time_s, 1, event))
    return sorted(steps, key=lambda step: step[:3])


def _events(what: Happened | Lost, rows: _Rows, header: Header) -> list[Event]:
    if isinstance(what, Lost):
        return [rows.lose(what.lost or 0)]
    ticks = round(what.time_s / TICK_S)
    if what.kind in ("restart", "away"):
        rows.restart()
        return [Restart(unplugged=what.kind == "away"), header]
    if what.kind == "fault":
        return [Fault(ticks, what.channel, what.text)]
    if what.kind == "end":
        return [End(rows.seq)]
    return [Mark(ticks, said(what, {}))]


class _Rows:
    """The rows as the wire has them: numbered anew, so that numbers and gaps agree."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self.seq = 0
        """Number of the last row."""

    def batches(self, start: int, end: int) -> Iterator[Batch]:
        content = self._content
        for at in range(start, end, BATCH_ROWS):
            part = slice(at, min(end, at + BATCH_ROWS))
            numbers = range(self.seq + 1, self.seq + 1 + part.stop - at)
            ticks = np.rint(content.time_s[part] / TICK_S).astype(np.int64).tolist()
            columns = [_raw(channel, content.values[channel.name][part]) for channel in content.channels]
            rows: list[Row] = list(zip(numbers, ticks, *columns, strict=True))
            self.seq = numbers[-1]
            yield [Samples(rows)], rows[-1][1] * TICK_S

    def lose(self, rows: int) -> Gap:
        gap = Gap(self.seq, rows)
        self.seq += rows
        return gap

    def restart(self) -> None:
        self.seq = 0


def _wire_channel(channel: Channel) -> Channel:
    """As whole numbers in steps of its last digit."""
    if channel.decimals is None:
        return Channel(channel.name, channel.unit, 1.0, None)
    return Channel(channel.name, channel.unit, float(f"1e-{channel.decimals}"), channel.decimals)


def _raw(channel: Channel, column: Floats) -> list[Value]:
    known = np.isfinite(column)
    numbers = np.where(known, column, 0.0)
    if channel.decimals is not None:
        numbers = np.rint(numbers * 10.0**channel.decimals)
    if channel.decimals is not None and float(np.abs(numbers).max(initial=0.0)) < 2**62:
        found: list[Value] = numbers.astype(np.int64).tolist()
    else:
        found = numbers.tolist()
    if known.all():
        return found
    return [value if there else None for value, there in zip(found, known.tolist(), strict=True)]
