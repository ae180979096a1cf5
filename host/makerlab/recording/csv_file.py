"""Tables on the disk, written while they are measured, safe against whatever ends the measuring."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from makerlab.errors import FileProblem, system_reason
from makerlab.i18n import N_, _
from makerlab.recording.file_names import default_name, is_windows_name
from makerlab.recording.table import Table
from makerlab.wire.events import Event, Header

BOM = b"\xef\xbb\xbf"
"""Without it Excel reads UTF-8 as the system's old code page, and Chinese becomes noise."""

FLUSH_S = 0.9
"""What a power cut may cost: with the time from one look at the board to the next, less than a second.
Forcing it to the disk takes 0.2 ms, on a slow USB stick 50."""

ON_WINDOWS = os.name == "nt"


class FileTaken(FileProblem):
    what = N_("{path} is there already.")
    todo = N_("Choose another name, or move that file away first: nothing is overwritten.")


class NotSaved(FileProblem):
    """The place for a recording is wrong: found out before anything is measured."""

    what = N_("Nothing can be saved in {path}: {detail}.")
    todo = N_("Choose another place, such as your own documents folder: --out FILE.csv")


class SavingStopped(FileProblem):
    """The disk gave up while it was measured."""

    what = N_("{path} takes no more data: {detail}. What was saved before is still there.")
    todo = N_("Make room, or plug the disk in again; or save in another place: --out FILE.csv")


class CsvFile:
    """A new CSV file that only grows. Whole lines reach the disk together, so whenever it ends, it can be
    opened; an error leaves everything written before in place.

    Every call that writes raises SavingStopped when the disk does not take it.
    """

    def __init__(self, path: Path, *, numbered: bool = False) -> None:
        """Create it. A file that is there already raises FileTaken; `numbered` takes the next free name
        instead ("light 2.csv"). Any other obstacle raises NotSaved."""
        if ON_WINDOWS and not is_windows_name(path.name):
            # Windows itself would take some of them, and hide the data: "10:30.csv", "nul.csv".
            raise NotSaved(path=path, detail=_("no file can have this name"))
        self.path = path
        number = 1
        while True:
            try:
                # Unbuffered: what a write fails to put on the disk is not tried again behind our back.
                self._file = self.path.open("xb", buffering=0)
                break
            except FileExistsError as error:
                if not numbered:
                    raise FileTaken(path=path) from error
                number += 1
                self.path = path.with_name(f"{path.stem} {number}{path.suffix}")
            except OSError as error:
                raise NotSaved(path=self.path, detail=why_not_saved(error)) from error
        self._waiting: list[bytes] = [BOM]
        self._size = 0

    def add(self, lines: Iterable[str]) -> None:
        """Add lines (with their ends) to what the next `flush` writes."""
        self._waiting += (line.encode("utf-8", "replace") for line in lines)

    def flush(self) -> None:
        """Bring everything added so far to the disk."""
        data = b"".join(self._waiting)
        self._waiting.clear()
        if not data or self._file.closed:
            return
        try:
            rest = memoryview(data)
            while rest:  # a disk that is filling up takes a part first and fails at the next try
                rest = rest[self._file.write(rest) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            self._close_at_last_line()
            locked = isinstance(error, PermissionError)  # the place itself could be written to before
            reason = _("another program holds it") if locked else why_not_saved(error)
            raise SavingStopped(path=self.path, detail=reason) from error
        self._size += len(data)

    def close(self) -> None:
        """Flush and close; harmless when it is closed already."""
        if self._file.closed:
            return
        self.flush()
        self._file.close()

    def discard(self) -> None:
        """Close and remove it, as if it had never been."""
        self._file.close()
        with suppress(OSError):
            self.path.unlink()

    def _close_at_last_line(self) -> None:
        """After a failed write: cut off the half line it may have left."""
        with suppress(OSError):
            self._file.truncate(self._size)
        with suppress(OSError):
            self._file.close()


class CsvRecorder:
    """Records what a board sends; use it as a context around the measuring.

    `out` is the file, or a folder for it (None: the current one); there, `name` and the time make the file's
    name, numbered if it is taken. A program that changes its channels half way gets another file, numbered.
    Nothing measured, no file.
    """

    def __init__(self, name: str, shown_channel: Callable[[str], str] = str, out: Path | None = None) -> None:
        folder = Path() if out is None else out
        self._numbered = _is_folder(folder)
        self._path = folder / default_name(name, datetime.now()) if self._numbered else folder
        self._shown_channel = shown_channel
        self._file: CsvFile | None = None
        self._table: Table | None = None
        self._flushed_at: float | None = None
        self.paths: list[Path] = []
        """The files written, in order."""

    @property
    def path(self) -> Path:
        """The first file (there is rarely another)."""
        return self.paths[0] if self.paths else self._path

    def __enter__(self) -> CsvRecorder:
        """Create the file now, so that a wrong place is found out before anything is measured.

        Raises NotSaved or FileTaken.
        """
        self._open()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def take(self, events: Iterable[Event], at: float) -> None:
        """Record `events`, which came `at` (seconds of a steady clock). Call it without events, too: a
        second after the last time, it brings everything to the disk.

        Raises SavingStopped once, when the disk takes no more; what comes after that is not recorded.
        """
        for event in events:
            if isinstance(event, Header) and not (self._table and self._table.fits(event)):
                self._begin(event)
            if self._table and self._file:
                self._file.add(self._table.take(event, at))
        if self._flushed_at is None:
            self._flushed_at = at
        if self._file and at - self._flushed_at >= FLUSH_S:
            self._flushed_at = at
            self._file.flush()

    def close(self) -> None:
        """Write what is still waiting; remove a file in which nothing was recorded. Raises SavingStopped."""
        table, file = self._table, self._file
        self._table = self._file = None
        if file is None:
            return
        if table is None or table.rows == 0:
            file.discard()
            self.paths.remove(file.path)
            return
        file.add(table.close())
        file.close()

    def _begin(self, header: Header) -> None:
        if self._table is not None:
            self.close()
            self._open(numbered=True)
        self._table = Table(header, self._shown_channel)
        if self._file:
            self._file.add([self._table.heading])

    def _open(self, numbered: bool = False) -> None:
        self._file = CsvFile(self._path, numbered=numbered or self._numbered)
        self.paths.append(self._file.path)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name too long: to create it will fail as well, and say so
        return False


def why_not_saved(error: OSError) -> str:
    """Why nothing can be written there, in words."""
    return _("there is no such folder") if error.errno == errno.ENOENT else system_reason(error)
