"""Whether whoever writes a recording is still alive.

A process that records holds a lock on a small file beside the notebook, and the system lets go of it when the
process ends, however that happens; a time or a process number in the notebook could be believed of the wrong
process. The lock is SQLite's own (an exclusive transaction on an empty database), so it is the same on
Windows, Mac and Linux, and as good as the notebook's.
"""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from pathlib import Path

from makerlab.recording.store.problems import is_busy

_WAIT_S = 0.0
"""For a lock: whoever holds it holds it for as long as it measures."""


class LiveMark:
    """Says that this process is alive, until `release`. Raises sqlite3.Error."""

    def __init__(self, notebook: Path) -> None:
        self.name = secrets.token_hex(8)
        self._path = _path(notebook, self.name)
        self._lock = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        self._lock.execute("PRAGMA journal_mode = MEMORY")  # no further file beside it
        self._lock.execute("BEGIN EXCLUSIVE")

    def release(self) -> None:
        self._lock.close()
        _remove(self._path)


def is_alive(notebook: Path, name: str) -> bool:
    """Whether the process that has the mark `name` is alive. The mark of a dead one is removed."""
    path = _path(notebook, name)
    if not path.exists():
        return False
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)) as lock:
            lock.execute("PRAGMA journal_mode = MEMORY")
            lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        return is_busy(error)  # else it is on a disk that can only be read, where nobody writes
    _remove(path)
    return False


def _path(notebook: Path, name: str) -> Path:
    return notebook.with_name(f"{notebook.name}-live-{name}")


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
