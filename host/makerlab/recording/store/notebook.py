"""The notebook: everything measured, in one SQLite file, and never lost.

    with Notebook() as notebook:
        with notebook.record(About(title="Thermometer", ...)) as writer:
            writer.take(events, at)                       # as they come; on the disk within a second
        for one in notebook.find("thermometer"):
            print(one.id, one.title)
        columns = notebook.samples(notebook.get("last").id)

What a killed program and a power cut cost, and why no more, says database.py; how rows lie in the file,
chunks.py and schema.py; how recordings of boards that measure at the same time are saved together, writer.py.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from makerlab.paths import data_dir
from makerlab.recording.about import (
    About,
    Clock,
    Columns,
    Ended,
    Envelope,
    Happened,
    LogLine,
    Lost,
    Recording,
    Summary,
)
from makerlab.recording.store.database import is_writable, open_readable, open_writable, problems, transaction
from makerlab.recording.store.live_mark import is_alive
from makerlab.recording.store.problems import (
    NoRecording,
    NotebookReadOnly,
    NotebookUnreachable,
    NothingRecorded,
    StillRecording,
)
from makerlab.recording.store.search_text import folded
from makerlab.wire.events import Event

if TYPE_CHECKING:
    from makerlab.recording.store.reading import Reader, StoredChunk, StoredEnvelope
    from makerlab.recording.store.stored import StoredPart
    from makerlab.recording.store.writer import Saver, Writer

LAST = "last"
"""Names the newest recording."""

_SUMMARY = (
    "id, title, experiment, label, board, note, session, started_at, seconds, rows, lost, channels,"
    " definitions, ended, writer"
)
_NO_CLOCK = Clock(0.0, 1.0, inf, inf)


def default_path() -> Path:
    """This user's notebook."""
    return data_dir() / "notebook.sqlite3"


class Notebook:
    """Use it as a context. Any thread may call it; while it records, reading does not disturb that.

    Everything raises a NotebookProblem when the file does not do what it should.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Open the notebook at `path` (None: this user's), made if it is not there. Recordings that somebody
        left in the middle are marked as cut.

        On a disk that can only be read it opens for reading. Raises NotebookProblem.
        """
        self.path = default_path() if path is None else path
        self._lock = threading.RLock()
        self.is_read_only = self.path.exists() and not is_writable(self.path)
        self._connection = self._open()
        self._saver: Saver | None = None
        self._sessions: dict[str, float] = {}
        if not self.is_read_only:
            with problems(self.path):
                self._mark_cut()

    def __enter__(self) -> Notebook:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Save and close. Recordings whose writers were not closed count as cut. Raises NotebookProblem."""
        saver, self._saver = self._saver, None
        try:
            if saver is not None:
                saver.close()
        finally:
            self._connection.close()

    # -- writing -------------------------------------------------------------------------------------

    def record(self, about: About, at: float | None = None) -> Writer:
        """Begin a recording. `at` is what the steady clock (time.monotonic) read at `about.started_at`; None:
        now. Recordings of the same `about.session` lie on one axis of time.

        Raises NotebookProblem: whether there is a place for it is found out before anything is measured.
        """
        from makerlab.recording.store.writer import Saver

        self._must_be_writable()
        at = time.monotonic() if at is None else at
        session = about.session or uuid4().hex
        with self._lock:
            self._saver = self._saver or Saver(self.path)
            session_at = self._sessions.setdefault(session, at)
            return self._saver.begin(replace(about, session=session), at, session_at)

    def add(self, recordings: Iterable[tuple[About, Iterable[tuple[Sequence[Event], float]]]]) -> list[int]:
        """Whole recordings, each as what its board sent (`batches`), from second 0 on: an import. Either all
        of them are kept or none, whatever happens. Their numbers. Raises NotebookProblem."""
        from makerlab.recording.store.writer import Saver

        self._must_be_writable()
        with self._lock:
            self._saver = self._saver or Saver(self.path)
            return self._saver.add(
                (replace(about, session=about.session or uuid4().hex), batches)
                for about, batches in recordings
            )

    def save(self) -> None:
        """Bring everything taken so far to the disk now; it is done every half second anyway. Raises
        NotebookProblem."""
        if self._saver is not None:
            self._saver.save()

    def edit(self, id: int, title: str | None = None, note: str | None = None) -> None:
        """Give a recording another title or note. Raises NoRecording."""
        from makerlab.recording.store.stored import search_text, storable

        self._must_be_writable()
        with self._lock, problems(self.path), transaction(self._connection):
            _row, about = self._found(id)
            new = replace(
                about,
                title=about.title if title is None else storable(title),
                note=about.note if note is None else storable(note),
            )
            self._connection.execute(
                "UPDATE recording SET title = ?, note = ?, search = ? WHERE id = ?",
                (new.title, new.note, search_text(new), id),
            )

    def delete(self, ids: Iterable[int]) -> None:
        """Delete recordings for good; the file becomes smaller. Raises NoRecording, or StillRecording for one
        that is being measured; then none is deleted."""
        self._must_be_writable()
        ids = list(ids)
        with self._lock, problems(self.path):
            with transaction(self._connection):
                for id in ids:
                    found = self._connection.execute(
                        "SELECT ended, writer FROM recording WHERE id = ?", (id,)
                    ).fetchone()
                    if found is None:
                        raise NoRecording(which=id)
                    if found[0] == "running" and is_alive(self.path, found[1]):
                        raise StillRecording(which=id)
                    self._connection.execute("DELETE FROM recording WHERE id = ?", (id,))
                self._connection.execute(
                    "DELETE FROM program WHERE digest NOT IN (SELECT program FROM recording)"
                )
            # Moves as many pages as became free, where VACUUM would write the whole notebook anew. (As a
            # script, because it comes in steps, a page each, and `execute` takes only the first.)
            self._connection.executescript("PRAGMA incremental_vacuum")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def backup(self, path: Path) -> None:
        """Copy everything that is saved into the new file `path`, and check the copy. Recordings that are
        just being measured count as cut there. Raises FileTaken, or NotebookProblem about the copy."""
        from makerlab.recording.store.backup import back_up

        with self._lock:
            back_up(self._connection, self.path, path)

    def _open(self) -> sqlite3.Connection:
        if not self.is_read_only:
            try:
                return open_writable(self.path)
            except (NotebookReadOnly, NotebookUnreachable):
                if not self.path.is_file():
                    raise
        self.is_read_only = True  # what the system said, or else what trying showed (Windows)
        return open_readable(self.path)

    def _must_be_writable(self) -> None:
        if self.is_read_only:
            raise NotebookReadOnly(path=self.path)

    def _mark_cut(self) -> None:
        """Recordings of processes that are no more: those without rows go, the others are cut."""
        running = self._connection.execute(
            "SELECT DISTINCT writer FROM recording WHERE ended = 'running'"
        ).fetchall()
        dead = [name for (name,) in running if not is_alive(self.path, name)]
        if dead:
            with transaction(self._connection):
                for name in dead:
                    of_it = (name,)
                    self._connection.execute(
                        "DELETE FROM recording WHERE ended = 'running' AND writer = ? AND rows = 0", of_it
                    )
                    self._connection.execute(
                        "UPDATE recording SET ended = 'cut', writer = ''"
                        " WHERE ended = 'running' AND writer = ?",
                        of_it,
                    )

    # -- reading -------------------------------------------------------------------------------------

    def find(self, search: str = "", limit: int | None = None, *, session: str = "") -> list[Summary]:
        """Newest first: those with every word of `search` in title, note, experiment, lesson, label, board or
        the titles of channels. `session`: only those that were measured together."""
        words = folded([search]).split()
        conditions = ["instr(search, ?)"] * len(words) + ["session = ?"] * bool(session)
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        rows = self._rows(
            f"SELECT {_SUMMARY} FROM recording {where} ORDER BY id DESC LIMIT ?",
            (*words, *([session] if session else []), -1 if limit is None else limit),
        )
        return [_summary(row, self._ended(row[-2], row[-1])) for row in rows]

    def get(self, which: int | str) -> Recording:
        """The recording of this number ("17"), or the "last". Raises NoRecording, NothingRecorded."""
        from makerlab.recording.store.reading import keys, shown_channels

        row, about = self._found(which)
        id = row["id"]
        parts = self._parts(id)
        _names, columns = keys(shown_channels(parts, about))
        gaps = self._rows("SELECT start_s, end_s, lost FROM gap WHERE recording = ? ORDER BY number", (id,))
        events = self._rows(
            "SELECT time_s, kind, text, channel FROM event WHERE recording = ? ORDER BY number", (id,)
        )
        log = self._rows("SELECT time_s, line, number FROM log WHERE recording = ? ORDER BY number", (id,))
        return Recording(
            id=id,
            about=about,
            channels=tuple(replace(channel, name=name) for name, channel in columns.items()),
            rows=row["rows"],
            seconds=row["seconds"],
            lost=row["lost"],
            gaps=tuple(Lost(*gap) for gap in gaps),
            events=tuple(Happened(*event) for event in events),
            log=tuple(LogLine(*line) for line in log),
            clock=parts[0].part.clock if parts else _NO_CLOCK,
            parts=tuple(part.part for part in parts),
            ended=self._ended(row["ended"], row["writer"]),
        )

    def samples(
        self,
        id: int,
        start_s: float | None = None,
        end_s: float | None = None,
        *,
        raw: bool = False,
        on_session: bool = False,
    ) -> Columns:
        """The rows from `start_s` to `end_s` (both included), with calibration and derived channels; `raw`:
        as they were measured. `on_session`: all times, also these two, in seconds from the session's start,
        where recordings made together can be compared. Raises NoRecording."""
        return self._reader(id, raw).samples(
            -inf if start_s is None else start_s, inf if end_s is None else end_s, on_session=on_session
        )

    def envelope(
        self,
        id: int,
        start_s: float | None = None,
        end_s: float | None = None,
        buckets: int = 1000,
        *,
        raw: bool = False,
    ) -> Envelope:
        """The same as at most `buckets` lowest and highest values (if there are few rows, twice as many): no
        peak is missing, however narrow and however long the recording. Raises NoRecording."""
        from makerlab.recording.store import enveloping

        start_s, end_s = -inf if start_s is None else start_s, inf if end_s is None else end_s
        return enveloping.envelope(self._reader(id, raw), start_s, end_s, buckets)

    def batches(self, id: int) -> Iterator[tuple[list[Event], float]]:
        """What the board sent, once more: events in order, as they came together, and when (seconds from the
        recording's start). Any consumer of a board's events can take them. Raises NoRecording."""
        from makerlab.recording.store.replaying import batches

        recording = self.get(id)
        rows = self._rows(
            "SELECT part, row, kind, channel, text, ticks FROM event WHERE recording = ? ORDER BY number",
            (id,),
        )
        gaps = self._rows("SELECT part, row, lost FROM gap WHERE recording = ? ORDER BY number", (id,))
        return batches(_Source(self), self._parts(id), rows, gaps, recording.log)

    def _reader(self, id: int, raw: bool) -> Reader:
        from makerlab.recording.store.reading import Reader

        _row, about = self._found(id)
        return Reader(_Source(self), self._parts(id), about, raw=raw)

    def _found(self, which: int | str) -> tuple[dict[str, Any], About]:
        from makerlab.recording.store.stored import definitions

        text = str(which).strip()
        if text == LAST:
            condition = "ORDER BY recording.id DESC LIMIT 1"
        elif text.isascii() and text.isdecimal() and len(text) < 19:
            condition = f"WHERE recording.id = {int(text)}"
        else:
            raise NoRecording(which=text)
        with self._lock, problems(self.path):
            cursor = self._connection.execute(
                "SELECT recording.*, program.text AS program_text FROM recording"
                f" JOIN program ON program.digest = recording.program {condition}"
            )
            values = cursor.fetchone()
        if values is None:
            raise NothingRecorded() if text == LAST else NoRecording(which=text)
        row = dict(zip((column[0] for column in cursor.description), values, strict=True))
        same = (
            "title", "note", "experiment", "lesson", "label", "board", "board_id", "runtime", "port",
            "rate_hz", "session", "imported_from",
        )  # fmt: skip
        return row, About(
            **{name: row[name] for name in same},
            program=row["program_text"],
            started_at=datetime.fromisoformat(row["started_at"]),
            **definitions(row["definitions"]),
        )

    def _parts(self, id: int) -> list[StoredPart]:
        from makerlab.recording.store.stored import PART_COLUMNS, stored_part

        rows = self._rows(f"SELECT {PART_COLUMNS} FROM part WHERE recording = ? ORDER BY number", (id,))
        return [stored_part(row) for row in rows]

    def _ended(self, ended: str, writer: str) -> Ended:
        """A notebook that can only be read may still say "running" of a recording whose writer is no more."""
        if ended == "running" and not is_alive(self.path, writer):
            return "cut"
        return cast(Ended, ended)

    def _rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock, problems(self.path), closing(self._connection.execute(sql, parameters)) as cursor:
            return cursor.fetchall()


class _Source:
    """The chunks of a notebook (`reading.Source`). Fetched in portions: a long recording is read while
    another is written, and none of its pages is held on to."""

    PORTION = 64

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook

    def chunks(self, part: int, start_s: float, end_s: float) -> Iterator[StoredChunk]:
        from makerlab.recording.store.reading import StoredChunk

        for row in self._fetch("times, data", part, start_s, end_s):
            yield StoredChunk(*row)

    def envelopes(self, part: int, start_s: float, end_s: float) -> Iterator[StoredEnvelope]:
        from makerlab.recording.store.reading import StoredEnvelope

        for row in self._fetch("envelope", part, start_s, end_s):
            yield StoredEnvelope(*row)

    def chunk(self, part: int, first_row: int) -> StoredChunk:
        from makerlab.recording.store.reading import StoredChunk

        (row,) = self._notebook._rows(
            "SELECT first_row, rows, times, data FROM chunk WHERE part = ? AND first_row = ?",
            (part, first_row),
        )
        return StoredChunk(*row)

    def _fetch(self, columns: str, part: int, start_s: float, end_s: float) -> Iterator[tuple[Any, ...]]:
        after = -1
        while True:
            rows = self._notebook._rows(
                f"SELECT first_row, rows, {columns} FROM chunk"
                " WHERE part = ? AND first_row > ? AND end_s >= ? AND start_s <= ?"
                " ORDER BY first_row LIMIT ?",
                (part, after, start_s, end_s, self.PORTION),
            )
            yield from rows
            if len(rows) < self.PORTION:
                return
            after = rows[-1][0]


def _summary(row: tuple[Any, ...], ended: Ended) -> Summary:
    id, title, experiment, label, board, note, session, started_at, seconds, rows, lost, channels = row[:12]
    return Summary(
        id, title, experiment, label, board, note, session, datetime.fromisoformat(started_at), seconds, rows,
        lost, _names(channels), _titles(row[12]), ended,
    )  # fmt: skip


@lru_cache(64)
def _names(text: str) -> tuple[str, ...]:
    """Names in JSON; of thousands of recordings, few are different."""
    return tuple(json.loads(text))


@lru_cache(64)
def _titles(definitions: str) -> Mapping[str, Mapping[str, str]]:
    titles: Mapping[str, Mapping[str, str]] = json.loads(definitions)["channel_titles"]
    return titles
