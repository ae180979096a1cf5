"""A table of cells as a recording: one of our own, or any with a column of time and columns of numbers.

It may begin anew half way: the micro:bit's data logger writes its titles again when there are more of them,
and its time begins at 0 again when the board was reset.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from makerlab.i18n import N_, _, language, ngettext
from makerlab.recording.about import Happened, Lost
from makerlab.recording.formats import wording
from makerlab.recording.formats.content import Content, decimals_of
from makerlab.recording.formats.headings import Heading, heading
from makerlab.recording.table import FORMULA_STARTS
from makerlab.wire.events import Channel

if TYPE_CHECKING:
    from makerlab.recording.about import Floats

MAX_CHANNELS = 64
"""More columns are no measurement."""

MOST_TEXTS = 2000
"""Cells of a column of words that are taken as events; more of them are something else."""

MIN_NUMBERS = 0.5
"""Share of a column's filled cells that must be numbers."""

COUNTED_STEP_S = 1.0
"""Between rows of a table without time."""

_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*")


class NoTable(ValueError):
    """Why it is no recording: a text of the catalogue."""


@dataclass
class _Column:
    heading: Heading
    values: array[float]
    texts: list[tuple[int, str]]
    """Cells that are no numbers, by row."""
    filled: int = 0
    decimals: int = 0
    """Most digits after the point of a cell."""


class _Usual(NamedTuple):
    """What stands where in a row: the time (times `scale_s`), channels, and words, of which it has none."""

    width: int
    time: int
    scale_s: float
    channels: tuple[tuple[int, _Column], ...]
    words: tuple[int, ...]


class TableReader:
    """Feed it the rows of a table; `content` is the recording they are."""

    def __init__(self) -> None:
        self._headings: list[Heading] = []
        self._columns: dict[str, _Column] = {}
        self._places: list[_Column | None] = []
        """By column of the table as it is now, the channel that is there."""
        self._time = array("d")
        self._offset_s = 0.0
        """What to add to times since the board began anew."""
        self._has_time = False
        self._events: list[Happened] = []
        self._gaps: list[tuple[float, int]] = []
        """Time and rows lost."""
        self._facts: list[tuple[str, str]] = []
        self._breaks: set[float] = set()
        """Times of gaps, also of those in which nobody knows."""
        self._moment: tuple[float, str] | None = None
        """A row's time, and what its moment says."""
        self._empty: list[int] = []
        """Rows without a value."""
        self._rows = 0
        self._usual: _Usual | None = None

    def add(self, cells: Sequence[str]) -> None:
        """The next row. Raises NoTable if it shows that this is none."""
        if self._usual is not None and self._add_usual(cells, self._usual):
            return
        if not any(cell.strip() for cell in cells):
            return
        if not self._headings or self._are_titles(cells):
            self._begin(cells)
            if not all(map(_is_number, cells)):
                return
        self._add_row(cells)

    def content(
        self, title: str, file: str, started: datetime, facts: Iterable[tuple[str, str]] = ()
    ) -> Content:
        """The recording. `title` and `started` hold where neither the table nor `facts` say. Raises
        NoTable."""
        self._drop_breaks()
        remarks = self._drop_words()
        if not self._columns or self._rows < 2:
            raise NoTable(N_("it holds no table of numbers"))
        time_s = np.array(self._time)
        first_s = float(time_s[0])
        known = wording.facts_read([*facts, *self._facts])
        if (begun := self._started(known, first_s)) is None:
            remarks.append(not_dated(started))
        if not self._has_time:
            remarks.append(_("The file holds no times: its rows were counted, one a second."))
        about = wording.about_read(known, title, file, begun or started)
        names, digits = wording.names_read(known), wording.digits_read(known)
        channels, values, titles = [], {}, {}
        for index, column in enumerate(self._columns.values()):
            ours = len(names) == len(self._columns)
            name = names[index] if ours else column.heading.title
            decimals = digits[index] if ours and len(digits) == len(names) else column.decimals
            numbers = np.array(column.values)
            if not ours and decimals is not None and decimals > 9:
                decimals = decimals_of(numbers)
            channels.append(Channel(name, column.heading.unit, 10.0 ** -(decimals or 0), decimals))
            values[name] = numbers
            if name != column.heading.title:
                titles[name] = {language(): column.heading.title}
        stated = known.get("rows", "")
        if stated.isascii() and stated.isdecimal() and int(stated) > len(time_s):
            text = _("The file should have {stated} rows and has {n}: it is cut off, or rows were deleted.")
            remarks.append(text.format(stated=stated, n=len(time_s)))
        time_s = time_s - first_s
        return Content(
            number=0,
            about=replace(about, channel_titles=titles),
            channels=tuple(channels),
            time_s=time_s,
            values=values,
            seq=np.arange(1, len(time_s) + 1),
            gaps=tuple(_gap(time_s, at - first_s, lost) for at, lost in self._gaps),
            events=tuple(event._replace(time_s=event.time_s - first_s) for event in self._events),
            remarks=tuple(remarks),
        )

    def _started(self, known: dict[str, str], first_s: float) -> datetime | None:
        """When the first row was measured, if the file says so."""
        if (begun := _moment(known.get("started", ""))) is not None:
            return begun
        if self._moment is None or (begun := _moment(self._moment[1])) is None:
            return None
        return begun + timedelta(seconds=first_s - self._moment[0])

    # -- rows ------------------------------------------------------------------------------------------

    def _are_titles(self, cells: Sequence[str]) -> bool:
        """Whether the titles come again, perhaps more of them."""
        same = [cell.strip() for cell in cells]
        return any(
            one.role == "time" and place < len(same) and heading(same[place]).role == "time"
            for place, one in enumerate(self._headings)
        )

    def _begin(self, cells: Sequence[str]) -> None:
        if all(map(_is_number, cells)):  # no titles at all
            names = (
                [_("value")]
                if len(cells) == 1
                else [_("value {n}").format(n=n + 1) for n in range(len(cells))]
            )
            self._headings = [Heading("channel", name) for name in names]
        else:
            self._headings = _without_doubles([heading(cell) for cell in cells])
        self._places = []
        for one in self._headings:
            if one.role != "channel" or not one.title:
                self._places.append(None)
                continue
            if one.title not in self._columns:
                missing = array("d", [float("nan")]) * self._rows
                self._columns[one.title] = _Column(one, missing, [])
            self._places.append(self._columns[one.title])
        if len(self._columns) > MAX_CHANNELS:
            raise NoTable(N_("it has too many columns"))
        self._has_time = self._has_time or any(one.role == "time" for one in self._headings)
        self._usual = self._usual_row()

    def _usual_row(self) -> _Usual | None:
        """How almost all rows of our own tables look; None for others, whose digits have to be counted."""
        roles = [one.role for one in self._headings]
        channels = [(place, column) for place, column in enumerate(self._places) if column is not None]
        if "about" not in roles or roles.count("time") != 1 or len(channels) != len(self._columns):
            return None
        words = tuple(place for place, role in enumerate(roles) if role in ("event", "about"))
        place = roles.index("time")
        return _Usual(len(roles), place, self._headings[place].scale_s, tuple(channels), words)

    def _add_usual(self, cells: Sequence[str], usual: _Usual) -> bool:
        """Take a row of nothing but numbers; False if it is another, which has to be looked at closely."""
        if len(cells) != usual.width or self._moment is None or any(cells[place] for place in usual.words):
            return False
        try:
            time_s = float(cells[usual.time]) * usual.scale_s + self._offset_s
            values = [float(cells[place]) for place, _column in usual.channels]
        except ValueError:
            return False
        if not self._time or time_s < self._time[-1] or not isfinite(sum(values)):
            return False
        self._time.append(time_s)
        self._rows += 1
        for (_place, column), value in zip(usual.channels, values, strict=True):
            column.values.append(value)
            column.filled += 1
        return True

    def _add_row(self, cells: Sequence[str]) -> None:
        time_s = self._time_of(cells)
        event, pair_s = "", None
        numbers: list[tuple[_Column, float]] = []
        words: list[tuple[_Column, str]] = []
        times = 0
        for place, (one, cell) in enumerate(zip(self._headings, cells, strict=False)):
            column = self._places[place]
            if column is not None:
                if not cell.strip():
                    continue
                value = _number(cell)
                if value is None:
                    words.append((column, cell.strip()))
                else:
                    numbers.append((column, value))
                    column.decimals = max(column.decimals, _decimals(cell))
            elif one.role == "time":
                times += 1
                if times > 1:
                    pair_s = _number(cell)
            elif one.role == "event":
                event = _plain(cell)
            elif one.role == "about" and cell:
                name, _colon, fact = _plain(cell).partition(": ")
                self._facts.append((name, fact))
            elif one.role == "moment" and cell and self._moment is None and time_s is not None:
                self._moment = (time_s, cell)
        if time_s is None and self._has_time:
            if pair_s is not None and event:
                self._happened(pair_s, event)
            return
        if event:
            self._happened(pair_s if pair_s is not None else time_s, event)
        if event and pair_s is None and not numbers and not words:
            return  # a line for an event
        self._add_values(time_s, numbers, words)

    def _add_values(
        self, time_s: float | None, numbers: list[tuple[_Column, float]], words: list[tuple[_Column, str]]
    ) -> None:
        if time_s is None:
            time_s = self._rows * COUNTED_STEP_S
        if self._time and time_s + self._offset_s < self._time[-1]:
            self._restart(time_s)
        time_s += self._offset_s
        self._time.append(time_s)
        self._rows += 1
        if not numbers and not words:
            self._empty.append(self._rows - 1)
        for column, value in numbers:
            column.values.append(value)
            column.filled += 1
        for column, text in words:
            column.texts.append((self._rows - 1, text))
            column.filled += 1
        for column in self._columns.values():
            if len(column.values) < self._rows:
                column.values.append(float("nan"))

    def _restart(self, time_s: float) -> None:
        """Time went back: the board began anew, nobody knows when. It goes on after a usual step."""
        steps = np.diff(np.array(self._time[-1000:]))
        step_s = float(np.median(steps)) if len(steps) else COUNTED_STEP_S
        self._events.append(Happened(self._time[-1], "restart", ""))
        self._offset_s = self._time[-1] + step_s - time_s

    def _time_of(self, cells: Sequence[str]) -> float | None:
        for place, one in enumerate(self._headings):
            if one.role == "time":
                value = _number(cells[place]) if place < len(cells) else None
                return None if value is None else value * one.scale_s
        return None

    def _happened(self, time_s: float | None, text: str) -> None:
        at = (time_s or 0.0) + self._offset_s
        if (lost := wording.lost_read(text)) is not None:
            self._breaks.add(at)
            if lost > 0:
                self._gaps.append((at, lost))
        else:
            self._events.append(Happened(at, wording.kind_read(text), text))

    # -- at the end ------------------------------------------------------------------------------------

    def _drop_breaks(self) -> None:
        """Rows of nothing that only interrupt a chart's curve, where rows were lost."""
        for row in reversed(self._empty):
            if self._time[row] in self._breaks:
                del self._time[row]
                for column in self._columns.values():
                    del column.values[row]
                    column.texts = [(at - (at > row), text) for at, text in column.texts]
                self._rows -= 1

    def _drop_words(self) -> list[str]:
        """Columns of words are no channels; what they say becomes events, if it is not too much."""
        remarks = []
        for title, column in list(self._columns.items()):
            if column.filled and column.filled - len(column.texts) >= column.filled * MIN_NUMBERS:
                if column.texts:
                    text = ngettext(
                        "{n} cell of {title} is no number and was left empty.",
                        "{n} cells of {title} are no numbers and were left empty.",
                        len(column.texts),
                    )
                    remarks.append(text.format(n=len(column.texts), title=title))
                continue
            del self._columns[title]
            if 0 < len(column.texts) <= MOST_TEXTS and self._time:
                self._events += [
                    Happened(self._time[row], "mark", f"{title}: {text}") for row, text in column.texts
                ]
                self._events.sort(key=lambda event: event.time_s)
            elif column.texts:
                remarks.append(_("{title} holds no numbers and was left out.").format(title=title))
        return remarks


def table_content(
    rows: Iterable[Sequence[str]],
    title: str,
    file: str,
    started: datetime,
    facts: Iterable[tuple[str, str]] = (),
) -> Content:
    """The recording that these rows of cells are (see `TableReader.content`). Raises NoTable."""
    reader = TableReader()
    for cells in rows:
        reader.add(cells)
    return reader.content(title, file, started, facts)


def not_dated(taken: datetime) -> str:
    """What is said when a file does not tell when it was measured."""
    text = _("The file does not say when it was measured; taken is when it was saved: {moment}.")
    return text.format(moment=f"{taken:%Y-%m-%d %H:%M}")


def _without_doubles(headings: list[Heading]) -> list[Heading]:
    """Two columns of the same title are told apart by numbers."""
    seen: dict[str, int] = {}
    apart = []
    for one in headings:
        if one.role == "channel" and one.title:
            seen[one.title] = seen.get(one.title, 0) + 1
            if seen[one.title] > 1:
                one = replace(one, title=f"{one.title} {seen[one.title]}")
        apart.append(one)
    return apart


def _gap(time_s: Floats, at: float, lost: int) -> Lost:
    """The gap around `at`, between the rows beside it."""
    after = int(np.searchsorted(time_s, at, "left"))
    start = float(time_s[max(0, after - 1)])
    return Lost(start, float(time_s[min(after, len(time_s) - 1)]), lost)


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if abs(value) < 1e300 else None  # neither nan nor inf, which are words here


def _decimals(cell: str) -> int:
    cell = cell.strip()
    if "e" in cell or "E" in cell:
        return 99
    return len(cell.partition(".")[2])


def _plain(cell: str) -> str:
    """The text that `text_cell` made harmless."""
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip().startswith(FORMULA_STARTS) else cell


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.astimezone()
