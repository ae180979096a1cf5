"""A process that records is killed: what it had saved is there, what was recorded before is whole.

How much time that costs at most, bench/recording.py measures (200 times).
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from measured import EVENTFUL, about, record

from makerlab.recording.about import Recording
from makerlab.recording.store.notebook import Notebook
from makerlab.recording.store.problems import StillRecording

HOST = Path(__file__).parents[2] / "host"
CHILD = Path(__file__).with_name("records_until_killed.py")


@contextmanager
def recording(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that records into the notebook `path`; killed at the end of the context."""
    process = subprocess.Popen(
        [sys.executable, str(CHILD), str(path), "0.02", "0.002"],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={"PYTHONPATH": str(HOST), "MAKER_HOME": str(path.parent)},
    )
    assert process.stdout is not None
    with process:
        try:
            yield process
        finally:
            process.kill()
            process.stdout.read()


def told(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    return process.stdout.readline().split()


@pytest.fixture
def before(tmp_path: Path) -> tuple[Path, Recording]:
    """A notebook with a recording in it."""
    path = tmp_path / "notebook.sqlite3"
    with Notebook(path) as notebook:
        with notebook.record(about(), 1000.0) as writer:
            record(writer, EVENTFUL)
        return path, notebook.get("last")


def test_killed_at_any_moment(before: tuple[Path, Recording]) -> None:
    path, first = before
    chance = Random(1)
    for _time in range(8):
        saved = 0
        with recording(path) as process:
            fast, slow = map(int, told(process)[1:])
            for _line in range(chance.randrange(200)):
                what, number, *_ms = told(process)
                if what == "saved":
                    saved = int(number)
        with Notebook(path) as notebook:
            assert notebook.get(first.id) == first
            if not saved:
                continue  # perhaps nothing was on the disk yet
            found = notebook.get(fast)
            columns = notebook.samples(fast)
            assert found.ended == "cut" and found.rows == len(columns.seq) >= saved
            assert columns.seq.tolist() == list(range(1, found.rows + 1))
            assert columns.values["n"].tolist() == [n % 20 for n in range(found.rows)]
            assert next(one.ended for one in notebook.find("slow")) == "cut"
            assert notebook.get(slow).rows == len(notebook.samples(slow).seq)
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    assert {one.name for one in path.parent.iterdir()} == {path.name}


def test_another_maker_that_records_is_let_alone(before: tuple[Path, Recording]) -> None:
    """While it lives: then it is seen to be running, and cannot be deleted; afterwards it is cut."""
    path, _first = before
    with recording(path) as process:
        fast, _slow = map(int, told(process)[1:])
        while told(process)[0] != "saved":
            pass
        with Notebook(path) as notebook:
            assert notebook.get(fast).ended == "running"
            assert [one.ended for one in notebook.find("fast")] == ["running"]
            with pytest.raises(StillRecording):
                notebook.delete([fast])
            with notebook.record(about("mine"), 1000.0) as writer:  # both at once
                record(writer, EVENTFUL)
            rows = notebook.get(fast).rows
            while told(process)[0] != "saved" or notebook.get(fast).rows == rows:
                pass
        process.kill()
        process.wait()
        with Notebook(path) as notebook:
            assert notebook.get(fast).ended == "cut"
            assert [one.ended for one in notebook.find("mine")] == ["complete"]
            notebook.delete([fast])
