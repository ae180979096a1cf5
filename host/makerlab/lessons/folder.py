"""A lesson's folder on the disk -> its files as `Mapping[str, bytes]`, within limits."""

from __future__ import annotations

import os
from pathlib import Path

from makerlab.errors import FileProblem, system_reason
from makerlab.i18n import N_, _
from makerlab.lessons.limits import MAX_BYTES, MAX_FILE_BYTES, MAX_FILES
from makerlab.lessons.model import LESSON_FILE, SCHEMA_FOLDER

NOT_OURS = (
    SCHEMA_FOLDER,
    ".git",
    ".svn",
    ".idea",
    ".vscode",
    "__pycache__",
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
)
"""What programs leave in any folder: no part of a lesson."""


class NoLesson(FileProblem):
    what = N_("There is no lesson in {path}: {detail}.")
    todo = N_("Name a folder with a lesson.yaml in it, or make one: maker lesson new")


class LessonTooBig(FileProblem):
    what = N_("{path}: {detail}")
    todo = N_("A lesson is small. Put films and big data on the web and link them.")


def read_folder(folder: Path) -> dict[str, bytes]:
    """Every file of the lesson in `folder`, by its path in it with `/`, in order of the paths.

    Raises NoLesson, LessonTooBig (before the bytes are read) or FileProblem. A link to somewhere else is not
    followed: it is a file that cannot be read.
    """
    if not folder.is_dir():
        raise NoLesson(path=folder, detail=_("there is no such folder"))
    if not (folder / LESSON_FILE).is_file():
        raise NoLesson(path=folder, detail=_("it has no {file}").format(file=LESSON_FILE))
    found = _listed(folder)
    files: dict[str, bytes] = {}
    for name, path in sorted(found.items()):
        try:
            files[name] = path.read_bytes()
        except OSError as error:
            raise FileProblem(path=path, detail=system_reason(error)) from error
    return files


def _refuse(error: OSError) -> None:
    """A folder that cannot be read is not left out in silence."""
    raise error


def _listed(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    total = 0
    try:
        for place, folders, names in os.walk(folder, onerror=_refuse):
            folders[:] = sorted(name for name in folders if name not in NOT_OURS)
            for name in [*folders, *names]:
                if Path(place, name).is_symlink():
                    raise FileProblem(path=Path(place, name), detail=_("this is a link to another place"))
            for name in names:
                if name in NOT_OURS:
                    continue
                path = Path(place, name)
                size = path.stat().st_size
                total += size
                found[path.relative_to(folder).as_posix()] = path
                if len(found) > MAX_FILES:
                    raise LessonTooBig(
                        path=folder, detail=_("more than {count} files").format(count=MAX_FILES)
                    )
                if size > MAX_FILE_BYTES or total > MAX_BYTES:
                    raise LessonTooBig(
                        path=path if size > MAX_FILE_BYTES else folder,
                        detail=_("too big: {size:,} bytes of {limit:,}").format(
                            size=size if size > MAX_FILE_BYTES else total,
                            limit=MAX_FILE_BYTES if size > MAX_FILE_BYTES else MAX_BYTES,
                        ),
                    )
    except OSError as error:
        raise FileProblem(path=folder, detail=system_reason(error)) from error
    return found
