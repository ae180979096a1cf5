"""How far the work on one board or several is, on the error side so that results can be piped.

`StatusLine` is one line for one board, rewritten with plain characters, because rich takes longer to import
than many a command to run. For several boards `LiveLines` has a line each, in a terminal; `PlainLines` prints
one whenever a board is done, where there is no terminal (a log, a school's remote console).
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import click

from makerlab.cli import names
from makerlab.cli.columns import columns, cut
from makerlab.i18n import _, ngettext

if TYPE_CHECKING:
    from rich.console import RenderableType

REDRAW_S = 0.125
"""Between two drawings: faster, nobody reads."""
MARGIN_LINES = 3
"""Of a terminal that the lines of many boards leave free: the heading, the rest, the prompt afterwards."""


class StatusLine:
    """One line that says what is being done, gone when it is over. Without a terminal it is silent."""

    def __init__(self) -> None:
        self._shows = sys.stderr.isatty()
        self._columns = 0
        self._midline = False

    def __enter__(self) -> StatusLine:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.clear()

    def show(self, text: str) -> None:
        """Put `text` in place of the line before; not in the middle of a line of output."""
        if not self._shows or self._midline:
            return
        # The last column stays free: writing there moves some terminals to the next line.
        text = cut(text, shutil.get_terminal_size().columns - 1)
        width = columns(text)
        click.echo("\r" + text + " " * (self._columns - width), nl=False, err=True)
        self._columns = width

    def clear(self) -> None:
        """Take the line away."""
        if self._columns:
            click.echo("\r" + " " * self._columns + "\r", nl=False, err=True)
            self._columns = 0

    def print(self, text: str) -> None:
        """Write `text` to the output as it is; a line may come in several pieces."""
        self.clear()
        click.echo(text, nl=False)
        self._midline = not text.endswith("\n")


class Lines(AbstractContextManager["Lines"]):
    """What is seen of several boards: `states` says what each does now, by port; it changes outside."""

    def __init__(self, states: Mapping[str, str]) -> None:
        self.states = states
        self.done: dict[str, bool] = {}
        """The boards that are done, and whether it went well."""

    def __exit__(self, *exc_info: object) -> None:
        pass

    def print(self, port: str, line: str) -> None:
        """Print a line that the board at `port` wrote."""
        click.echo(names.said(port, line))

    def stage(self, port: str, name: str) -> None:
        """The board at `port` has come to the stage `name`."""

    def finished(self, port: str, well: bool) -> None:
        """The board at `port` is done."""
        self.done[port] = well

    def update(self) -> None:
        """Show the states as they are now; called often, draws when it is time."""


class PlainLines(Lines):
    def stage(self, port: str, name: str) -> None:
        click.echo(f"{time.strftime('%H:%M:%S')}  {names.said(port, name)}", err=True)

    def finished(self, port: str, well: bool) -> None:
        super().finished(port, well)
        if len(self.states) == 1:
            return  # its result or its error, two lines, says it
        word = _("done") if well else _("failed")
        line = _("{port}: {word} ({done}/{all})").format(
            port=names.title(port), word=word, done=len(self.done), all=len(self.states)
        )
        click.echo(line, err=True)


class LiveLines(Lines):
    def __init__(self, states: Mapping[str, str]) -> None:
        from rich.console import Console
        from rich.live import Live

        super().__init__(states)
        self._console = Console(stderr=True, highlight=False)
        # What is printed meanwhile goes through the console by hand: rich would move all output to the error
        # side, also what is piped elsewhere.
        self._live = Live(
            console=self._console, auto_refresh=False, transient=True,
            redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip
        self._drawn = 0.0

    def __enter__(self) -> Lines:
        self._live.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._live.__exit__(None, None, None)

    def print(self, port: str, line: str) -> None:
        from rich.text import Text

        if sys.stdout.isatty():
            self._console.print(Text(names.said(port, line)), soft_wrap=True)
        else:
            super().print(port, line)

    def update(self) -> None:
        now = time.monotonic()
        if now - self._drawn >= REDRAW_S:
            self._drawn = now
            self._live.update(self.render(), refresh=True)

    def render(self) -> RenderableType:
        """The heading and a line a board; when there are more than the window has, those at work first."""
        from rich.text import Text

        room = max(1, self._console.height - MARGIN_LINES)
        ports = list(self.states)
        if len(ports) > room:
            ports = sorted(ports, key=lambda port: port in self.done)
        width = max(columns(names.title(port)) for port in ports)
        heading = _("{done} of {all} boards done. Ctrl-C ends.").format(
            done=len(self.done), all=len(self.states)
        )
        text = Text(heading + "\n", no_wrap=True, overflow="ellipsis")
        for port in ports[:room]:
            title = names.title(port)
            text.append(title + " " * (width - columns(title) + 2), style="bold")
            if port in self.done:
                well = self.done[port]
                text.append(_("done") if well else _("failed"), style="green" if well else "red")
            else:
                text.append(self.states[port])
            text.append("\n")
        if (rest := len(ports) - room) and rest > 0:
            text.append(ngettext("... and {n} more", "... and {n} more", rest).format(n=rest))
        return text


def lines_for(states: Mapping[str, str]) -> Lines:
    """What fits where the error side goes."""
    return LiveLines(states) if sys.stderr.isatty() else PlainLines(states)
