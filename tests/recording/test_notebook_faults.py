"""A notebook that is locked, full, read-only, damaged or none at all: two lines, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from measured import BEGUN_AT, EVENTFUL, HEADER, about, record, rows

from makerlab.errors import MakerError
from makerlab.recording.store import database
from makerlab.recording.store import writer as writing
from makerlab.recording.store.notebook import Notebook
from makerlab.recording.store.problems import (
    NoNotebook,
    NotebookDamaged,
    NotebookDiskFailed,
    NotebookFull,
    NotebookLocked,
    NotebookProblem,
    NotebookReadOnly,
    NotebookUnreachable,
    problem_of,
)
from makerlab.recording.store.writer import Writer
from makerlab.sqlite_reason import code_of
from makerlab.wire.events import Samples

HOST = Path(__file__).parents[2] / "host"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A notebook with a recording in it."""
    path = tmp_path / "notebook.sqlite3"
    with Notebook(path) as notebook, notebook.record(about(), BEGUN_AT) as writer:
        record(writer, EVENTFUL)
    return path


def taken_until_refused(writer: Writer) -> NotebookProblem:
    """The problem that `take` says once the saving in the background has found it."""
    at = BEGUN_AT + 100
    while True:
        try:
            writer.take([], at)
        except NotebookProblem as problem:
            return problem


def light_of(path: Path, id: int) -> list[float]:
    with Notebook(path) as notebook:
        return notebook.samples(id).values["light"].tolist()


# -- full --------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(path: Path) -> Iterator[tuple[Notebook, Writer, Callable[[int], None]]]:
    """A recording on a disk on which room can be made; the full one is SQLite's own."""
    with Notebook(path) as notebook:
        writer = notebook.record(about("full"), BEGUN_AT)
        saver = notebook._saver
        assert saver is not None
        (pages,) = saver._connection.execute("PRAGMA page_count").fetchone()

        def room(more: int) -> None:
            with saver._saving:
                saver._connection.execute(f"PRAGMA max_page_count = {pages + more}")

        yield notebook, writer, room


def test_a_full_disk_is_said_once_and_costs_only_what_came_after(
    small_disk: tuple[Notebook, Writer, Callable[[int], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook, writer, room = small_disk
    writer.take([HEADER, Samples(rows(1, 10))], BEGUN_AT + 2.1)
    notebook.save()
    room(0)
    writer.take([Samples(rows(11, 50_000))], BEGUN_AT + 6000)
    assert isinstance(taken_until_refused(writer), NotebookFull)
    writer.take([Samples(rows(50_011, 10))], BEGUN_AT + 6001)  # nobody stops him; it is not recorded
    writer.close()  # it was said already
    notebook.close()
    with Notebook(notebook.path) as again:
        assert [(one.title, one.rows, one.ended) for one in again.find()] == [
            ("full", 10, "cut"), ("Cooling", 45, "complete"),
        ]  # fmt: skip


def test_room_made_in_time_costs_nothing(small_disk: tuple[Notebook, Writer, Callable[[int], None]]) -> None:
    notebook, writer, room = small_disk
    room(0)
    writer.take([HEADER, Samples(rows(1, 50_000))], BEGUN_AT + 6000)
    with pytest.raises(NotebookFull):
        notebook.save()
    room(10_000)
    writer.take([Samples(rows(50_001, 10))], BEGUN_AT + 6001)
    writer.close()
    assert light_of(notebook.path, writer.id) == list(range(1, 50_011))


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on the size of files is POSIX's")
def test_a_disk_that_takes_no_more_bytes(path: Path) -> None:
    """The system itself refuses, in the middle of a transaction, in a process of its own."""
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from measured import *; from makerlab.recording.store.notebook import Notebook\n"
        "from makerlab.recording.store.problems import NotebookProblem\n"
        "with Notebook(Path(sys.argv[1])) as notebook:\n"
        "    writer = notebook.record(about('limit'), BEGUN_AT)\n"
        "    writer.take([HEADER, Samples(rows(1, 10))], BEGUN_AT + 2)\n"
        "    notebook.save()\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "    writer.take([Samples(rows(11, 100_000))], BEGUN_AT + 9000)\n"
        "    try: notebook.save()\n"
        "    except NotebookProblem as problem: print(type(problem).__name__)\n"
        "    try: writer.close()\n"
        "    except NotebookProblem as problem: print(type(problem).__name__)\n"
    )
    here = Path(__file__).parent
    ended = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, encoding="utf-8",
        env={"PYTHONPATH": os.pathsep.join((str(HOST), str(here)))},
    )  # fmt: skip
    assert ended.stderr == "" and ended.stdout.split() == ["NotebookDiskFailed"] * 2
    with Notebook(path) as notebook:
        assert [(one.rows, one.ended) for one in notebook.find()] == [(10, "cut"), (45, "complete")]


# -- locked ------------------------------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.02)


def test_locked_by_another_program(path: Path, impatient: None) -> None:
    """Found out before anything is measured; looking is possible."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other, Notebook(path) as notebook:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(NotebookLocked) as caught:
            notebook.record(about())
        assert str(path) in caught.value.message and "--notebook" in caught.value.hint
        with pytest.raises(NotebookLocked):
            notebook.edit(1, title="x")
        assert len(notebook.find()) == 1


def test_what_is_measured_while_it_is_locked_is_saved_afterwards(path: Path, impatient: None) -> None:
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as other,
        Notebook(path) as notebook,
        notebook.record(about(), BEGUN_AT) as writer,
    ):
        other.execute("BEGIN IMMEDIATE")
        for first in range(1, 100, 10):
            writer.take([HEADER, Samples(rows(first, 10))], BEGUN_AT + 1 + first / 10)
            with pytest.raises(NotebookLocked):
                notebook.save()
        other.execute("ROLLBACK")
    assert light_of(path, writer.id) == list(range(1, 101))


def test_locked_for_too_long_is_a_problem(
    path: Path, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "SAVE_S", 0.01)
    monkeypatch.setattr(writing, "PATIENCE_S", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other, Notebook(path) as notebook:
        writer = notebook.record(about(), BEGUN_AT)
        other.execute("BEGIN IMMEDIATE")
        writer.take([HEADER, Samples(rows(1, 10))], BEGUN_AT)
        assert isinstance(taken_until_refused(writer), NotebookLocked)
        other.execute("ROLLBACK")
        writer.close()
    assert light_of(path, writer.id) == list(range(1, 11))


def test_closing_waits_for_the_other_program(path: Path, impatient: None) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other, Notebook(path) as notebook:
        writer = notebook.record(about(), BEGUN_AT)
        other.execute("BEGIN IMMEDIATE")
        writer.take([HEADER, Samples(rows(1, 10))], BEGUN_AT)
        with pytest.raises(NotebookLocked):
            notebook.save()
        closes = threading.Thread(target=writer.close)
        closes.start()
        other.execute("ROLLBACK")
        closes.join()
    assert light_of(path, writer.id) == list(range(1, 11))


def test_a_mistake_of_ours_is_not_hushed_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that saves hands it to whoever measures."""

    def fails(*_anything: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(writing, "SAVE_S", 0.01)
    with Notebook(path) as notebook:
        writer = notebook.record(about(), BEGUN_AT)
        with monkeypatch.context() as broken:
            broken.setattr(writing._Storing, "store", fails)
            writer.take([HEADER, Samples(rows(1, 10))], BEGUN_AT)
            with pytest.raises(ZeroDivisionError):
                while True:
                    writer.take([], BEGUN_AT)
        writer.close()
    assert light_of(path, writer.id) == list(range(1, 11))


# -- damaged, foreign, missing -----------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"temperature,light\r\n" * 500, b"\0" * 5000, os.urandom(9000)])
def test_a_file_of_something_else(tmp_path: Path, content: bytes) -> None:
    foreign = tmp_path / "table.csv"
    foreign.write_bytes(content)
    with pytest.raises(NoNotebook):
        Notebook(foreign)
    assert foreign.read_bytes() == content and [one.name for one in tmp_path.iterdir()] == ["table.csv"]


def test_a_database_of_something_else(tmp_path: Path) -> None:
    foreign = tmp_path / "other.db"
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE recording (id)")
    before = foreign.read_bytes()
    with pytest.raises(NoNotebook):
        Notebook(foreign)
    assert foreign.read_bytes() == before


def test_an_empty_file_is_a_new_notebook(tmp_path: Path) -> None:
    empty = tmp_path / "new.sqlite3"
    empty.touch()
    with Notebook(empty) as notebook:
        assert notebook.find() == []


def test_damage_is_said_and_what_is_whole_can_be_read(path: Path) -> None:
    with Notebook(path) as notebook:
        with notebook.record(about("second"), BEGUN_AT) as writer:
            record(writer, EVENTFUL)
        root = notebook._rows("SELECT rootpage FROM sqlite_master WHERE name = 'event'")[0][0]
    data = bytearray(path.read_bytes())
    data[(root - 1) * 4096 : root * 4096] = b"\x5a" * 4096
    path.write_bytes(data)
    with Notebook(path) as notebook:
        assert len(notebook.find()) == 2
        assert len(notebook.samples(1).seq) == 45
        with pytest.raises(NotebookDamaged):
            notebook.get(1)
        with pytest.raises(NotebookDamaged):
            notebook.backup(path.with_name("copy.sqlite3"))
    assert not path.with_name("copy.sqlite3").exists()


def test_half_a_notebook(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(NotebookDamaged):
        Notebook(path)


@pytest.mark.parametrize("place", ["a file/notebook.sqlite3", "folder"])
def test_a_place_where_no_file_can_be(tmp_path: Path, place: str) -> None:
    (tmp_path / "a file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(NotebookUnreachable):
        Notebook(tmp_path / place)


def test_a_backup_that_has_no_place(path: Path, tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    with Notebook(path) as notebook, pytest.raises(NotebookUnreachable):
        notebook.backup(tmp_path / "a file" / "copy.sqlite3")


# -- read-only ---------------------------------------------------------------------------------------

LOOK = """
import os, sys
from pathlib import Path
from makerlab.recording.store import reading, writer
from makerlab.recording.about import About
from makerlab.recording.store.notebook import Notebook
from makerlab.recording.store.problems import NotebookReadOnly
if os.geteuid() == 0:  # may write anywhere; nobody may not, but not import either
    os.setuid(65534)
with Notebook(Path(sys.argv[1])) as notebook:
    print([(one.title, one.rows, one.ended) for one in notebook.find()], len(notebook.samples(1).seq))
    for forbidden in (
        lambda: notebook.record(About("x")), lambda: notebook.delete([1]), lambda: notebook.edit(1),
    ):
        try:
            forbidden()
        except NotebookReadOnly as problem:
            print("read only")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="chmod protects no folder there")
@pytest.mark.parametrize("in_use", [False, True])
def test_on_a_disk_that_can_only_be_read(in_use: bool) -> None:
    """It can be looked at, also while somebody else records into it."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    path = folder / "notebook.sqlite3"
    with Notebook(path) as notebook, notebook.record(about(), BEGUN_AT) as writer:
        record(writer, EVENTFUL)
        if in_use:
            notebook.save()
        else:
            writer.close()
            notebook.close()
        for file in folder.iterdir():
            file.chmod(0o444)
        folder.chmod(0o555)
        ended = subprocess.run(
            [sys.executable, "-c", LOOK, str(path)], capture_output=True, encoding="utf-8",
            env={"PYTHONPATH": str(HOST)},
        )  # fmt: skip
        folder.chmod(0o755)
    shutil.rmtree(folder)
    state = "running" if in_use else "complete"
    assert ended.stdout.splitlines() == [f"[('Cooling', 45, '{state}')] 45", *["read only"] * 3], ended.stderr


# -- every one is two lines --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "problem"),
    [
        ("database or disk is full", 13, NotebookFull),
        ("disk I/O error", 10, NotebookDiskFailed),
        ("attempt to write a readonly database", 8, NotebookReadOnly),
        ("database is locked", 5, NotebookLocked),
        ("database disk image is malformed", 11, NotebookDamaged),
        ("file is not a database", 26, NoNotebook),
        ("unable to open database file", 14, NotebookUnreachable),
        ("something nobody knows", 0, NotebookDamaged),
    ],
)
def test_errors_are_known_by_number_and_on_python_3_10_by_text(
    tmp_path: Path, text: str, code: int, problem: type[MakerError]
) -> None:
    by_text = sqlite3.OperationalError(text)
    by_number = sqlite3.OperationalError("?")
    by_number.sqlite_errorcode = code | 3 << 8  # type: ignore[attr-defined,unused-ignore]
    assert code_of(by_text) == code_of(by_number) == code
    said = problem_of(by_text, tmp_path / "n.sqlite3")
    assert type(said) is problem and said.message.count("\n") == said.hint.count("\n") == 0
