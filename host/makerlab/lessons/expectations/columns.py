"""What was measured, as a rule sees it: columns over time, and what happened meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from makerlab.lessons.model import Where


class Happened(NamedTuple):
    """An event `text` (a button, a note) at `time_s`."""

    time_s: float
    text: str


@dataclass(frozen=True)
class Columns:
    """Rows in the order of time. Times are seconds from the first row on; None in a column stands for a value
    that could not be read. `units` are those of the columns, "" for plain numbers."""

    time_s: Sequence[float]
    values: Mapping[str, Sequence[float | None]]
    events: Sequence[Happened] = ()
    units: Mapping[str, str] = field(default_factory=dict)

    def between(self, start_s: float, end_s: float) -> Columns:
        """The rows from `start_s` up to, not with, `end_s`."""
        picked = [index for index, time in enumerate(self.time_s) if start_s <= time < end_s]
        return Columns(
            [self.time_s[index] for index in picked],
            {name: [column[index] for index in picked] for name, column in self.values.items()},
            [event for event in self.events if start_s <= event.time_s < end_s],
            self.units,
        )


class NoSegment(Exception):
    """There is no event with this label."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


def select(columns: Columns, where: Where | None, labels: Collection[str]) -> Columns:
    """The rows that `where` means.

    A segment begins at the event whose text is its label and ends where the next labelled one (`labels`: of
    all segments of the lesson) begins; other events end none. Where a label comes twice, the last one counts:
    a pupil did it again. Raises NoSegment.
    """
    if where is None:
        return columns
    start_s, end_s = 0.0, float("inf")
    if where.segment:
        starts = [event.time_s for event in columns.events if event.text == where.segment]
        if not starts:
            raise NoSegment(where.segment)
        start_s = starts[-1]
        others = [event for event in columns.events if event.text in labels and event.text != where.segment]
        end_s = min([end_s, *(event.time_s for event in others if event.time_s > start_s)])
    if where.seconds:
        start_s, end_s = start_s + where.seconds[0], min(end_s, start_s + where.seconds[1])
    return columns.between(start_s, end_s)
