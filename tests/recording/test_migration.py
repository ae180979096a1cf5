"""Notebooks of older versions, as they were written then (tests/golden/notebook), opened by this one."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from makerlab.recording.store import schema
from makerlab.recording.store.notebook import Notebook
from makerlab.recording.store.problems import NotebookNewer

GOLDEN = Path(__file__).parents[1] / "golden" / "notebook"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copy(GOLDEN / "version-1.sqlite3", tmp_path))


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every table and its columns."""
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type != 'view' ORDER BY name")
        return {
            name: connection.execute(f"PRAGMA table_info({name})").fetchall() for (name,) in names.fetchall()
        }


def test_everything_in_it_is_there(old: Path) -> None:
    assert version(old) == 1
    with Notebook(old) as notebook:
        assert [(one.id, one.rows, one.ended) for one in notebook.find()] == [
            (3, 100, "cut"), (2, 40, "complete"), (1, 597, "complete"),
        ]  # fmt: skip
        first = notebook.get(1)
        assert first.about.title == "Cooling 冷却" and first.about.started_at.isoformat() == (
            "2026-11-24T10:15:32.100000+08:00"
        )
        assert first.about.program == "from lab import channel, run\n"
        assert [(gap.lost, round(gap.end_s - gap.start_s, 1)) for gap in first.gaps] == [(3, 0.4)]
        assert [(one.kind, one.text) for one in first.events] == [
            ("fault", "ETIMEDOUT"), ("mark", "lid opened"), ("end", ""),
        ]  # fmt: skip
        assert [line.line for line in first.log][-1] == "ValueError: 5"
        columns = notebook.samples(1)
        assert list(columns.values) == ["temperature", "light", "drop"]
        assert columns.values["temperature"][0] == pytest.approx((89.90 - 0.5) / 98.5 * 100)
        assert notebook.samples(1, raw=True).values["temperature"][:2].tolist() == [89.9, 89.8]
        assert int(np.isnan(columns.values["light"]).sum()) == 1
        assert notebook.samples(2).values["x"][3] == 0.30000000000000004
        assert notebook.samples(3).time_s[-1] == pytest.approx(4.95, abs=0.01)


def test_what_is_new_works_with_what_is_old(old: Path) -> None:
    with Notebook(old) as notebook:
        assert [one.id for one in notebook.find("温度 第3组")] == [1]
        assert [one.id for one in notebook.find("ＣＯＯＬＩＮＧ")] == [1]
        notebook.edit(2, title="Meins", note="ÄÖÜ")
        assert [one.id for one in notebook.find("äöü")] == [2]


def test_an_old_notebook_ends_as_a_new_one_begins(old: Path, tmp_path: Path) -> None:
    Notebook(old).close()
    new = tmp_path / "new.sqlite3"
    Notebook(new).close()
    assert tables(old) == tables(new) and version(old) == version(new) == schema.VERSION


def test_what_fails_half_way_leaves_the_old_notebook(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tables(old)

    def fails(connection: sqlite3.Connection) -> None:
        schema._to_2(connection)
        raise KeyboardInterrupt

    monkeypatch.setattr(schema, "STEPS", (schema._to_1, fails))
    with pytest.raises(KeyboardInterrupt):
        Notebook(old)
    assert version(old) == 1 and tables(old) == before


def test_a_newer_one_is_refused_and_left_as_it_is(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    before = old.read_bytes()
    with pytest.raises(NotebookNewer) as caught:
        Notebook(old)
    assert old.read_bytes() == before
    assert "newer makerlab" in caught.value.message and "--notebook" in caught.value.hint
