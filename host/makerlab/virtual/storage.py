"""The flash of a named virtual board on this computer's disk: one SQLite file for each board.

One file instead of a folder, because names that are fine on a board (`con`, `a:b`, two that differ in case
only) are not fine on Windows, and because SQLite gives the two things needed: a write is whole or not at all,
and its lock ends with the process that holds it.
"""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path as FilePath

from makerlab.errors import BadAddress, PortBusy, PortFailed, system_reason
from makerlab.i18n import N_, _
from makerlab.paths import data_dir
from makerlab.virtual.flash import Path

_NAME = re.compile(r"[\w-]{1,60}")


class NotKept(PortFailed):
    what = N_("The virtual board {port} cannot keep its files in {path}: {detail}.")
    todo = N_("Make room on that disk, or take a board that keeps nothing: write ?fresh=1 behind its name.")


def flash_file(kind: str, name: str) -> FilePath:
    """Where the board `virtual:<kind>/<name>` keeps its flash."""
    return data_dir() / "virtual" / kind / f"{name}.flash"


def rom_file(name: str) -> FilePath:
    """Where the board `virtual:esp32/<name>` keeps what was flashed on it; there is none before that."""
    return data_dir() / "virtual" / "esp32" / f"{name}.rom"


def was_flashed(name: str) -> bool:
    """Whether anything was ever flashed on it. The file alone says nothing: it is empty until then."""
    try:
        return rom_file(name).stat().st_size > 0
    except OSError:
        return False


class SqliteStore:
    """The stored flash of one named board, locked until `close`.

    Raises PortBusy when another program has this board open, NotKept when its file cannot be used.
    """

    def __init__(self, port: str, kind: str, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise BadAddress(port=port)
        path = flash_file(kind, name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise NotKept(port=port, path=path, detail=_reason(error)) from error
        try:
            # Exclusive: the lock taken by the first transaction stays until the file is closed.
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("BEGIN EXCLUSIVE")
            self._db.execute("CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, data BLOB)")
            self._db.execute("COMMIT")
            # What a crash of this computer may cost is the last write, never the file.
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
        except sqlite3.Error as error:
            self._db.close()
            if "locked" in str(error):
                raise PortBusy(port=port) from error
            raise NotKept(port=port, path=path, detail=_reason(error)) from error

    def load(self) -> dict[Path, bytes | None]:
        rows = self._db.execute("SELECT path, data FROM files").fetchall()
        return {tuple(path.split("/")): data for path, data in rows}

    def put(self, path: Path, data: bytes | None) -> None:
        self._run("INSERT OR REPLACE INTO files VALUES (?, ?)", _text(path), data)

    def remove(self, path: Path) -> None:
        self._run("DELETE FROM files WHERE path = ?", _text(path))

    def rename(self, old: Path, new: Path) -> None:
        start, inside = _text(old), _text(old) + "/"
        self._run(
            "UPDATE OR REPLACE files SET path = ? || substr(path, ?)"
            " WHERE path = ? OR substr(path, 1, ?) = ?",
            _text(new), len(start) + 1, start, len(inside), inside,
        )  # fmt: skip

    def close(self) -> None:
        self._db.close()

    def _run(self, statement: str, *values: object) -> None:
        try:
            self._db.execute(statement, values)
        except sqlite3.Error as error:
            raise OSError(str(error)) from error


def _reason(error: OSError | sqlite3.Error) -> str:
    if isinstance(error, OSError):
        return system_reason(error)
    return _("the disk is full") if "disk is full" in str(error) else str(error)


def _text(path: Path) -> str:
    return "/".join(path)
