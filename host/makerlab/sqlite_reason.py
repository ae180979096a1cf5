"""What an error of SQLite means: its kind, and in words for a person."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from makerlab.errors import system_reason
from makerlab.i18n import N_, _

# Result codes, https://www.sqlite.org/rescode.html; their lowest byte says the kind. Python 3.10 has neither
# names for them nor `sqlite_errorcode`, but the texts of sqlite3_errstr, which have not changed in ten years.
PERM, BUSY, LOCKED, READONLY, IOERR, CORRUPT = 3, 5, 6, 8, 10, 11
FULL, CANTOPEN, SCHEMA, NOTADB = 13, 14, 17, 26
_TEXTS = {
    "database is locked": BUSY,
    "database table is locked": LOCKED,
    "attempt to write a readonly database": READONLY,
    "disk I/O error": IOERR,
    "database disk image is malformed": CORRUPT,
    "database or disk is full": FULL,
    "unable to open database file": CANTOPEN,
    "file is not a database": NOTADB,
    "access permission denied": PERM,
}
_REASONS = {
    BUSY: N_("another program is using it"),
    LOCKED: N_("another program is using it"),
    READONLY: N_("it can only be read"),
    PERM: N_("it can only be read"),
    IOERR: N_("the disk does not answer; was it unplugged?"),
    CORRUPT: N_("it is damaged"),
    NOTADB: N_("there is something else in it"),
    FULL: N_("the disk is full"),
}


def code_of(error: sqlite3.Error) -> int:
    """SQLite's result code without its details; 0: unknown."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if code is not None else _TEXTS.get(str(error), 0)


def reason(error: sqlite3.Error, path: Path) -> str:
    """Why SQLite did not do something with the file `path`, in the user's language if it has the words."""
    code = code_of(error)
    if code == CANTOPEN:
        return reason_not_opened(path)
    return _(_REASONS.get(code, "")) or str(error)


def reason_not_opened(path: Path) -> str:
    """SQLite says no more than that it could not; the system does."""
    try:
        with path.open("ab"):
            return _("it does not open")
    except (OSError, ValueError) as error:
        return system_reason(error)
