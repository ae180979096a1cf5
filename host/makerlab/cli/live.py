"""What a person sees in a terminal while an experiment runs: values, curves, how it goes.

Drawn with rich, a few times a second, out of `Figures`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text as RichText

from makerlab.cli.curve import Curve, draw, round_span_s
from makerlab.cli.display import draw as draw_lamps
from makerlab.cli.figures import ChannelFigures, Figures
from makerlab.cli.view import View
from makerlab.experiment.until import Until
from makerlab.i18n import _, ngettext

REDRAW_HZ = 8
FIXED_LINES = 4
"""Title, state, end, and the line below, where the cursor stands."""
LINES_UNDER_CURVES = 5
"""Of events and console text; a program that sends no data has the whole window for it."""
MAX_CURVE_LINES = 12
MAX_LABEL = 7
"""Columns kept for labels such as "-1013.2"; longer ones shorten the line's right end."""
COLOURS = ("cyan", "yellow", "magenta", "green", "blue")
"""Of the curves, in turn."""
NARROW_COLUMNS = 60
"""A narrower window shows no lowest and highest values."""


class LiveView(View):
    """In a terminal: a panel with a curve for every channel."""

    takes_keys = True

    def __init__(
        self,
        figures: Figures,
        title: str,
        until: Until,
        plot: bool,
        console: Console | None = None,
        display: Callable[[], str] | None = None,
    ) -> None:
        """`display` is Link.display of the board."""
        super().__init__(figures)
        self.display = display
        self.title = title
        self.until = until
        self.plot = plot
        self.console = console or Console(highlight=False)
        self._fine = draws_finely(self.console)
        self._live = Live(console=self.console, auto_refresh=False, transient=False)
        self._started: float | None = None
        self._drawn = 0.0
        self._now = 0.0
        self._over = False

    def __enter__(self) -> View:
        self._live.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._over = True
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
        """The picture, in fewer lines than the window has."""
        figures = self.figures
        lamps = draw_lamps(self.display()) if self.display else []
        room = max(1, self.console.height - FIXED_LINES - len(lamps))
        channels = figures.channels[:room]
        if len(channels) < len(figures.channels):
            channels = channels[: max(1, room - 2)]
            room -= 1
        room -= len(channels) or 1
        texts = self._texts(room // 2 if channels else room)
        body = Group(*lamps, *self._channels(channels, room - len(texts)), *texts, self._state())
        if self._fine:
            return Panel(
                body,
                title=RichText(self.title, style="bold not dim"),
                title_align="left",
                subtitle=escape(self._clock()),
                subtitle_align="right",
                border_style="dim",
            )
        # Lines of box drawing are two columns wide in a Chinese console and would tear the frame.
        title = RichText(self.title, "bold", overflow="ellipsis", no_wrap=True)
        return Group(title, body, RichText(self._clock(), "dim", overflow="ellipsis", no_wrap=True))

    def _clock(self) -> str:
        """How far it is, and how to end it."""
        figures, until = self.figures, self.until
        if until.samples is not None:
            far = f"{figures.rows} / " + ngettext("{n} row", "{n} rows", until.samples).format(
                n=until.samples
            )
        elif until.seconds is not None:
            far = f"{figures.seconds:.1f} / {until.seconds:g} s"
        else:
            far = f"{figures.seconds:.1f} s"
        if self._over:
            return far
        keys = self.hint() if self.console.width >= NARROW_COLUMNS else ""
        return "   ".join(filter(None, (far, keys, _("Ctrl-C: stop"))))

    # -- values and curves -----------------------------------------------------------------------------

    def _channels(self, shown: list[ChannelFigures], room: int) -> list[RenderableType]:
        """A line for each channel, and its curve as far as there is `room` for it."""
        if not shown:
            return [] if self.figures.lines else [RichText(_("Waiting for the program's data ..."), "dim")]
        height = min(MAX_CURVE_LINES, (room - 1) // len(shown)) if self.plot else 0
        if not self._fine:
            height = min(height, 1)
        parts: list[RenderableType] = []
        curves = [self._curve(channel, height) for channel in shown] if height > 0 else []
        labels = max((max(len(curve.bottom), len(curve.top)) for curve in curves), default=0)
        for index, channel in enumerate(shown):
            colour = COLOURS[index % len(COLOURS)]
            parts.append(self._channel_line(channel, colour))
            if curves:
                parts += self._curve_lines(curves[index], labels, colour)
        if curves and self._fine:
            parts.append(self._time_axis(labels))
        if more := len(self.figures.channels) - len(shown):
            parts.append(RichText(ngettext("... {n} more", "... {n} more", more).format(n=more), "dim"))
        return parts

    def _channel_line(self, channel: ChannelFigures, colour: str) -> RenderableType:
        line = Table.grid(padding=(0, 2), expand=True)
        line.add_column(no_wrap=True, ratio=1)
        line.add_column(no_wrap=True, justify="right", style="dim")
        if channel.fault:
            now = RichText(channel.problem, style="red")
        else:
            now = RichText(channel.reading, style=f"bold {colour}")
        wide = self.console.width >= NARROW_COLUMNS and channel.low is not None
        line.add_row(RichText.assemble((channel.title, "bold"), "  ", now), channel.spread if wide else "")
        return line

    def _width(self, labels: int = 0) -> int:
        """Columns for a curve beside its labels."""
        if not self._fine:
            return max(10, self.console.width // 2 - 1)  # its characters may be two columns wide
        return max(10, self.console.width - 4 - labels - 1)

    def _curve(self, channel: ChannelFigures, height: int) -> Curve:
        # With the widest labels there may be: the curve must not change its width with them.
        return draw(channel.trace, self._width(MAX_LABEL), height, self._fine, self._share())

    def _curve_lines(self, curve: Curve, labels: int, colour: str) -> list[RenderableType]:
        between = len(curve.lines) - 2
        edges = [curve.top, *[""] * between, curve.bottom] if between >= 0 else [""]
        lines = []
        for edge, line in zip(edges, curve.lines, strict=True):
            label = edge.rjust(labels) + " " if self._fine else ""
            lines.append(RichText.assemble((label, "dim"), (line, colour), no_wrap=True))
        return list(lines)

    def _share(self) -> float:
        """How much of the curve's width is used by now."""
        if self.until.samples is not None:
            return min(1.0, self.figures.rows / self.until.samples)
        return min(1.0, self.figures.seconds / self._span_s())

    def _span_s(self) -> float:
        return self.until.seconds or round_span_s(self.figures.seconds)

    def _time_axis(self, labels: int) -> RenderableType:
        if self.until.samples is not None:
            end = ngettext("{n} row", "{n} rows", self.until.samples).format(n=self.until.samples)
        else:
            end = f"{self._span_s():g} s"
        width = self._width(MAX_LABEL) - 1 - cell_len(end)
        return RichText(" " * (labels + 1) + "0" + " " * max(1, width) + end, style="dim", no_wrap=True)

    # -- the rest --------------------------------------------------------------------------------------

    def _texts(self, room: int) -> list[RenderableType]:
        """The last events, and the last lines of console text; more of them when there is nothing else."""
        figures = self.figures
        flag, style = ("⚑ " if self._fine else "* "), ("dim" if figures.channels else "")
        count = min(room, LINES_UNDER_CURVES) if figures.channels else room
        marks = [RichText(flag + mark, "magenta") for mark in figures.marks[-2:]][:count]
        last = figures.lines[max(0, len(figures.lines) - count + len(marks)) :]
        lines = [RichText(line, style) for line in last]
        for text in (*marks, *lines):
            text.overflow, text.no_wrap = "ellipsis", True
        return [*marks, *lines]

    def _state(self) -> RenderableType:
        figures = self.figures
        started = self._started if self._started is not None else self._now
        if figures.situation().kind:
            style = "bold yellow"
        elif figures.lost or figures.unplugged or (figures.channels and figures.quiet_s(self._now, started)):
            style = "red"
        else:
            style = "green" if figures.rows else "dim"
        return RichText(figures.state(self._now, started), style, overflow="ellipsis", no_wrap=True)


def draws_finely(console: Console) -> bool:
    """Whether braille and box drawing can be shown, each in one column.

    Not in the console window of Windows 10, whose fonts have no braille and which, with a Chinese code page,
    makes lines two columns wide; the newer Windows Terminal (it sets WT_SESSION) and VS Code can.
    """
    if sys.platform == "win32" and not {"WT_SESSION", "TERM_PROGRAM"} & os.environ.keys():
        return False
    try:
        "⣿╭".encode(console.encoding or sys.getdefaultencoding())
    except (UnicodeEncodeError, LookupError):
        return False
    return True
