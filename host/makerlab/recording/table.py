"""The lines of a CSV table, from the events of a board.

    time (s),temperature (°C),light (lx),event
    0.000,23.56,512,
    0.100,23.51,,
    0.130,,,lid opened

Seconds count from the first row, by the clock fit. A value that could not be read is an empty cell; what
happened stands in the last column at its time, lost rows between the rows where they are missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from makerlab.experiment.faults import shown_fault
from makerlab.i18n import _, ngettext
from makerlab.recording.units import heading
from makerlab.wire.clock import ClockFit
from makerlab.wire.events import Event, Fault, Gap, Header, Mark, Restart, Row, Samples

LINE_END = "\r\n"
"""RFC 4180."""

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
"""A spreadsheet runs a text that begins so as a formula (OWASP, "CSV Injection")."""


def text_cell(text: str) -> str:
    """`text` as a cell: quoted where CSV needs it, never a formula, control characters made spaces."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    # Spaces before it do not make it harmless everywhere, and a tab or line end is a space by now.
    formula = text.startswith(FORMULA_STARTS) or shown.lstrip().startswith(FORMULA_STARTS)
    text = f"'{shown}" if formula else shown
    if any(char in text for char in ',;"'):
        text = '"' + text.replace('"', '""') + '"'
    return text


class Table:
    """One table: what it begins with is in `heading`, `take` gives the lines that an event adds.

    `shown_channel` gives the title of a channel's name.
    """

    def __init__(self, header: Header, shown_channel: Callable[[str], str] = str) -> None:
        self._header = header
        self._shown_channel = shown_channel
        self._clock = ClockFit.of(header)
        self._seconds = 0.0
        """Time of the last line."""
        self._lost = 0
        coarse = header.is_plain or header.tick_s >= 0.001
        self._time_decimals = 3 if coarse else 6
        self.rows = 0
        """Rows so far."""

    @property
    def heading(self) -> str:
        """The first line: each column's title and unit."""
        titles = [_("time") + " (s)"]
        for channel in self._header.channels:
            titles.append(heading(self._shown_channel(channel.name), channel.unit))
        return self._line([*titles, _("event")])

    def fits(self, header: Header) -> bool:
        """Whether rows under `header` can go on in this table's columns."""
        mine = [(channel.name, channel.unit) for channel in self._header.channels]
        others = [(channel.name, channel.unit) for channel in header.channels]
        return mine == others and header.tick_s == self._header.tick_s

    def take(self, event: Event, at: float) -> list[str]:
        """The lines that `event` adds, which came `at` (seconds of a steady clock)."""
        if isinstance(event, Samples):
            self._clock.add(event.rows, at)
            return [line for row in event.rows for line in self._row(row)]
        if isinstance(event, Gap):
            self._lost += event.lost
        elif isinstance(event, Mark):
            return self._happened(event.ticks, event.text)
        elif isinstance(event, Fault):
            text = _("{channel} cannot be read: {reason}")
            text = text.format(channel=self._shown_channel(event.channel), reason=shown_fault(event.text))
            return self._happened(event.ticks, text)
        elif isinstance(event, Restart):
            self._clock.restart()
            text = _("the board was unplugged") if event.unplugged else _("the board started anew")
            return [*self.close(), self._note(self._seconds, text)]
        elif isinstance(event, Header):
            self._header = event
        return []

    def close(self) -> list[str]:
        """The lines for what was still waiting: rows lost at the very end."""
        return self._gap(self._seconds)

    def _row(self, row: Row) -> list[str]:
        seconds = self._clock.seconds(row[1])
        lines = self._gap(seconds)
        self._seconds = seconds
        self.rows += 1
        values = (channel.text(value) for channel, value in zip(self._header.channels, row[2:], strict=True))
        return [*lines, ",".join([self._time(seconds), *values, ""]) + LINE_END]

    def _happened(self, ticks: int, text: str) -> list[str]:
        seconds = self._clock.seconds(ticks)
        return [*self._gap(seconds), self._note(seconds, text)]

    def _gap(self, before: float) -> list[str]:
        """The line for rows lost between the last line and the one at `before`."""
        if not self._lost:
            return []
        lost, self._lost = self._lost, 0
        middle = (self._seconds + before) / 2
        return [self._note(middle, ngettext("{n} row lost", "{n} rows lost", lost).format(n=lost))]

    def _note(self, seconds: float, text: str) -> str:
        empty = [""] * len(self._header.channels)
        self._seconds = max(self._seconds, seconds)  # it stands where it came: never before the line above
        return self._line([self._time(self._seconds), *empty, text])

    def _time(self, seconds: float) -> str:
        return f"{seconds:.{self._time_decimals}f}"

    def _line(self, texts: Iterable[str]) -> str:
        return ",".join(map(text_cell, texts)) + LINE_END
