"""The power fails while a transaction is on its way to the disk: any part of it may be there, or noise."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from measured import BEGUN_AT, EVENTFUL, HEADER, about, record, rows

from makerlab.recording.store.notebook import Notebook
from makerlab.wire.events import Samples


@pytest.fixture
def states(tmp_path: Path) -> tuple[bytes, list[bytes]]:
    """The file, and its log as it was on the disk after each of a few savings."""
    path = tmp_path / "notebook.sqlite3"
    log = tmp_path / "notebook.sqlite3-wal"
    with Notebook(path) as notebook:
        with notebook.record(about("before"), BEGUN_AT) as writer:
            record(writer, EVENTFUL)
        writer = notebook.record(about("cut"), BEGUN_AT)
        logs = []
        for first in range(1, 4001, 1000):
            writer.take([HEADER, Samples(rows(first, 1000))], BEGUN_AT + (first + 999) / 10)
            notebook.save()
            logs.append(log.read_bytes())
        return path.read_bytes(), logs


def test_what_was_saved_before_is_there_whatever_arrived_of_the_rest(
    states: tuple[bytes, list[bytes]], tmp_path: Path
) -> None:
    file, logs = states
    chance = Random(1)
    for number, (whole, next_log) in enumerate(pairwise(logs)):
        for tail in (
            b"",
            next_log[len(whole) : len(whole) + chance.randrange(1, len(next_log) - len(whole))],
            chance.randbytes(len(next_log) - len(whole)),
            b"\0" * 4096 + next_log[len(whole) + 4096 :],
            next_log[len(whole) : -100] + chance.randbytes(100),
        ):
            path = tmp_path / f"{number} {chance.random()}.sqlite3"
            path.write_bytes(file)
            path.with_name(path.name + "-wal").write_bytes(whole + tail)
            with Notebook(path) as notebook:
                cut, before = notebook.find()
                assert (cut.rows, cut.ended) == (1000 * (number + 1), "cut")
                assert notebook.samples(cut.id).seq.tolist() == list(range(1, cut.rows + 1))
                assert (before.rows, before.ended) == (45, "complete")
                assert len(notebook.samples(before.id).seq) == 45
            with closing(sqlite3.connect(path)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_every_saving_is_forced_to_the_disk(tmp_path: Path) -> None:
    """Without FULL the test above would promise what a disk does not keep: see database.py."""
    with Notebook(tmp_path / "n.sqlite3") as notebook:
        notebook.record(about())
        assert notebook._saver is not None
        for pragma, value in (("synchronous", 2), ("journal_mode", "wal"), ("fullfsync", 1)):
            assert notebook._saver._connection.execute(f"PRAGMA {pragma}").fetchone() == (value,)
