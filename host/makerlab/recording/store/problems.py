"""What can be wrong with a notebook, and which of it an error of SQLite means."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from makerlab.errors import FileProblem, MakerError, system_reason
from makerlab.i18n import N_
from makerlab.sqlite_reason import (
    BUSY,
    CANTOPEN,
    FULL,
    IOERR,
    LOCKED,
    NOTADB,
    PERM,
    READONLY,
    code_of,
    reason_not_opened,
)


class NotebookProblem(FileProblem):
    """The notebook cannot be used as asked. facts: `path`."""


class NotebookNewer(NotebookProblem):
    what = N_("The notebook {path} was written by a newer makerlab; this one cannot read it.")
    todo = N_("Install the newest makerlab; until then take another notebook: --notebook FILE.sqlite3")


class NoNotebook(NotebookProblem):
    what = N_("{path} is no notebook of makerlab.")
    todo = N_("Name another file: --notebook FILE.sqlite3. This one was left as it is.")


class NotebookDamaged(NotebookProblem):
    what = N_("The notebook {path} is damaged ({detail}).")
    todo = N_("Keep this file, and use another, such as its last backup: --notebook FILE.sqlite3")


class NotebookLocked(NotebookProblem):
    what = N_("Another program is using the notebook {path}.")
    todo = N_("Wait until the other maker is done, or take another notebook: --notebook FILE.sqlite3")


class NotebookReadOnly(NotebookProblem):
    what = N_("The notebook {path} can only be read.")
    todo = N_("Take one where you may write, such as your documents folder: --notebook FILE.sqlite3")


class NotebookFull(NotebookProblem):
    what = N_("The disk of the notebook {path} is full. What was saved before is still there.")
    todo = N_("Make room on the disk, or take a notebook on another: --notebook FILE.sqlite3")


class NotebookUnreachable(NotebookProblem):
    what = N_("The notebook {path} cannot be opened: {detail}.")
    todo = N_("Check that its folder and its disk are there, or name another: --notebook FILE.sqlite3")


class NotebookDiskFailed(NotebookProblem):
    what = N_("The disk of the notebook {path} does not answer. What was saved before is still there.")
    todo = N_("Plug the disk in again, or take a notebook on another: --notebook FILE.sqlite3")


class NoRecording(MakerError):
    what = N_("There is no recording {which}.")
    todo = N_("See which there are: maker recordings list")


class NothingRecorded(MakerError):
    what = N_("The notebook has no recordings yet.")
    todo = N_("Measure something: maker run thermometer --port virtual:esp32")


class StillRecording(MakerError):
    what = N_("Recording {which} is still being measured.")
    todo = N_("End the measurement first (Ctrl-C), then delete it.")


def is_busy(error: sqlite3.Error) -> bool:
    """Whether somebody else has the notebook: trying again may help."""
    return code_of(error) in (BUSY, LOCKED)


def problem_of(error: sqlite3.Error | OSError, path: Path) -> NotebookProblem:
    """What `error`, which using the notebook `path` gave, means to a person."""
    if isinstance(error, OSError):
        return NotebookUnreachable(path=path, detail=system_reason(error))
    code = code_of(error)
    if code in (BUSY, LOCKED):
        return NotebookLocked(path=path)
    if code == FULL:
        return NotebookFull(path=path)
    if code in (READONLY, PERM):
        return NotebookReadOnly(path=path)
    if code == NOTADB:
        return NoNotebook(path=path)
    if code == IOERR:
        return NotebookDiskFailed(path=path)
    if code == CANTOPEN:
        return NotebookUnreachable(path=path, detail=reason_not_opened(path))
    return NotebookDamaged(path=path, detail=str(error))
