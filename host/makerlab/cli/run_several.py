"""`maker run` on several boards at once: a line with a small curve for each, a file for each."""

from __future__ import annotations

import contextlib
import sys
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from makerlab.cli import names
from makerlab.cli.base import print_note
from makerlab.cli.calibrated import calibrated
from makerlab.cli.curve import draw
from makerlab.cli.figures import Figures, harmless
from makerlab.cli.keeping import Keeper, Outputs
from makerlab.cli.keys import Keys
from makerlab.cli.mark_keys import hint, press
from makerlab.cli.measuring import run_shown
from makerlab.cli.run import Request
from makerlab.cli.several import Done, Failed, Interrupted, Task, on_boards, report
from makerlab.cli.view import LINES_A_SECOND, View
from makerlab.connect import Connection
from makerlab.experiment.measuring import Measuring, Wish, begin_on
from makerlab.experiment.notes import Notes
from makerlab.i18n import _
from makerlab.recording.csv_file import CsvRecorder
from makerlab.recording.file_names import safe_title
from makerlab.wire.events import Event, Text

UPDATE_S = 0.25
"""Between two states of a board's line."""
CURVE_COLUMNS = 16


class LineView(View):
    """One board's line: a small curve of its first channel, the last value of each, and how it goes. What its
    program prints goes above the lines, after its port."""

    def __init__(self, figures: Figures, task: Task) -> None:
        super().__init__(figures)
        self._task = task
        self._started: float | None = None
        self._next = 0.0
        self._lines = 0

    def take(self, events: list[Event], at: float) -> None:
        for event in events:
            if isinstance(event, Text) and event.line.strip():
                self._lines += 1
                if self._lines <= LINES_A_SECOND:
                    self._task.write(harmless(event.line) + "\n")

    def update(self, now: float) -> None:
        if self._started is None:
            self._started = now
        if now < self._next:
            return
        self._next = now + UPDATE_S
        self._lines = max(0, self._lines - round(LINES_A_SECOND * UPDATE_S))
        self._task.show(self._line(now, self._started))

    def _line(self, now: float, started: float) -> str:
        if situation := self.figures.situation().text:
            return situation  # and nothing before it that would push it out of the line
        channels = self.figures.channels
        values = [f"{channel.title} {channel.problem or channel.reading}" for channel in channels]
        line = " · ".join([*values, self.figures.state(now, started)])
        if not channels:
            return line
        (curve,) = draw(channels[0].trace, CURVE_COLUMNS, 1, braille=False).lines
        return f"{curve:{CURVE_COLUMNS}} {line}"


@dataclass(frozen=True)
class Measured:
    """What came of one board. `found_by`: the command that shows its recording."""

    measuring: Measuring
    outputs: Outputs
    found_by: str

    def said(self) -> str:
        """What is said about it: the summary, what could not be read, and where its data is."""
        figures = self.outputs.view.figures
        lines = [figures.summary()] if figures.rows else []
        lines += figures.problems()
        lines += [_("Saved in: {path}").format(path=path) for path in self.outputs.table.paths]
        if self.outputs.recording is not None:
            lines.append(_("In the notebook: {command}").format(command=self.found_by))
        return "\n".join(lines)


def run_several(ports: Sequence[str], wish: Wish, request: Request) -> None:
    """Measure on all `ports` at the same time, as one session of the notebook; print what came of each, and
    end with the exit code.

    Ctrl-C ends all of them; what was measured is kept and said.
    """
    measured: dict[str, Measured] = {}
    all_notes: list[Notes] = []
    session = uuid.uuid4().hex

    def job(task: Task) -> Measured:
        name = names.short(task.port)
        title = f"{wish.experiment.name} {safe_title(name)}"
        with (
            CsvRecorder(title, wish.experiment.shown_channel, _out_for(request.out, name)) as table,
            task.connect() as connection,
        ):

            def say_sending(name: str, _done: int, _size: int) -> None:
                task.say(_("Sending {name} to the board ...").format(name=name))

            measuring = begin_on(connection, wish, say_sending)
            for line in [] if request.as_json else calibrated(measuring):
                task.write(line + "\n")
            label = names.label(task.port)
            about = measuring.about(label=label, session=session, title=request.title, note=request.note)
            view = _view(task, connection, wish, request)
            outputs = Outputs(measuring.transform, view, table, keeper.record(about))
            all_notes.append(measuring.notes)
            run_shown(measuring, outputs, task.cancelled.is_set)
        measured[task.port] = Measured(measuring, outputs, keeper.found_by(outputs.recording))
        return measured[task.port]

    outcomes: Sequence[Done[Measured] | Failed]
    in_terminal = sys.stdout.isatty() and not request.as_json
    with (
        Keeper(request.notebook) as keeper,
        Keys(lambda key: press(key, list(all_notes))) if in_terminal else contextlib.nullcontext() as keys,
    ):
        if keeper.problem is not None:
            print_note(keeper.problem.message, keeper.problem.hint)
        if keys is not None and keys.there_are:
            print(_("On all boards: {keys}   Ctrl-C: stop").format(keys=hint(all_notes)))
        try:
            outcomes = on_boards(ports, job)
        except KeyboardInterrupt:
            outcomes = [
                Done(port, measured[port]) if port in measured else Failed(port, Interrupted(port=port))
                for port in ports
            ]
    _report(outcomes, request.as_json)


def _report(outcomes: Sequence[Done[Measured] | Failed], as_json: bool) -> None:
    judged: list[Done[str] | Failed] = []
    for outcome in outcomes:
        if isinstance(outcome, Failed):
            judged.append(outcome)
            continue
        result = outcome.result
        said = result.said()
        if as_json:
            result.outputs.view.report(result.outputs.table.paths, result.outputs.recording, result.found_by)
            said = ""
        if (error := result.outputs.error_after(result.measuring)) is None:
            judged.append(Done(outcome.port, said))
            continue
        judged.append(Failed(outcome.port, error))
        if said:
            print(names.said(outcome.port, said.replace("\n", "\n  ")))
    report(judged, lambda said: said)


def _view(task: Task, connection: Connection, wish: Wish, request: Request) -> View:
    figures = Figures(wish.experiment, wish.rate_hz, request.average)
    if request.as_json:
        from makerlab.cli.json_view import JsonView

        return JsonView(figures, task.port, connection.board.key)
    return LineView(figures, task)


def _out_for(out: Path | None, name: str) -> Path | None:
    """A file of its own for each board: `--out a.csv` becomes "a COM3.csv"."""
    if out is None or out.is_dir():
        return out
    return out.with_name(f"{out.stem} {safe_title(name)}{out.suffix}")
