"""Where the data of `maker run` goes: as it was measured into the notebook, as it is shown into the view and
the table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from makerlab.cli.base import print_note
from makerlab.cli.view import View
from makerlab.errors import FileProblem, MakerError
from makerlab.experiment.measuring import Measuring
from makerlab.recording.about import About
from makerlab.recording.calculated.derive import Transform
from makerlab.recording.csv_file import CsvRecorder
from makerlab.recording.store.notebook import Notebook
from makerlab.recording.store.problems import NotebookProblem
from makerlab.recording.store.writer import Writer
from makerlab.wire.events import Event


class Keeper:
    """The notebook while a command measures, for all its boards; used as a context.

    One that cannot be used costs nothing but itself: `problem` says why, and there are no recordings.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.problem: FileProblem | None = None
        self._notebook: Notebook | None = None
        try:
            self._notebook = Notebook(path)
        except FileProblem as error:
            self.problem = error

    def __enter__(self) -> Keeper:
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._notebook is None:
            return
        try:
            self._notebook.close()
        except FileProblem as error:  # what the writers did not say already
            print_note(error.message, error.hint)

    def record(self, about: About) -> Writer | None:
        """Begin a recording; None if there is no place for it."""
        if self._notebook is None:
            return None
        try:
            return self._notebook.record(about)
        except FileProblem as error:
            self.problem = error
            return None

    def found_by(self, recording: int | None) -> str:
        """The command that shows it again."""
        notebook = f' --notebook "{self.path}"' if self.path is not None else ""
        return f"maker recordings show {recording}{notebook}"


class Outputs:
    """All that takes what one board sends; itself a consumer of it.

    A place that takes no more is left out from then on; only when there is none left, its problem is raised.
    """

    def __init__(self, transform: Transform, view: View, table: CsvRecorder, writer: Writer | None) -> None:
        self.view = view
        self.table = table
        self.writer = writer
        self.problems: list[FileProblem] = []
        self._transform = transform
        self._full: set[Writer | CsvRecorder | None] = {None}  # None: there is no notebook

    @property
    def recording(self) -> int | None:
        """The number of the recording in the notebook, once closed; None if there is none."""
        return self.writer.id if self.writer is not None and self.view.figures.rows else None

    def take(self, events: list[Event], at: float) -> None:
        shown = self._transform.take(events)
        writer = self.writer
        if writer is not None:
            self._try(writer, lambda: writer.take(events, at))
        self._try(self.table, lambda: self.table.take(shown, at))
        self.view.figures.take(shown, at)
        self.view.take(shown, at)
        self.view.update(at)

    def close(self) -> None:
        if self.writer is not None:
            self._try(self.writer, self.writer.close)
        self._try(self.table, self.table.close)

    def error_after(self, measuring: Measuring) -> MakerError | None:
        """What is to be complained about in the end. A problem of the notebook alone is only said: the data
        is in the table."""
        of_table = [problem for problem in self.problems if not isinstance(problem, NotebookProblem)]
        error = measuring.error() or next(iter(of_table), None)
        for problem in self.problems:
            if problem is not error:
                print_note(problem.message, problem.hint)
        return error

    def _try(self, place: Writer | CsvRecorder, do: Callable[[], None]) -> None:
        if place in self._full:
            return
        try:
            do()
        except FileProblem as error:
            self.problems.append(error)
            self._full.add(place)
            if self._full >= {self.writer, self.table}:
                raise
