"""Names of files on a board, as people type them: `main.py`, `:main.py`, `/lib/bme280.py`, `lib/`, `*.csv`.

A colon at the front says "on the board"; it may be left out where only that can be meant.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from makerlab.errors import NameRefused, NoSuchFile
from makerlab.i18n import _

if TYPE_CHECKING:
    from makerlab.files.model import Entry
    from makerlab.files.transfer import BoardFiles

MARK = ":"


class BoardName(NamedTuple):
    """`path` from the root, "" for the root itself; `is_folder` when it was written as one ("lib/")."""

    path: str
    is_folder: bool


def board_name(word: str) -> BoardName:
    """What `word` names on a board. Raises NameRefused for a name that leads out of the board."""
    text = word.removeprefix(MARK).replace("\\", "/")
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise NameRefused(name=word, reason=_("names on a board begin at its root"))
    return BoardName("/".join(parts), not parts or text.endswith("/"))


def has_pattern(path: str) -> bool:
    return any(char in path for char in "*?[")


def matching(files: BoardFiles, word: str) -> list[Entry]:
    """The files and folders that `word` names: one, or those that fit its pattern (in its last part).

    The root has no entry of its own: for it, all that is in it. Raises NoSuchFile, NameRefused.
    """
    from makerlab.files.model import Entry

    path = board_name(word).path
    if not path:
        return list(files.list("").entries)
    folder, _slash, last = path.rpartition("/")
    if has_pattern(last):
        there = files.list(folder).entries
        found = [entry for entry in there if fnmatchcase(entry.name.rpartition("/")[2], last)]
        if not found:
            raise NoSuchFile(name=path)
        return found
    found_file = files.list(path).find(path)
    return [found_file or Entry(path, 0, is_folder=True)]
