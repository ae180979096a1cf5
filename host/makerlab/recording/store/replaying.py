"""A recording as the events it was made from, in the batches they came in. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import inf
from typing import Any

from makerlab.recording.about import LogLine
from makerlab.recording.store import chunk_arrays
from makerlab.recording.store.reading import Source
from makerlab.recording.store.stored import StoredPart
from makerlab.wire.events import End, Event, Fault, Gap, Mark, Restart, Row, Samples, Status, Text

Batch = tuple[list[Event], float]


def batches(
    source: Source,
    parts: Sequence[StoredPart],
    happened: Sequence[tuple[Any, ...]],
    gaps: Sequence[tuple[Any, ...]],
    log: Sequence[LogLine],
) -> Iterator[Batch]:
    """Events in order, and the second they came at. `happened` are (part, row, kind, channel, text, ticks),
    `gaps` (part, row, lost), as in the notebook."""
    others: dict[int, list[tuple[int, Event | int]]] = {}
    for part, row, lost in gaps:
        if lost is not None:  # after a restart nobody knows, and the restart says so
            others.setdefault(part, []).append((row, lost))
    for part, row, kind, channel, text, ticks in happened:
        others.setdefault(part, []).append((row, _event(kind, channel, text, ticks)))
    lines = list(log)
    last_s = 0.0
    last_seq = 0
    for number, part in enumerate(parts):
        waiting = sorted(others.pop(number, []), key=lambda one: one[0])
        first = True
        row_number = 0
        for rows, at in _rows(source, part):
            events: list[Event] = []
            while lines and lines[0].time_s <= at:
                events.append(Text(lines.pop(0).line))
            if first:
                first = False
                last_seq = 0 if number == 0 or _restarts(waiting) else last_seq
                events += [event for row, event in waiting if row == 0 and isinstance(event, Restart)]
                events.append(replace(part.header, next_seq=rows[0][0]))
                if part.part.status:
                    events.append(Status(dict(part.part.status)))
                waiting = [one for one in waiting if not isinstance(one[1], Restart)]
            start = 0
            while waiting and waiting[0][0] < row_number + len(rows):
                row, event = waiting.pop(0)
                if row > row_number + start:
                    events.append(Samples(rows[start : row - row_number]))
                    start = row - row_number
                    last_seq = rows[start - 1][0]
                events.append(Gap(last_seq, event) if isinstance(event, int) else event)
            events.append(Samples(rows[start:]))
            row_number += len(rows)
            last_s, last_seq = at, rows[-1][0]
            yield events, at
        rest = [Gap(last_seq, event) if isinstance(event, int) else event for _row, event in waiting]
        if rest:
            yield rest, last_s
    rest = [event for events in others.values() for _row, event in events if not isinstance(event, int)]
    rest += [Text(line.line) for line in lines]
    if rest:
        yield rest, max([last_s, *(line.time_s for line in lines)])


def _event(kind: str, channel: str, text: str, ticks: int | None) -> Event:
    if kind == "mark":
        return Mark(ticks or 0, text)
    if kind == "fault":
        return Fault(ticks or 0, channel, text)
    if kind in ("restart", "away", "clock"):  # whoever dates rows has to begin anew at each
        return Restart(unplugged=kind == "away")
    return End(0)


def _restarts(waiting: Sequence[tuple[int, Event | int]]) -> bool:
    return any(isinstance(event, Restart) for _row, event in waiting)


def _rows(source: Source, part: StoredPart) -> Iterator[tuple[list[Row], float]]:
    """The rows that came together, and when."""
    for chunk in source.chunks(part.id, -inf, inf):
        decoded = chunk_arrays.decode(chunk.data, chunk.rows)
        time_s = chunk_arrays.seconds(chunk.times, decoded.ticks, part.header.tick_s).tolist()
        values = [chunk_arrays.values(column) for column in decoded.values]
        rows: list[Row] = list(zip(decoded.seq.tolist(), decoded.ticks.tolist(), *values, strict=True))
        start = 0
        for size in chunk_arrays.batch_sizes(chunk.times):
            yield rows[start : start + size], time_s[start + size - 1]
            start += size
