"""What a person sees while an experiment runs: value, curve, rate and losses, redrawn a few times a second.

`Figures` keeps what is worth showing (no printing in it); `LiveView` draws it with rich in a terminal, and
`PlainView` prints a line a second where there is no terminal (a log, a school's remote console).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text as RichText

from makerlab.cli.curve import Trace, draw
from makerlab.experiment.model import Experiment
from makerlab.i18n import _, ngettext
from makerlab.recording.units import shown_unit
from makerlab.wire.clock import ClockFit
from makerlab.wire.events import Channel, Event, Fault, Gap, Header, Mark, Restart, Samples, Text, Value

REDRAW_HZ = 8
KEPT_LINES = 4
"""Of console text under the curves; all of it goes by in the recording's log."""
QUIET_S = 3.0
"""Without a row for so long (or three periods, if that is longer) the view says that nothing comes."""


@dataclass
class ChannelFigures:
    """One channel: its last, lowest and highest value as they came, and its curve in its unit."""

    channel: Channel
    title: str
    last: Value = None
    low: Value = None
    high: Value = None
    fault: str = ""
    trace: Trace = field(default_factory=Trace)

    def add(self, value: Value) -> None:
        self.last = value
        if value is None:
            return
        self.fault = ""
        self.low = value if self.low is None else min(self.low, value)
        self.high = value if self.high is None else max(self.high, value)
        self.trace.add(value * self.channel.scale)

    def text(self, value: Value) -> str:
        return "-" if value is None else self.channel.text(value)

    @property
    def reading(self) -> str:
        """The last value with its unit."""
        return f"{self.text(self.last)} {shown_unit(self.channel.unit)}".rstrip()


class Figures:
    """All figures of a running experiment; `take` what arrives."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.header: Header | None = None
        self.channels: list[ChannelFigures] = []
        self.rows = 0
        self.lost = 0
        self.seconds = 0.0
        self.clock: ClockFit | None = None
        self.lines: list[str] = []
        self.marks: list[str] = []
        self.last_row_at: float | None = None
        self._first_tick: float | None = None

    def take(self, events: list[Event], at: float) -> None:
        for event in events:
            if isinstance(event, Header):
                self._take_header(event)
            elif isinstance(event, Samples):
                self._take_rows(event, at)
            elif isinstance(event, Gap):
                self.lost += event.lost
            elif isinstance(event, Mark):
                self.marks.append(event.text)
            elif isinstance(event, Fault):
                for figures in self.channels:
                    if figures.channel.name == event.channel:
                        figures.fault = event.text
            elif isinstance(event, Text) and event.line.strip():
                self.lines = [*self.lines, event.line][-KEPT_LINES:]
            elif isinstance(event, Restart) and self.clock:
                self.clock.restart()

    @property
    def plain(self) -> bool:
        """Whether the program only prints: time from this computer, losses unknown."""
        return self.header is not None and self.header.is_plain

    def _take_header(self, header: Header) -> None:
        known = self.header.channels if self.header else None
        if self.header and header.rate_hz != self.header.rate_hz:
            self.clock = None
        self.header = header
        if header.channels != known:
            self.channels = [
                ChannelFigures(channel, self.experiment.shown_channel(channel.name))
                for channel in header.channels
            ]

    def _take_rows(self, samples: Samples, at: float) -> None:
        assert self.header is not None
        if self.clock is None:
            self.clock = ClockFit(self.header.tick_s)
        if self._first_tick is None:
            self._first_tick = samples.rows[0][1]
        for row in samples.rows:
            for figures, number in zip(self.channels, row[2:], strict=True):
                figures.add(number)
        self.clock.add(samples.rows, at)
        self.rows += len(samples.rows)
        self.seconds = (samples.rows[-1][1] - self._first_tick) * self.header.tick_s
        self.last_row_at = at

    def state(self, now: float, started: float) -> str:
        """One line on how it goes: rows, rate achieved, losses, or that nothing comes."""
        since = now - (self.last_row_at if self.last_row_at is not None else started)
        rate = self.header.rate_hz if self.header else None
        if since > max(QUIET_S, 3 / rate if rate else 0.0):
            return _("No data for {seconds:.0f} s.").format(seconds=since)
        parts = [ngettext("{n} row", "{n} rows", self.rows).format(n=self.rows)]
        achieved = self.clock.achieved_hz() if self.clock else None
        if achieved:
            parts.append(_("{rate} a second").format(rate=f"{achieved:.4g}"))
        if self.plain:
            parts.append(_("time from PC, losses unknown"))
        else:
            parts.append(ngettext("{n} lost", "{n} lost", self.lost).format(n=self.lost))
        return " · ".join(parts)


class View:
    """Where an experiment is shown; used as a context around it."""

    def __init__(self, figures: Figures, title: str, ends_after: float | None, plot: bool) -> None:
        self.figures = figures
        self.title = title
        self.ends_after = ends_after
        self.plot = plot

    def __enter__(self) -> View:
        return self

    def __exit__(self, *exc_info: object) -> None:
        pass

    def update(self, now: float) -> None:
        """Show what there is; called often, draws when it is time."""


class PlainView(View):
    """Without a terminal: a line when a second has passed, with every channel's last value."""

    def __init__(self, figures: Figures, title: str, ends_after: float | None, plot: bool) -> None:
        super().__init__(figures, title, ends_after, plot)
        self._started: float | None = None
        self._next = 0.0
        print(title, flush=True)

    def update(self, now: float) -> None:
        if self._started is None:
            self._started, self._next = now, now + 1.0
        if now < self._next:
            return
        self._next = now + 1.0
        values = "  ".join(f"{channel.title} {channel.reading}" for channel in self.figures.channels)
        state = self.figures.state(now, self._started)
        print(f"{self.figures.seconds:7.1f} s  {values}  {state}".rstrip(), flush=True)


class LiveView(View):
    """In a terminal: a panel with a curve for every channel."""

    def __init__(self, figures: Figures, title: str, ends_after: float | None, plot: bool) -> None:
        super().__init__(figures, title, ends_after, plot)
        self.console = Console(highlight=False)
        self._braille = _can_show("⣿", self.console.encoding)
        self._live = Live(console=self.console, auto_refresh=False, transient=False)
        self._started: float | None = None
        self._drawn = 0.0
        self._now = 0.0

    def __enter__(self) -> View:
        self._live.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._live.update(self.render(), refresh=True)
        self._live.__exit__(None, None, None)

    def update(self, now: float) -> None:
        if self._started is None:
            self._started = now
        self._now = now
        if now - self._drawn >= 1 / REDRAW_HZ:
            self._drawn = now
            self._live.update(self.render(), refresh=True)

    def render(self) -> RenderableType:
        figures = self.figures
        parts: list[RenderableType] = []
        height = self._curve_height()
        for channel in figures.channels:
            parts.append(self._channel_line(channel))
            if self.plot and height:
                parts.append(self._curve(channel, height))
        if not figures.channels:
            parts.append(RichText(_("Waiting for the program's first data ..."), style="dim"))
        parts += [RichText("⚑ " + mark, style="magenta") for mark in figures.marks[-2:]]
        parts += [RichText(line, style="dim", overflow="ellipsis", no_wrap=True) for line in figures.lines]
        style = "red" if figures.lost else "green"
        parts.append(RichText(figures.state(self._now, self._started or self._now), style=style))
        clock = f"{figures.seconds:.1f} s"
        if self.ends_after:
            clock += f" / {self.ends_after:g} s"
        return Panel(
            Group(*parts),
            title=escape(self.title),
            title_align="left",
            subtitle=clock + "  " + _("Ctrl-C: stop"),
            subtitle_align="right",
            safe_box=not self._braille,
        )

    def _curve_height(self) -> int:
        """Lines for each curve, so that everything fits the window."""
        channels = len(self.figures.channels) or 1
        others = 3 + channels + len(self.figures.lines) + min(2, len(self.figures.marks))
        return max(0, min(8, (self.console.height - others - 1) // channels))

    def _channel_line(self, channel: ChannelFigures) -> RenderableType:
        line = Table.grid(padding=(0, 2), expand=False)
        if channel.fault:
            now = RichText(_("cannot be read: {fault}").format(fault=channel.fault), style="bold red")
        else:
            now = RichText(channel.reading, style="bold cyan")
        low, high = channel.text(channel.low), channel.text(channel.high)
        spread = RichText(_("lowest {low}, highest {high}").format(low=low, high=high), style="dim")
        line.add_row(RichText(channel.title, style="bold"), now, spread)
        return line

    def _curve(self, channel: ChannelFigures, height: int) -> RenderableType:
        width = max(10, self.console.width - 16)
        lines, bottom, top = draw(channel.trace, width, height, self._braille)
        axis = Table.grid(padding=(0, 1))
        axis.add_column(justify="right", width=9, style="dim")
        axis.add_column(style="cyan", no_wrap=True)
        digits = ".5g" if channel.channel.decimals is None else f".{channel.channel.decimals}f"
        labels = [format(top, digits), *[""] * (height - 2), format(bottom, digits)]
        for label, text in zip(labels, lines, strict=False):
            axis.add_row(label, text)
        return axis


def view_for(terminal: bool) -> Callable[[Figures, str, float | None, bool], View]:
    """The view that fits where the output goes."""
    return LiveView if terminal else PlainView


def _can_show(text: str, encoding: str | None) -> bool:
    try:
        text.encode(encoding or sys.getdefaultencoding())
    except (UnicodeEncodeError, LookupError):
        return False
    return True
