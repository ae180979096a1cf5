"""The notebook's file: opened so that neither a killed program nor a power cut costs what was saved.

SQLite keeps what is written in a log beside the file first (`-wal`, write-ahead logging) and brings it into
the file later. A transaction counts when its last frame is whole in that log: each frame has a checksum over
all before it, and whoever opens the notebook next leaves out what comes behind the last whole transaction. So
a program killed in the middle of a transaction costs that transaction and nothing else
(https://www.sqlite.org/walformat.html, "Recovery").

A power cut needs more: what was written must have reached the disk, not only the system's memory. With
`synchronous=FULL` SQLite has the log brought to the disk at the end of every transaction
(https://www.sqlite.org/pragma.html#pragma_synchronous: with NORMAL, a power loss may take the last
transactions with it, in WAL mode; nothing is ever damaged either way). On a Mac, `fullfsync` makes that true
for the disk's own memory as well. It costs a fraction of a millisecond twice a second, on a slow USB stick 50
ms."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from makerlab.recording.store.problems import NoNotebook, NotebookNewer, NotebookReadOnly, problem_of
from makerlab.recording.store.schema import VERSION, migrate, version_of

BUSY_S = 5.0
"""How long to wait for another program that is writing: 500 times as long as writing takes."""

CACHE_KIB = 4096
"""Memory of a connection for pages of the file; twice what 32 boards change at a time."""


def open_writable(path: Path) -> sqlite3.Connection:
    """The notebook at `path`, made if it is not there, brought to this version's tables. Raises
    NotebookProblem."""
    with problems(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = _connect(path, "rwc")
        try:
            version = version_of(connection)
            _refuse_foreign(path, version)
            if version == 0:
                # Of a deleted recording's pages the file gets rid at once, without being written anew.
                connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA fullfsync = ON")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            if version < VERSION:
                migrate(connection)
            connection.execute("SELECT count(*) FROM recording WHERE ended = 'running'")
        except BaseException:
            connection.close()
            raise
        return connection


def open_readable(path: Path) -> sqlite3.Connection:
    """The notebook at `path`, which is there, for looking only: also on a disk that can only be read."""
    with problems(path):
        connection = _connect(path, "ro")
        try:
            version = version_of(connection)
        except sqlite3.OperationalError:
            # Its log cannot be made beside it. If there is none, the file alone is the whole notebook.
            connection.close()
            if _size(path.with_name(path.name + "-wal")):
                raise
            connection = _connect(path, "ro&immutable=1")
            version = version_of(connection)
        try:
            _refuse_foreign(path, version)
            if version < VERSION:  # to bring it up to date it would have to be written
                raise NotebookReadOnly(path=path)
        except BaseException:
            connection.close()
            raise
        return connection


@contextlib.contextmanager
def problems(path: Path) -> Iterator[None]:
    """Turns what SQLite and the system say about the notebook `path` into a NotebookProblem."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise problem_of(error, path) from error


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything in it is saved together, or, if anything fails, nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # after some errors SQLite has ended it already
            connection.execute("ROLLBACK")
        raise


def is_writable(path: Path) -> bool:
    """Whether `path` can be written, as far as the system says before anybody tries."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    # A file's name may hold ? and %; on Windows it begins with a drive (sqlite.org/uri.html).
    name = quote(path.resolve().as_posix())
    slash = "" if name.startswith("/") else "/"
    return sqlite3.connect(
        f"file://{slash}{name}?mode={mode}", uri=True, timeout=BUSY_S, isolation_level=None,
        check_same_thread=False,
    )  # fmt: skip


def _refuse_foreign(path: Path, version: int) -> None:
    if version < 0:
        raise NoNotebook(path=path)
    if version > VERSION:
        raise NotebookNewer(path=path)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
