"""What was flashed onto which board, written down as it happens: a run can be continued after a crash.

    journal = Journal.open()
    run = journal.begin(image, {"COM3": ""})
    run.stage("COM3", Stage.WRITING)
    run.passed("COM3", flashed)
    journal.unfinished()       # the boards of the last run that did not pass

One SQLite file with a write-ahead log: every line is on disk when the call returns, and a power cut costs no
line before it. It also keeps the baud rate that worked last at each port.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from makerlab.errors import FileProblem, system_reason
from makerlab.flash.model import Flashed, Stage
from makerlab.paths import data_dir
from makerlab.sqlite_reason import reason

KEPT_RUNS = 200
"""A school year of lessons; older runs are forgotten."""
BUSY_S = 5.0
"""For another maker that writes at the same moment."""

_TABLES = """
CREATE TABLE IF NOT EXISTS runs (id INTEGER PRIMARY KEY, started REAL NOT NULL, image TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS boards (
    run INTEGER NOT NULL, port TEXT NOT NULL, unique_id TEXT NOT NULL, stage TEXT NOT NULL,
    passed INTEGER, detail TEXT NOT NULL DEFAULT '', changed REAL NOT NULL, PRIMARY KEY (run, port));
CREATE TABLE IF NOT EXISTS files (run INTEGER NOT NULL, path TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS rates (port TEXT PRIMARY KEY, baud INTEGER NOT NULL);
"""


@dataclass(frozen=True)
class Entry:
    """A board in a run. `passed` is None where the run ended before its verdict; `stage` is the last it
    reached, by name."""

    port: str
    unique_id: str
    stage: str
    passed: bool | None
    detail: str


@dataclass(frozen=True)
class Record:
    """A run: when it began (seconds since 1970), the image it was for, its boards in order, and the files and
    folders whose content they got too."""

    started: float
    image: str
    boards: tuple[Entry, ...]
    files: tuple[str, ...] = ()


class Journal:
    """The file; for several threads. Raises FileProblem when it cannot be read or written."""

    def __init__(self, path: Path | str) -> None:
        self._path = path
        self._lock = threading.Lock()
        try:
            if isinstance(path, Path):
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(_TABLES)
        except (OSError, sqlite3.Error) as error:
            raise self._problem(error) from error

    @classmethod
    def open(cls) -> Journal:
        """This user's."""
        return cls(data_dir() / "flash.sqlite")

    @classmethod
    def forgetful(cls) -> Journal:
        """One that keeps nothing, where there is no disk to write to."""
        return cls(":memory:")

    def begin(self, image: str, boards: Iterable[tuple[str, str]], files: Iterable[str] = ()) -> Run:
        """A new run of `image`, and `files`, for `boards`, each a port and a unique id ("" where not known
        yet)."""
        now = time.time()
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                (number,) = self._db.execute(
                    "INSERT INTO runs (started, image) VALUES (?, ?) RETURNING id", (now, image)
                ).fetchone()
                self._db.executemany(
                    "INSERT OR IGNORE INTO boards (run, port, unique_id, stage, changed)"
                    " VALUES (?, ?, ?, ?, ?)",
                    [(number, port, unique_id, Stage.WAITING.name, now) for port, unique_id in boards],
                )
                self._db.executemany("INSERT INTO files VALUES (?, ?)", [(number, path) for path in files])
                for table, column in (("runs", "id"), ("boards", "run"), ("files", "run")):
                    self._db.execute(f"DELETE FROM {table} WHERE {column} <= ?", (number - KEPT_RUNS,))
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                raise self._problem(error) from error
        return Run(self, number)

    def last(self) -> Record | None:
        """The last run; None if there was none."""
        found = self._ask("SELECT id, started, image FROM runs ORDER BY id DESC LIMIT 1")
        if not found:
            return None
        number, started, image = found[0]
        rows = self._ask(
            "SELECT port, unique_id, stage, passed, detail FROM boards WHERE run = ? ORDER BY rowid", number
        )
        boards = tuple(
            Entry(port, unique_id, stage, None if passed is None else bool(passed), detail)
            for port, unique_id, stage, passed, detail in rows
        )
        files = self._ask("SELECT path FROM files WHERE run = ? ORDER BY rowid", number)
        return Record(started, image, boards, tuple(path for (path,) in files))

    def unfinished(self) -> list[Entry]:
        """The boards of the last run that failed, or had no verdict when it ended."""
        record = self.last()
        return [board for board in record.boards if not board.passed] if record else []

    def rate(self, port: str) -> int | None:
        """The baud rate that worked at this port last."""
        found = self._ask("SELECT baud FROM rates WHERE port = ?", port)
        return int(found[0][0]) if found else None

    def keep_rate(self, port: str, baud: int) -> None:
        self.write("INSERT OR REPLACE INTO rates VALUES (?, ?)", port, baud)

    def close(self) -> None:
        self._db.close()

    def _problem(self, error: OSError | sqlite3.Error) -> FileProblem:
        detail = system_reason(error) if isinstance(error, OSError) else reason(error, Path(self._path))
        return FileProblem(path=self._path, detail=detail)

    def write(self, statement: str, *values: object) -> None:
        """Change something. A full disk costs the line, not the flashing."""
        with self._lock:
            try:
                self._db.execute(statement, values)
            except sqlite3.Error:
                return

    def _ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._db.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                raise self._problem(error) from error


class Run:
    """One run that is going on."""

    def __init__(self, journal: Journal, number: int) -> None:
        self._journal = journal
        self._number = number

    def add(self, port: str) -> None:
        """A board has come that was not there when the run began (or the next one at that port)."""
        self._journal.write(
            "INSERT OR REPLACE INTO boards (run, port, unique_id, stage, changed) VALUES (?, ?, '', ?, ?)",
            self._number, port, Stage.WAITING.name, time.time(),
        )  # fmt: skip

    def stage(self, port: str, stage: Stage) -> None:
        """The board has come to this stage."""
        self._set(port, "stage = ?", stage.name)

    def known(self, port: str, unique_id: str) -> None:
        """The board has said which one it is."""
        self._set(port, "unique_id = ?", unique_id)

    def passed(self, port: str, flashed: Flashed) -> None:
        self._set(port, "passed = 1, unique_id = ?, detail = ?", flashed.unique_id, flashed.runtime)

    def failed(self, port: str, detail: str) -> None:
        self._set(port, "passed = 0, detail = ?", detail)

    def _set(self, port: str, what: str, *values: object) -> None:
        self._journal.write(
            f"UPDATE boards SET {what}, changed = ? WHERE run = ? AND port = ?",
            *values, time.time(), self._number, port,
        )  # fmt: skip
