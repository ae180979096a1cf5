"""Files of this computer, as the commands that copy them need them: found, checked and read before a board is
touched; written so that a broken transfer leaves what was there."""

from __future__ import annotations

import difflib
import glob
import os
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from makerlab.errors import FileProblem, system_reason
from makerlab.i18n import _

MAX_BYTES = 16 << 20
"""Of all files together: more than any board's flash, so it is some other folder than was meant."""
MAX_FILES = 1000
"""For the same reason."""
NEAR = 0.8
"""How alike two names are when one is taken for a slip of the keyboard (difflib)."""

_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*\x00-\x1f\\]|[ .]$')


@dataclass(frozen=True)
class Source:
    """A file or folder of this computer: its own `name`, and what it holds by the path below it ("" for a
    file itself): {"lib/bme280.py": b"..."}."""

    name: str
    is_folder: bool
    files: dict[str, bytes]


def exists(word: str) -> bool:
    """Whether `word` names something here, as a path or as a pattern (*.py) that fits something."""
    try:
        return (bool(word) and Path(word).exists()) or bool(_matches(word))
    except (OSError, ValueError):  # too long, or with a null in it
        return False


def read_sources(words: Sequence[str]) -> list[Source]:
    """What `words` name, read. Patterns are understood, because Windows' own shells leave them to us.

    In folders, what is hidden (.git) or made by Python itself (__pycache__) is left out. Raises FileProblem.
    """
    paths = [path for word in words for path in named(word)]
    left = [MAX_FILES, MAX_BYTES]
    return [_read_source(path, left) for path in dict.fromkeys(paths)]


def nearest(word: str) -> str:
    """The file or folder here whose name is nearly `word`; "" if there is none."""
    path = Path(word)
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except (OSError, ValueError):
        return ""
    near = difflib.get_close_matches(path.name, [name for name in names if name != path.name], 1, NEAR)
    return str(path.parent / near[0]) if near else ""


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole: under another name first, so that what was there stays until the new one is.

    Folders above it are made. Raises FileProblem.
    """
    new = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            new.write_bytes(data)
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise FileProblem(path=path, detail=system_reason(error)) from error


def local_path(folder: Path, name: str) -> Path:
    """Where a board's file `name` goes below `folder`. Raises FileProblem for names that would lead out of
    it, or that this computer cannot have."""
    for part in PurePosixPath(name).parts:
        if part in ("..", "/") or (os.name == "nt" and _NOT_ON_WINDOWS.search(part)):
            raise FileProblem(path=name, detail=_("this computer cannot have a file of that name"))
    return folder / name


def named(word: str) -> list[Path]:
    """The files that `word` names, as a path or a pattern. Raises FileProblem if there are none."""
    path = Path(word)
    try:
        if word and path.exists():  # "" would be the folder we are in
            return [path]
        if found := _matches(word):
            return found
    except (OSError, ValueError) as error:
        raise FileProblem(path=word, detail=system_reason(error)) from error
    near = nearest(word)
    raise FileProblem(
        path=word or '""',
        detail=_("there is no such file")
        + (" " + _("(did you mean {name}?)").format(name=near) if near else ""),
    )


def _matches(word: str) -> list[Path]:
    if not glob.has_magic(word):
        return []
    found = map(Path, sorted(glob.glob(word)))  # noqa: PTH207 (Path.glob takes no absolute patterns)
    return [path for path in found if not _left_out(path.name)]


def _left_out(name: str) -> bool:
    return name.startswith(".") or name == "__pycache__" or name.endswith((".pyc", ".part"))


def _read_source(path: Path, left: list[int]) -> Source:
    # "." and ".." have their name only once they are resolved.
    name = unicodedata.normalize("NFC", path.name if path.name not in ("", "..") else path.resolve().name)
    if not path.is_dir():
        return Source(name, False, {"": _read(path, left)})
    files = {}
    try:
        for folder, below, names in os.walk(path, onerror=_raise):
            below[:] = sorted(one for one in below if not _left_out(one))
            for one in sorted(names):
                if not _left_out(one):
                    file = Path(folder, one)
                    relative = unicodedata.normalize("NFC", file.relative_to(path).as_posix())
                    files[relative] = _read(file, left)
    except OSError as error:
        raise FileProblem(path=path, detail=system_reason(error)) from error
    return Source(name, True, files)


def _read(path: Path, left: list[int]) -> bytes:
    """A file's content; `left` are the files and bytes that may still come, and is counted down."""
    try:
        if not path.is_file():  # a device or pipe would not end
            raise FileProblem(path=path, detail=_("this is no ordinary file"))
        left[0] -= 1
        left[1] -= path.stat().st_size
        if min(left) < 0:
            raise FileProblem(path=path, detail=_("too much for a board, together with the files before it"))
        return path.read_bytes()
    except OSError as error:
        raise FileProblem(path=path, detail=system_reason(error)) from error


def _raise(error: OSError) -> None:
    raise error
