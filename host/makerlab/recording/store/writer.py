"""Recordings on their way into the notebook: taken from many boards, saved together.

Each board's thread only sorts what comes into memory. One thread for all of them saves it, every SAVE_S, in
one transaction: however slow the disk is, no board waits for it, and 32 boards cost one forced write, not 32.
"""

from __future__ import annotations

import hashlib
import json
import math
import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from makerlab.recording.about import About
from makerlab.recording.store.database import open_writable, problems, transaction
from makerlab.recording.store.growing import PendingPart, Piece
from makerlab.recording.store.intake import LOG_HEAD, LOG_TAIL, Intake, Pending
from makerlab.recording.store.live_mark import LiveMark
from makerlab.recording.store.problems import NotebookLocked, NotebookProblem
from makerlab.recording.store.stored import channels_json, definitions_json, search_text, storable
from makerlab.wire.events import Event

SAVE_S = 0.6
"""From one saving to the next. With the time that it takes, and from one look at the board to the next, a
second is the most that a power cut can cost, also on a slow disk."""

PATIENCE_S = 30.0
"""How long another program may keep us from saving (it tidies up a big notebook) before it is a problem."""


class Writer:
    """Takes what one board sends into the notebook (`experiment.measuring.Consumer`). `Notebook.record` makes
    one; use it as a context.

    Give it raw events. Of a board that went away and came back, pass `Restart(unplugged=True)` first, then
    what its new decoder says: it goes on in the same recording, with a gap.
    """

    def __init__(self, saver: Saver, id: int, about: About, at: float, session_at: float) -> None:
        self.id = id
        """The recording's number in the notebook."""
        self._saver = saver
        self._about = about
        self._began_at = at
        self._intake = Intake(session_at)
        self._lock = threading.Lock()
        self._problem: Exception | None = None
        """Why nothing more is saved: a NotebookProblem, or a mistake of ours, which must not go unseen."""
        self._is_over = False
        self._counts = _Counts()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def take(self, events: Sequence[Event], at: float) -> None:
        """Record `events`, which came `at` (seconds of time.monotonic).

        Raises a NotebookProblem once, when the notebook takes no more; what comes after that is not recorded,
        and what is waiting is saved by `close` if that is possible then.
        """
        if self._is_over:
            return
        if self._problem is not None:
            self._is_over = True
            raise self._problem
        with self._lock:
            self._intake.take(events, at)

    def close(self) -> None:
        """Save the rest and end the recording; one without rows is removed. Harmless when it is closed
        already. Raises NotebookProblem, if `take` has not raised it before."""
        told, self._is_over = self._is_over, True
        if self._saver.has(self):
            with self._lock:
                self._intake.close()
            try:
                self._saver.finish(self)
            except NotebookProblem:
                if not told:
                    raise


class _Counts:
    """What of a recording is in the notebook already."""

    def __init__(self) -> None:
        self.part_ids: dict[int, int] = {}
        self.channels: list[str] = []
        self.gaps = self.events = 0


class Saver:
    """Saves the recordings of all writers of one notebook. Its connection is for nothing else."""

    def __init__(self, path: Path) -> None:
        """Raises NotebookProblem."""
        self._path = path
        self._connection = open_writable(path)
        try:
            with problems(path):
                self._mark = LiveMark(path)
        except BaseException:
            self._connection.close()
            raise
        self._writers: dict[int, Writer] = {}
        self._saving = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._save_again_and_again, name="notebook", daemon=True)
        self._thread.start()

    def begin(self, about: About, at: float, session_at: float) -> Writer:
        """A new recording. Raises NotebookProblem: here a wrong place is found out before anything is
        measured."""
        with self._saving, problems(self._path), transaction(self._connection):
            id = _insert_recording(self._connection, about, self._mark.name)
            writer = Writer(self, id, about, at, session_at)
        self._writers[id] = writer
        return writer

    def add(self, recordings: Iterable[tuple[About, Iterable[tuple[Sequence[Event], float]]]]) -> list[int]:
        """Whole recordings, all in one transaction: either all of them are there afterwards, or none. Their
        numbers. Raises NotebookProblem."""
        ids: list[int] = []
        with self._saving, problems(self._path), transaction(self._connection):
            for about, batches in recordings:
                id = _insert_recording(self._connection, about, self._mark.name)
                writer = Writer(self, id, about, at=0.0, session_at=0.0)
                for events, at in batches:
                    writer._intake.take(events, at)
                writer._intake.close()
                pending = writer._intake.pending()
                pieces = [part.chunks()[0] for part in pending.parts]
                _Storing(self._connection, writer, pending, pieces).store("complete")
                ids.append(id)
        return ids

    def has(self, writer: Writer) -> bool:
        """Whether `writer` is open."""
        return writer.id in self._writers

    def save(self) -> None:
        """Save what came since the last time. Raises NotebookProblem; then nothing of it was saved, and it is
        tried again the next time."""
        self._save(list(self._writers.values()))

    def finish(self, writer: Writer, ended: Literal["complete", "cut"] = "complete") -> None:
        """Save the rest of what `writer` took. Raises NotebookProblem; then the recording will be found
        cut."""
        self._writers.pop(writer.id, None)
        begun = time.monotonic()
        while True:
            try:
                self._save([writer], ended)
                return
            except NotebookLocked:
                if time.monotonic() - begun >= PATIENCE_S:
                    raise

    def close(self) -> None:
        """Recordings that nobody ended count as cut. Raises NotebookProblem."""
        self._closing.set()
        self._thread.join()
        try:
            for writer in list(self._writers.values()):
                self.finish(writer, "cut")
        finally:
            self._connection.close()
            self._mark.release()

    def _save_again_and_again(self) -> None:
        saved_at = time.monotonic()
        while not self._closing.wait(SAVE_S):
            writers = list(self._writers.values())
            try:
                self._save(writers)
                saved_at = time.monotonic()
            except Exception as problem:
                if isinstance(problem, NotebookLocked) and time.monotonic() - saved_at < PATIENCE_S:
                    continue  # the rows wait
                for writer in writers:
                    writer._problem = problem

    def _save(self, writers: list[Writer], ended: str = "running") -> None:
        with self._saving:
            waiting: list[tuple[Writer, Pending]] = []
            for writer in writers:
                with writer._lock:
                    pending = writer._intake.pending()
                if ended != "running" or not pending.is_empty:
                    waiting.append((writer, pending))
            if not waiting:
                return
            try:
                chunks = [[part.chunks() for part in pending.parts] for _writer, pending in waiting]
                with problems(self._path), transaction(self._connection):
                    counts = []
                    for (writer, pending), its in zip(waiting, chunks, strict=True):
                        pieces = [of_part for of_part, _now in its]
                        counts.append(_Storing(self._connection, writer, pending, pieces).store(ended))
            except BaseException:
                for writer, pending in waiting:
                    with writer._lock:
                        writer._intake.not_saved(pending)
                raise
            for (writer, pending), its, new in zip(waiting, chunks, counts, strict=True):
                with writer._lock:
                    writer._intake.saved(pending, [now for _pieces, now in its])
                writer._counts = new


class _Storing:
    """Puts what is pending of one recording into the tables."""

    def __init__(
        self, connection: sqlite3.Connection, writer: Writer, pending: Pending, pieces: list[list[Piece]]
    ) -> None:
        self._connection = connection
        self._writer = writer
        self._pending = pending
        self._pieces = pieces

    def store(self, ended: str) -> _Counts:
        """What is in the notebook then, if the transaction goes well."""
        writer, pending, before = self._writer, self._pending, self._writer._counts
        if ended != "running" and pending.rows == 0:
            self._connection.execute("DELETE FROM recording WHERE id = ?", (writer.id,))
            return before
        now = _Counts()
        now.part_ids, now.channels = dict(before.part_ids), list(before.channels)
        for part, pieces in zip(pending.parts, self._pieces, strict=True):
            self._store_part(part, pieces, now)
        self._connection.executemany(
            "INSERT INTO gap VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (writer.id, number, gap.part, gap.row, gap.start_s, gap.end_s, gap.lost)
                for number, gap in enumerate(pending.gaps, before.gaps)
            ],
        )
        now.gaps = before.gaps + len(pending.gaps)
        self._connection.executemany(
            "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (writer.id, number, one.part, one.row, one.time_s, one.kind, one.channel, one.text, one.ticks)
                for number, one in enumerate(pending.events, before.events)
            ],
        )
        now.events = before.events + len(pending.events)
        if pending.log:
            self._store_log()
        self._connection.execute(
            "UPDATE recording SET rows = ?, lost = ?, seconds = ?, log_lines = ?, channels = ?,"
            " started_at = ?, ended = ?, writer = CASE ? WHEN 'running' THEN writer ELSE '' END WHERE id = ?",
            (
                pending.rows, pending.lost, pending.seconds, pending.log_lines,
                json.dumps(now.channels, ensure_ascii=False), self._started_at(), ended, ended, writer.id,
            ),
        )  # fmt: skip
        return now

    def _started_at(self) -> str:
        """When the first row was measured."""
        started, zero_at = self._writer._about.started_at, self._pending.zero_at
        if zero_at is not None:
            started += timedelta(seconds=zero_at - self._writer._began_at)
        return started.isoformat(timespec="milliseconds")

    def _store_part(self, part: PendingPart, pieces: list[Piece], now: _Counts) -> None:
        number, header = part.part.number, part.header
        clock, line = part.clock, part.line
        now.channels += [one.name for one in header.channels if one.name not in now.channels]
        values: dict[str, Any] = {
            "recording": self._writer.id,
            "number": number,
            "name": header.name,
            "channels": channels_json(header.channels),
            "rate_hz": header.rate_hz,
            "tick_s": header.tick_s,
            "form": header.form,
            "fields": json.dumps(header.fields, ensure_ascii=False),
            "status": json.dumps(part.status, ensure_ascii=False),
            "start_s": part.part.start_s,
            "end_s": part.end_s,
            "rows": part.rows,
            "line_ticks": line.ticks,
            "line_session_s": line.session_s,
            "rate": line.rate,
            "uncertainty": _finite(clock.uncertainty),
            "alignment_error_s": _finite(clock.alignment_error_s),
        }
        id = now.part_ids.get(number)
        if id is None:
            names = ", ".join(values)
            marks = ", ".join(f":{name}" for name in values)
            cursor = self._connection.execute(f"INSERT INTO part ({names}) VALUES ({marks})", values)
            assert cursor.lastrowid is not None
            id = now.part_ids[number] = cursor.lastrowid
        else:
            changes = ", ".join(f"{name} = :{name}" for name in values)
            self._connection.execute(f"UPDATE part SET {changes} WHERE id = :id", {**values, "id": id})
        for piece in pieces:
            where, chunk = (id, piece.first_row), piece.chunk
            self._connection.execute("DELETE FROM chunk WHERE part = ? AND first_row >= ?", where)
            self._connection.execute("INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*where, *chunk))

    def _store_log(self) -> None:
        """The lines; those in the middle that are too many by now go."""
        id, pending = self._writer.id, self._pending
        self._connection.executemany(
            "INSERT INTO log VALUES (?, ?, ?, ?)",
            [(id, line.number, line.time_s, line.line) for line in pending.log],
        )
        if pending.log_lines > LOG_HEAD + LOG_TAIL:
            self._connection.execute(
                "DELETE FROM log WHERE recording = ? AND number >= ? AND number < ?",
                (id, LOG_HEAD, pending.log_lines - LOG_TAIL),
            )


def _insert_recording(connection: sqlite3.Connection, about: About, writer: str) -> int:
    program = storable(about.program)
    digest = hashlib.sha256(program.encode()).hexdigest()
    connection.execute("INSERT OR IGNORE INTO program VALUES (?, ?)", (digest, program))
    values = {
        "title": about.title,
        "note": about.note,
        "experiment": about.experiment,
        "lesson": about.lesson,
        "label": about.label,
        "board": about.board,
        "board_id": about.board_id,
        "runtime": about.runtime,
        "port": about.port,
        "rate_hz": about.rate_hz,
        "session": about.session,
        "started_at": about.started_at.isoformat(timespec="milliseconds"),
        "imported_from": about.imported_from,
        "program": digest,
        "definitions": definitions_json(about),
        "search": search_text(about),
        "channels": "[]",
        "rows": 0,
        "lost": 0,
        "seconds": 0.0,
        "log_lines": 0,
        "ended": "running",
        "writer": writer,
    }
    values = {name: storable(value) if isinstance(value, str) else value for name, value in values.items()}
    names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    cursor = connection.execute(f"INSERT INTO recording ({names}) VALUES ({marks})", values)
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
