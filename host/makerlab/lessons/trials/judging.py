"""What somebody measured, out of the notebook or a file, as columns for a lesson's expectations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from makerlab.boards import catalogue
from makerlab.errors import MakerError
from makerlab.i18n import N_, _
from makerlab.lessons.expectations.columns import Columns, Happened
from makerlab.lessons.model import Lesson, Target
from makerlab.lessons.trials.measured import Collector, named

if TYPE_CHECKING:
    from makerlab.recording.store.notebook import Notebook


class OtherBoard(MakerError):
    what = N_("The lesson has no program for this board ({board}), so nothing is expected of its data.")
    todo = N_("It is for: {boards}.")


class WhichBoard(MakerError):
    what = N_("The file does not say which board measured, and the lesson expects different things of each.")
    todo = N_("Say it with --board, for example: --board {example}")


class Measured(NamedTuple):
    """`board` is a key of boards.yaml, "" where nobody knows. `other`: what was measured instead, when it was
    not this lesson, "" otherwise."""

    columns: Columns
    board: str
    other: str = ""


def from_notebook(which: str, lesson: Lesson) -> Measured:
    """The recording `which` ("17", "last"), as it is read: calibrated. Raises NotebookProblem."""
    from makerlab.recording.store.notebook import Notebook

    with Notebook() as notebook:
        return from_recording(notebook, which, lesson)


def from_recording(notebook: Notebook, which: str, lesson: Lesson) -> Measured:
    """The same, out of a notebook that is open."""
    recording = notebook.get(which)
    samples = notebook.samples(recording.id)
    values = {
        name: [None if value != value else value for value in column.tolist()]  # NaN: it could not be read
        for name, column in samples.values.items()
    }
    events = [Happened(event.time_s, event.text) for event in recording.events if event.kind == "mark"]
    units = {channel.name: channel.unit for channel in recording.channels}
    columns = Columns(samples.time_s.tolist(), values, events, units)
    about = recording.about
    # Of what was imported, or measured with a program of one's own, nobody knows.
    measured = about.lesson.partition(" ")[0] or about.experiment
    return Measured(
        named(columns, lesson), about.board, about.title if measured not in ("", lesson.id) else ""
    )


def from_file(path: Path, lesson: Lesson) -> Measured:
    """The first recording in a file that `maker recordings import` reads. Raises NotImported, FileProblem."""
    from makerlab.recording.formats.importing import read_paths

    found = read_paths([path])[0]
    collector = Collector()
    for events, _at in found.batches:
        collector.take(events)
    return Measured(named(collector.columns(), lesson), found.about.board)


def target_of(lesson: Lesson, board: str) -> Target:
    """The target that `board` belongs to; "" is enough for a lesson with one target. Raises OtherBoard or
    WhichBoard."""
    if not board and len(lesson.targets) == 1:
        return lesson.targets[0]
    keys = [key for target in lesson.targets for key in target.boards]
    if not board:
        raise WhichBoard(example=keys[0] if keys else "")
    target = lesson.target_for(board)
    if target is None:
        boards = catalogue().boards
        shown = boards[board].shown_name if board in boards else board
        raise OtherBoard(
            board=shown, boards=_(", ").join(boards[key].shown_name for key in keys if key in boards)
        )
    return target
