"""What is worth showing of an experiment while it runs. No printing in here; `live.py` draws it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from math import fsum

from makerlab.cli.curve import Trace
from makerlab.cli.situation import MEASURING, Situation
from makerlab.experiment.faults import shown_fault
from makerlab.experiment.model import Experiment
from makerlab.experiment.rate import highest_hz
from makerlab.i18n import _, ngettext
from makerlab.recording.units import shown_unit
from makerlab.wire.clock import ClockFit
from makerlab.wire.events import (
    Channel,
    Event,
    Fault,
    Gap,
    Header,
    Mark,
    Restart,
    Samples,
    Status,
    Text,
    Value,
)

KEPT_LINES = 200
"""Of console text: more than a screen shows."""
QUIET_S = 3.0
"""Without a row for so long (or three periods, if that is longer) the view says that nothing comes."""
MEAN_DIGITS = 6
"""Digits shown of a mean of values whose own digits are not known (plain prints)."""
MAX_TEXT = 200
"""Characters shown of a line of console text; garbage without a line end is long."""


@dataclass
class ChannelFigures:
    """One channel: its last, lowest and highest value as they came, and its curve in its unit.

    `average`: of how many values the moving average is that is shown instead of them; 1 for none.
    """

    channel: Channel
    title: str
    average: int = 1
    last: Value = None
    low: Value = None
    high: Value = None
    fault: str = ""
    trace: Trace = field(default_factory=Trace)
    _values: deque[float] = field(default_factory=deque)

    def add(self, value: Value) -> None:
        self.last = value
        if value is None:
            return
        self.fault = ""
        if self.average > 1:
            self.last = value = self._smoothed(value)
        self.low = value if self.low is None else min(self.low, value)
        self.high = value if self.high is None else max(self.high, value)
        self.trace.add(value * self.channel.scale)

    def _smoothed(self, value: float) -> float:
        self._values.append(value)
        if len(self._values) > self.average:
            self._values.popleft()
        mean = fsum(self._values) / len(self._values)
        return mean if self.channel.decimals is not None else float(f"{mean:.{MEAN_DIGITS}g}")

    def text(self, value: Value) -> str:
        return "-" if value is None else self.channel.text(value)

    @property
    def reading(self) -> str:
        """The last value with its unit."""
        unit = "" if self.last is None else shown_unit(self.channel.unit)
        return f"{self.text(self.last)} {unit}".rstrip()

    @property
    def problem(self) -> str:
        """Why there is no value, "" when there is one."""
        return _("cannot be read: {fault}").format(fault=self.fault) if self.fault else ""

    @property
    def spread(self) -> str:
        """The lowest and the highest value so far."""
        return _("lowest {low}, highest {high}").format(low=self.text(self.low), high=self.text(self.high))


class Figures:
    """All figures of a running experiment; `take` what arrives.

    `asked_hz`: the rate the user asked for, None for the program's own. `average`: see ChannelFigures.
    """

    def __init__(self, experiment: Experiment, asked_hz: float | None = None, average: int = 1) -> None:
        self.experiment = experiment
        self.asked_hz = asked_hz
        self.average = average
        self.header: Header | None = None
        self.channels: list[ChannelFigures] = []
        self.rows = 0
        self.lost = 0
        self.late = 0
        """Rows that the board itself left out because it was busy."""
        self.seconds = 0.0
        self.clock: ClockFit | None = None
        self.lines: list[str] = []
        self.marks: list[str] = []
        self.last_row_at: float | None = None
        self.printed = 0
        """Lines of console text so far."""
        self.unplugged = 0
        """How often the board was unplugged and came back."""
        self.away_s = 0.0
        """For how long in all, from the last row before to the first one after."""
        self._is_back = False
        self.situation: Callable[[], Situation] = lambda: MEASURING

    def take(self, events: list[Event], at: float) -> None:
        for event in events:
            if isinstance(event, Header):
                self._take_header(event)
            elif isinstance(event, Samples):
                self._take_rows(event, at)
            elif isinstance(event, Gap):
                self.lost += event.lost
            elif isinstance(event, Mark):
                self.marks.append(harmless(event.text))
            elif isinstance(event, Fault):
                for figures in self.channels:
                    if figures.channel.name == event.channel:
                        figures.fault = shown_fault(harmless(event.text))
            elif isinstance(event, Status):
                late = event.fields.get("late", "")
                self.late = int(late) if late.isdecimal() else self.late
            elif isinstance(event, Text):
                self._take_text(event.line)
            elif isinstance(event, Restart):
                self._take_restart(event)

    @property
    def plain(self) -> bool:
        """Whether the program only prints: time from this computer, losses unknown."""
        return self.header is not None and self.header.is_plain

    @property
    def achieved_hz(self) -> float | None:
        return self.clock.achieved_hz() if self.clock else None

    def _take_header(self, header: Header) -> None:
        known = self.header
        self.header = header
        if self.asked_hz is None:
            self.asked_hz = header.rate_hz
        if self.clock and known and header.rate_hz != known.rate_hz:
            self.clock.count_anew()
        if header.is_plain:
            self.lines.clear()  # the first lines, which turned out to be the data
            self.printed = 0
        if known is None or header.channels != known.channels:
            self.channels = [
                ChannelFigures(channel, self.experiment.shown_channel(channel.name), self.average)
                for channel in header.channels
            ]

    def _take_rows(self, samples: Samples, at: float) -> None:
        assert self.header is not None
        if self.clock is None or self.clock.tick_s != self.header.tick_s:
            self.clock = ClockFit.of(self.header)
        for row in samples.rows:
            for figures, number in zip(self.channels, row[2:], strict=True):
                figures.add(number)
        if self._is_back and self.last_row_at is not None:
            self.away_s += at - self.last_row_at
        self._is_back = False
        self.clock.add(samples.rows, at)
        self.rows += len(samples.rows)
        self.seconds = self.clock.seconds(samples.rows[-1][1])
        self.last_row_at = at

    def _take_restart(self, restart: Restart) -> None:
        if self.clock:
            self.clock.restart()
        self.unplugged += restart.unplugged
        self._is_back = restart.unplugged

    def _take_text(self, line: str) -> None:
        if line.strip():
            self.printed += 1
            self.lines = [*self.lines[1 - KEPT_LINES :], harmless(line)]

    def quiet_s(self, now: float, started: float) -> float:
        """Seconds without a row when that is longer than it should be, else 0."""
        if self.header is not None and not self.header.is_paced:
            return 0.0
        since = now - (self.last_row_at if self.last_row_at is not None else started)
        rate = self.header.rate_hz if self.header else None
        return since if since > max(QUIET_S, 3 / rate if rate else 0.0) else 0.0

    def state(self, now: float, started: float) -> str:
        """One line on how it goes: rows, rate achieved, losses, or why nothing comes."""
        if text := self.situation().text:
            return text
        if quiet_s := self.quiet_s(now, started):
            return _("No data for {seconds:.0f} s.").format(seconds=quiet_s)
        parts = [ngettext("{n} row", "{n} rows", self.rows).format(n=self.rows)]
        if self.achieved_hz:
            parts.append(_("{rate} a second").format(rate=four_digits(self.achieved_hz)))
        if self.plain:
            parts.append(_("time from PC, losses unknown"))
        else:
            parts.append(ngettext("{n} lost", "{n} lost", self.lost).format(n=self.lost))
        parts += self._gaps()
        return " · ".join(parts)

    def _gaps(self) -> list[str]:
        """What is missing because the board was unplugged."""
        if not self.unplugged:
            return []
        text = ngettext("unplugged once, {seconds} s", "unplugged {n} times, {seconds} s", self.unplugged)
        return [text.format(n=self.unplugged, seconds=f"{self.away_s:.1f}")]

    def problems(self) -> list[str]:
        """What cannot be read, and why: a line for each such channel."""
        return [f"{channel.title} {channel.problem}" for channel in self.channels if channel.problem]

    def summary(self) -> str:
        """One line on the whole run: rows, time, rate achieved, losses."""
        parts = [
            ngettext("{n} row in {seconds} s", "{n} rows in {seconds} s", self.rows).format(
                n=self.rows, seconds=f"{self.seconds:.1f}"
            )
        ]
        if self.achieved_hz and self.asked_hz:
            parts.append(
                _("{achieved} a second (asked: {asked})").format(
                    achieved=four_digits(self.achieved_hz), asked=f"{self.asked_hz:g}"
                )
            )
        if self.plain:
            parts.append(_("time from PC, losses unknown"))
        else:
            parts.append(ngettext("{n} row lost", "{n} rows lost", self.lost).format(n=self.lost))
        parts += self._gaps()
        if self.late:
            parts.append(
                ngettext(
                    "{n} left out because the board was busy",
                    "{n} left out because the board was busy",
                    self.late,
                ).format(n=self.late)
            )
            if (highest := highest_hz(self.rows + self.lost, self.late, self.achieved_hz)) is not None:
                parts.append(
                    _("the highest this program can do here: {rate} a second").format(
                        rate=four_digits(highest)
                    )
                )
        return " · ".join(parts)


def four_digits(value: float) -> str:
    """Four digits that count, zeros too: they say how sure it is."""
    return f"{value:#.4g}".rstrip(".")


def harmless(text: str) -> str:
    """`text` from a board, without what would move the cursor or colour the screen, and not too long."""
    return "".join(char if char.isprintable() else " " for char in text[:MAX_TEXT]).rstrip()
