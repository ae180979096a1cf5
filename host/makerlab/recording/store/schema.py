"""The tables of a notebook, by version, and the way from each version to the next.

A notebook is made by walking that way from the beginning, so there is one description of the tables, and an
old notebook ends as a new one begins. A step is never changed once a notebook may have been written with it;
the files in tests/golden/notebook are such notebooks. A step and the number of its version are one
transaction: a power cut in the middle leaves the older version."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable

from makerlab.recording.store.search_text import folded

APPLICATION_ID = 0x6D6B6E62
"""In the file's head, by which `file` and we know a notebook: "mknb"."""

# Version 1. Times are seconds from the recording's start unless they say otherwise; `started_at` is ISO 8601
# with zone. Rows of a part count from 0. What reads the blobs of `chunk` is described in chunks.py.
_TABLES = (
    """
    CREATE TABLE recording (
        id INTEGER PRIMARY KEY AUTOINCREMENT,  -- so that the number of a deleted one is not given again
        title TEXT NOT NULL,
        note TEXT NOT NULL,
        experiment TEXT NOT NULL,
        lesson TEXT NOT NULL,
        label TEXT NOT NULL,
        board TEXT NOT NULL,
        board_id TEXT NOT NULL,
        runtime TEXT NOT NULL,
        port TEXT NOT NULL,
        rate_hz REAL,
        session TEXT NOT NULL,
        started_at TEXT NOT NULL,
        imported_from TEXT NOT NULL,
        program TEXT NOT NULL REFERENCES program (digest),
        definitions TEXT NOT NULL,             -- JSON: calibration, derived, channel_titles
        channels TEXT NOT NULL,                -- JSON: names
        rows INTEGER NOT NULL,
        lost INTEGER NOT NULL,
        seconds REAL NOT NULL,
        log_lines INTEGER NOT NULL,
        ended TEXT NOT NULL,                   -- complete, cut or running
        writer TEXT NOT NULL                   -- running: the live mark of whoever writes it
    )
    """,
    "CREATE INDEX recording_running ON recording (ended) WHERE ended = 'running'",
    "CREATE TABLE program (digest TEXT PRIMARY KEY, text TEXT NOT NULL)",
    """
    CREATE TABLE part (
        id INTEGER PRIMARY KEY,
        recording INTEGER NOT NULL REFERENCES recording (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        name TEXT NOT NULL,
        channels TEXT NOT NULL,                -- JSON: [name, unit, scale, decimals]
        rate_hz REAL,
        tick_s REAL NOT NULL,
        form TEXT NOT NULL,
        fields TEXT NOT NULL,                  -- JSON: the header's
        status TEXT NOT NULL,                  -- JSON: the last
        start_s REAL NOT NULL,
        end_s REAL NOT NULL,
        rows INTEGER NOT NULL,
        line_ticks INTEGER NOT NULL,           -- a row with these ticks was measured
        line_session_s REAL NOT NULL,          -- at this second of the session,
        rate REAL NOT NULL,                    -- and so many real seconds are one of the board's
        uncertainty REAL,                      -- of rate; NULL: unknown
        alignment_error_s REAL,                -- NULL: unknown
        UNIQUE (recording, number)
    )
    """,
    """
    CREATE TABLE chunk (
        part INTEGER NOT NULL REFERENCES part (id) ON DELETE CASCADE,
        first_row INTEGER NOT NULL,
        rows INTEGER NOT NULL,
        start_s REAL NOT NULL,
        end_s REAL NOT NULL,
        envelope BLOB NOT NULL,
        times BLOB NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (part, first_row)
    )
    """,
    """
    CREATE TABLE gap (
        recording INTEGER NOT NULL REFERENCES recording (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        part INTEGER NOT NULL,                 -- number of the part
        row INTEGER NOT NULL,                  -- behind so many of its rows
        start_s REAL NOT NULL,
        end_s REAL NOT NULL,
        lost INTEGER,                          -- rows; NULL: nobody knows
        PRIMARY KEY (recording, number)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE event (
        recording INTEGER NOT NULL REFERENCES recording (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        part INTEGER NOT NULL,
        row INTEGER NOT NULL,
        time_s REAL NOT NULL,
        kind TEXT NOT NULL,
        channel TEXT NOT NULL,
        text TEXT NOT NULL,
        ticks INTEGER,
        PRIMARY KEY (recording, number)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE log (
        recording INTEGER NOT NULL REFERENCES recording (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        time_s REAL NOT NULL,
        line TEXT NOT NULL,
        PRIMARY KEY (recording, number)
    ) WITHOUT ROWID
    """,
)


def _to_1(connection: sqlite3.Connection) -> None:
    for statement in _TABLES:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _to_2(connection: sqlite3.Connection) -> None:
    """Found by words in any case, and by the titles of channels; those measured together found at once."""
    connection.execute("ALTER TABLE recording ADD COLUMN search TEXT NOT NULL DEFAULT ''")
    connection.execute("CREATE INDEX recording_session ON recording (session)")
    columns = "id, title, note, experiment, lesson, label, board, definitions"
    for id, *texts, definitions in connection.execute(f"SELECT {columns} FROM recording").fetchall():
        titles = json.loads(definitions)["channel_titles"]
        words = [*texts, *(text for by_language in titles.values() for text in by_language.values())]
        connection.execute("UPDATE recording SET search = ? WHERE id = ?", (folded(words), id))


STEPS: tuple[Callable[[sqlite3.Connection], None], ...] = (_to_1, _to_2)
"""Step n (from 0) makes version n + 1 of version n; version 0 is an empty file."""

VERSION = len(STEPS)


def version_of(connection: sqlite3.Connection) -> int:
    """The version of a notebook's tables, 0 for an empty file; -1: it is something else's database."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application == APPLICATION_ID:
        return int(version)
    return -1 if tables or application else 0


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a notebook of any older version, or an empty file, to `VERSION`. Two programs may try at the same
    time. The connection must be in autocommit mode."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for version in range(version_of(connection), VERSION):
            STEPS[version](connection)
            connection.execute(f"PRAGMA user_version = {version + 1}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
