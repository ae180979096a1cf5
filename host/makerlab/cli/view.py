"""Where an experiment is shown while it runs. `PlainView` is for where there is no terminal (a log, a
school's remote console); `live.py` draws in one, `json_view.py` speaks to scripts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from makerlab.cli.figures import Figures, harmless
from makerlab.i18n import _, ngettext
from makerlab.wire.events import Event, Text

LINES_A_SECOND = 20
"""Of console text; a program that floods would bury the rest."""


class View:
    """Where an experiment is shown; used as a context around it."""

    takes_keys = False
    """Whether single keys may make marks meanwhile."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self.hint: Callable[[], str] = lambda: ""
        """Which keys there are."""

    def __enter__(self) -> View:
        return self

    def __exit__(self, *exc_info: object) -> None:
        pass

    def take(self, events: list[Event], at: float) -> None:
        """What came, after `figures` took it."""

    def update(self, now: float) -> None:
        """Show what there is; called often, draws when it is time."""

    def report(self, files: Sequence[Path], recording: int | None, found_by: str) -> None:
        """At the end: what was measured, what could not be, and where it is: `files`, and in the notebook the
        `recording`, which the command `found_by` shows."""
        if self.figures.rows:
            print(self.figures.summary())
        for problem in self.figures.problems():
            print(problem)
        for path in files:
            print(_("Saved in: {path}").format(path=path))
        if recording is not None:
            print(_("In the notebook: {command}").format(command=found_by))


class PlainView(View):
    """Without a terminal: a line when a second has passed, with every channel's last value; what the
    program prints as it comes."""

    def __init__(self, figures: Figures, title: str) -> None:
        super().__init__(figures)
        self._started: float | None = None
        self._next = 0.0
        self._lines = 0
        self._situation = ""
        print(title, flush=True)

    def take(self, events: list[Event], at: float) -> None:
        for event in events:
            if isinstance(event, Text) and event.line.strip():
                self._lines += 1
                if self._lines <= LINES_A_SECOND:
                    print(f"  | {harmless(event.line)}")

    def update(self, now: float) -> None:
        if self._started is None:
            self._started, self._next = now, now + 1.0
        situation = self.figures.situation()
        if situation.kind != self._situation:
            self._situation = situation.kind
            if situation.text:
                print(situation.text, flush=True)
        if now < self._next:
            return
        self._next = now + 1.0
        if (more := self._lines - LINES_A_SECOND) > 0:
            print("  | " + ngettext("... {n} more line", "... {n} more lines", more).format(n=more))
        self._lines = 0
        if situation.kind == "waiting":
            return  # it may take hours; the values it ended with are said if it was in vain
        waits = situation.kind or self.figures.quiet_s(now, self._started)
        if self.figures.rows or waits:
            values = "  ".join(
                f"{channel.title} {channel.problem or channel.reading}" for channel in self.figures.channels
            )
            state = self.figures.state(now, self._started)
            print(f"{self.figures.seconds:7.1f} s  {values}  {state}".rstrip(), flush=True)
