"""A copy of the notebook, taken while it may be written to, and checked."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from makerlab.recording.csv_file import FileTaken
from makerlab.recording.store.database import problems
from makerlab.recording.store.problems import NotebookDamaged

_PAGES = 1024
"""Copied at a time; in between others may write."""


def back_up(connection: sqlite3.Connection, notebook: Path, path: Path) -> None:
    """Copy the notebook behind `connection` to the new file `path`. What is there afterwards is whole: it is
    copied under another name first, checked, and brought to the disk.

    Raises FileTaken; NotebookDamaged when `notebook` is; NotebookProblem when the copy cannot be written.
    """
    if path.exists():
        raise FileTaken(path=path)
    part = path.with_name(path.name + ".part")
    try:
        with problems(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            part.unlink(missing_ok=True)
            with contextlib.closing(sqlite3.connect(part, isolation_level=None)) as copy:
                connection.backup(copy, pages=_PAGES)
                # One file that any disk can hold, a read-only one too: without a log beside it.
                copy.execute("PRAGMA journal_mode = DELETE")
                (verdict,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
                if verdict != "ok":
                    raise NotebookDamaged(path=notebook, detail=verdict)
                copy.execute("UPDATE recording SET ended = 'cut', writer = '' WHERE ended = 'running'")
            with part.open("r+b") as file:
                os.fsync(file.fileno())
            if path.exists():
                raise FileTaken(path=path)
            part.replace(path)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
