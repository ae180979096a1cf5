"""Files of others, and our own, into the notebook: all of what is named, or nothing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from makerlab.errors import FileProblem, system_reason
from makerlab.i18n import _
from makerlab.recording.formats.imported import Imported
from makerlab.recording.formats.package_out import DESCRIPTOR
from makerlab.recording.formats.problems import FETCH_AGAIN, WHAT_CAN_BE, NotImported
from makerlab.recording.formats.reading import File, read_files, read_folder
from makerlab.recording.store.notebook import Notebook

MAX_BYTES = 1 << 30
"""Of a file: a whole day at 1 kHz. It is read whole."""


def read_paths(paths: Sequence[Path]) -> list[Imported]:
    """The recordings in these files and folders (unpacked data packages). Raises NotImported or
    FileProblem."""
    found: list[Imported] = []
    files: list[File] = []
    for path in paths:
        if path.is_dir():
            found += read_files(files)
            files = []
            found += _folder(path)
        else:
            files.append(_file(path))
    return found + read_files(files)


def add(notebook: Notebook, found: Sequence[Imported], title: str = "") -> list[int]:
    """Put them into the notebook, all at once; their numbers. `title` for all of them, "" for their own.
    Raises NotebookProblem."""
    return notebook.add(
        (replace(one.about, title=title) if title else one.about, one.batches) for one in found
    )


def _file(path: Path) -> File:
    try:
        if not path.is_file():
            # A pipe or device would not end. A path that is not there gets its own reason.
            path.stat()
            raise FileProblem(path=path, detail=_("this is no ordinary file"))
        state = path.stat()
        if state.st_size > MAX_BYTES:
            raise NotImported(path=path.name, problem=_("it is too big"), advice=_(WHAT_CAN_BE))
        changed = datetime.fromtimestamp(state.st_mtime).astimezone()
        return File(path.name, path.read_bytes(), changed)
    except (OSError, ValueError, OverflowError) as error:
        reason = system_reason(error) if isinstance(error, OSError | ValueError) else str(error)
        raise FileProblem(path=path, detail=reason) from error


def _folder(path: Path) -> list[Imported]:
    if not (path / DESCRIPTOR).is_file():
        problem = _("it is a folder, and no data package")
        raise NotImported(path=path.name or os.fspath(path), problem=problem, advice=_(WHAT_CAN_BE))

    def read(name: str) -> bytes:
        inside = path / name
        try:
            return inside.read_bytes()
        except OSError as error:
            raise NotImported(
                path=path.name, problem=_("{file} is missing in it").format(file=name), advice=_(FETCH_AGAIN)
            ) from error

    return read_folder(read, path.name)
