"""maker recordings list, show, edit, delete, backup: on the notebook in tests/golden/notebook."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from makerlab.cli.columns import columns
from makerlab.recording.about import About
from makerlab.recording.store.notebook import Notebook, default_path
from makerlab.wire.events import Channel, Header, Restart, Samples

HOST = Path(__file__).parents[2] / "host"
GOLDEN = Path(__file__).parents[1] / "golden" / "notebook" / "version-1.sqlite3"


@pytest.fixture
def notebook() -> Path:
    """This user's notebook, with three recordings."""
    path = default_path()
    path.parent.mkdir(parents=True)
    shutil.copy(GOLDEN, path)
    return path


# -- list --------------------------------------------------------------------------------------------


def test_list_newest_first_in_columns(maker, notebook):
    ended = maker("recordings", "list")
    assert ended.out.splitlines() == [
        "no.  begun             title         board        length  channels",
        "3    2026-11-25 09:00  Light         microbit-v2  0:05    light               cut off",
        "2    2026-11-24 10:16  my.py                      0:10    x, y",
        "1    2026-11-24 10:15  Cooling 冷却  第3组        1:00    temperature, light  3 rows lost",
    ]


def test_list_keeps_to_the_lines_of_a_terminal(maker, notebook, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "82")
    lines = maker("recordings", "list").out.splitlines()
    assert lines[3].endswith("temperat...  3 rows lost") and max(map(columns, lines)) == 82
    assert lines[2].endswith("x, y")


def test_list_calls_channels_as_its_reader_does(maker):
    titles = {"light": {"zh": "光线", "en": "Brightness"}}
    with Notebook() as book, book.record(About(title="灯", channel_titles=titles)) as writer:
        writer.take([Header("x", (Channel("light"), Channel("x"))), Samples([(1, 0, 5, 6)])], at=0.0)
    assert "光线、x" in maker("recordings", "list", "--lang", "zh").out
    assert "Brightness, x" in maker("recordings", "list").out


@pytest.mark.parametrize(
    ("words", "found"),
    [(["冷却"], [1]), (["COOLING", "第3组"], [1]), (["light"], [3]), (["esp32", "nothing"], [])],
)
def test_list_finds_words(maker, notebook, words, found):
    ended = maker("recordings", "list", *words, "--json")
    assert [one["id"] for one in json.loads(ended.out)] == found
    if not found:
        assert "No recording has “esp32 nothing” in it." in maker("recordings", "list", *words).out


def test_list_as_json_has_every_field(maker, notebook):
    (one,) = json.loads(maker("recordings", "list", "第3组", "--json").out)
    assert one == {
        "id": 1, "title": "Cooling 冷却", "note": "校准过", "experiment": "cooling", "label": "第3组",
        "board": "esp32", "session": "s1", "started_at": "2026-11-24T10:15:32.100000+08:00",
        "seconds": 60.313184, "rows": 597, "lost": 3, "channels": ["temperature", "light"],
        "ended": "complete",
    }  # fmt: skip


def test_list_without_a_notebook(maker, tmp_path):
    ended = maker("recordings", "list")
    assert (ended.code, ended.errors[0]) == (1, "Error: The notebook has no recordings yet.")
    assert json.loads(maker("recordings", "list", "--json").out) == []
    assert not default_path().exists()  # looking makes none


def test_another_notebook(maker, notebook, tmp_path):
    other = tmp_path / "另一个.sqlite3"
    shutil.move(notebook, other)
    assert maker("recordings", "list", "--notebook", other).out.count("\n") == 4
    ended = maker("recordings", "show", "1", "--notebook", tmp_path / "none.sqlite3")
    assert ended.code == 1 and "there is no such file" in ended.errors[0] and len(ended.errors) == 2


def test_list_needs_none_of_the_heavy_packages(notebook):
    """10,000 recordings are listed in less than 0.3 s (bench/recording.py); numpy alone takes as long."""
    script = (
        "import sys; from makerlab.cli.main import maker\n"
        "try: maker.main(['recordings', 'list', '--all'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'matplotlib', 'rich', 'makerlab.recording.store.writer'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)\n"
    )
    env = {**os.environ, "PYTHONPATH": str(HOST)}
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", env=env)
    assert (ended.returncode, ended.stderr) == (0, "")


# -- show --------------------------------------------------------------------------------------------


def test_show_says_what_it_is_and_what_is_missing(maker, notebook):
    out = maker("recordings", "show", "1").out
    for line in (
        "1  Cooling 冷却",
        "  begun: 2026-11-24 10:15:32 (+0800)",
        "  length: 1:00 · 597 rows",
        "  missing: 1 gap · 3 rows lost",
        "  board: 第3组 · ESP32 · COM3",
        "  calculated: drop = first(temperature) - temperature",
        "  clock: the board's ran 0.695 % slow (± 0.001 %)",
        "  measured together with: 2 · on their common axis its times are right within 4 ms",
        "      30.10 s  3 rows lost (0.40 s)",
        "       9.96 s  lid opened",
    ):
        assert line in out.splitlines(), line
    table = [line.split() for line in out.splitlines()]
    assert ["temperature", "(°C)", "597", "29.95", "90.76", "60.356", "17.643"] in table  # calibrated
    assert ["light", "(lx)", "596", "500", "508", "504.1", "2.6", "1"] in table
    assert "⣀" in out


def test_show_in_chinese(maker, notebook):
    out = maker("recordings", "show", "1", "--lang", "zh").out
    assert "  时钟：开发板的时钟慢 0.695 % (± 0.001 %)" in out.splitlines()
    assert "温度 (°C)" in out


def test_show_last_which_was_cut(maker, notebook):
    out = maker("recordings", "show", "last").out
    assert out.startswith("3  Light\n") and "cut off: maker was ended or lost power" in out


def test_a_gap_is_a_gap_in_the_curve(maker, notebook):
    """A third of the time nothing came: a third of the columns is blank."""
    header = Header("x", (Channel("x"),), rate_hz=10.0)
    with Notebook(notebook) as book, book.record(About("gap"), 0.0) as writer:
        writer.take([header, Samples([(n, n * 100, 5) for n in range(1, 101)])], 10.0)
        writer.take([Restart(), header, Samples([(n, n * 100, 5) for n in range(1, 101)])], 30.0)
    lines = maker("recordings", "show", "last").out.splitlines()
    curve = next(line[11:] for line in lines if set(line[11:]) & set("⠒⠉⠤⣀"))
    blank = sum(char == "⠀" for char in curve.ljust(max(map(len, lines)) - 11, "⠀"))
    assert blank / len(curve) == pytest.approx(1 / 3, abs=0.05)
    assert any(line.endswith("the board was away (10.10 s)") for line in lines)


def test_show_program_and_log_alone(maker, notebook):
    assert maker("recordings", "show", "1", "--program").out == "from lab import channel, run\n"
    assert maker("recordings", "show", "1", "--log").out.splitlines() == [
        "ets Jun  8 2016", "boot", "Traceback (most recent call last):", "ValueError: 5",
    ]  # fmt: skip


def test_show_as_json(maker, notebook):
    found = json.loads(maker("recordings", "show", "1", "--json").out)
    assert found["gaps"] == [
        {"start_s": found["gaps"][0]["start_s"], "end_s": found["gaps"][0]["end_s"], "lost": 3}
    ]
    assert [event["kind"] for event in found["events"]] == ["fault", "mark", "end"]
    assert [(one["name"], one["unit"], one["values"], one["missing"]) for one in found["channels"]] == [
        ("temperature", "degC", 597, 0), ("light", "lx", 596, 1), ("drop", "degC", 597, 0),
    ]  # fmt: skip
    assert found["clock"]["rate"] == pytest.approx(1.007)


@pytest.mark.parametrize("which", ["99", "x", "-"])
def test_show_what_there_is_not(maker, notebook, which):
    ended = maker("recordings", "show", which)
    assert (ended.code, ended.errors) == (
        1, [f"Error: There is no recording {which}.", "Do this: See which there are: maker recordings list"]
    )  # fmt: skip


# -- edit, delete, backup ----------------------------------------------------------------------------


def test_edit(maker, notebook):
    assert (
        maker("recordings", "edit", "last", "--title", "光照", "--note", "窗帘拉上").out
        == "3  光照 · 窗帘拉上\n"
    )
    assert json.loads(maker("recordings", "list", "窗帘", "--json").out)[0]["title"] == "光照"
    assert maker("recordings", "edit", "3", "--note", "").out == "3  光照\n"
    assert maker("recordings", "edit", "3").code == 2


def test_delete_shows_and_asks(maker, notebook, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    ended = maker("recordings", "delete", "1", "2")
    assert ended.code == 0 and ended.errors[:2] == [
        "  1  2026-11-24 10:15  Cooling 冷却  1:00", "  2  2026-11-24 10:16  my.py  0:10",
    ]  # fmt: skip
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert maker("recordings", "delete", "1").code == 2
    assert maker("recordings", "list").out.count("\n") == 4
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert maker("recordings", "delete", "1").out == "1 recording deleted.\n"
    assert maker("recordings", "delete", "2", "3", "--yes").out == "2 recordings deleted.\n"
    assert maker("recordings", "delete", "2", "--yes").code == 1


def test_delete_all_or_none(maker, notebook):
    assert maker("recordings", "delete", "1", "99", "--yes").code == 1
    assert maker("recordings", "list").out.count("\n") == 4


def test_backup_into_a_file_or_a_folder(maker, notebook, tmp_path):
    copy = tmp_path / "U 盘" / "copy.sqlite3"
    assert "(3 recordings, " in maker("recordings", "backup", copy).out
    assert maker("recordings", "show", "1", "--log", "--notebook", copy).out.startswith("ets Jun")
    again = maker("recordings", "backup", copy)
    assert again.code == 1 and "is there already" in again.errors[0]
    maker("recordings", "backup", copy.parent)
    assert len(list(copy.parent.glob("makerlab *.sqlite3"))) == 1


def test_a_newer_notebook_is_two_lines(maker, notebook):
    connection = sqlite3.connect(notebook)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    ended = maker("recordings", "list", "--lang", "zh")
    assert ended.code == 1 and len(ended.errors) == 2
    assert "更新版本" in ended.errors[0] and "--notebook" in ended.errors[1]


def test_show_in_a_narrow_window_has_a_line_for_each_number(maker, notebook, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    lines = maker("recordings", "show", "1").out.splitlines()
    assert {"  - values", "  - lowest", "  - mean"} <= {line.partition(":")[0] for line in lines}
    monkeypatch.setenv("COLUMNS", "90")
    assert any(
        "values   lowest   highest" in line for line in maker("recordings", "show", "1").out.splitlines()
    )
