"""What `maker run` measures is in the notebook, and in the file; if one of them fails, in the other."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from makerlab.errors import FileProblem
from makerlab.paths import data_dir
from makerlab.recording.about import Recording
from makerlab.recording.csv_file import CsvRecorder, SavingStopped
from makerlab.recording.store.notebook import Notebook
from makerlab.recording.store.problems import NotebookFull
from makerlab.recording.store.writer import Writer

PROGRAM = """\
from lab import channel, run
channel("level", "V", lambda: 1.25, 0.01)
run(hz=50, name="level")
"""
ESP32 = "virtual:esp32?fresh=1"


@pytest.fixture(autouse=True)
def a_program() -> None:
    Path("level.py").write_text(PROGRAM, encoding="utf-8")


def last(path: Path | None = None) -> Recording:
    with Notebook(path) as notebook:
        return notebook.get("last")


def rows(path: str = "out.csv") -> list[str]:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return [row[1] for row in csv.reader(file)][1:]


def test_it_is_in_the_notebook_and_the_last_line_says_how_to_find_it(maker):
    ended = maker(
        "run", "level.py", "--port", ESP32, "--samples", "7", "--title", "水温 一", "--note", "window open"
    )
    assert (ended.code, ended.errors) == (0, [])
    assert ended.out.splitlines()[-1] == "In the notebook: maker recordings show 1"
    recording = last()
    about = recording.about
    assert (recording.id, recording.rows, recording.lost, recording.ended) == (1, 7, 0, "complete")
    assert (about.title, about.note, about.board) == ("水温 一", "window open", "esp32")
    assert about.program == PROGRAM and about.runtime.startswith("MicroPython 1.")
    assert about.started_at.tzinfo is not None
    with Notebook() as notebook:
        assert list(notebook.samples(1).values["level"]) == [1.25] * 7


def test_an_experiment_is_known_by_its_name_and_its_channels_by_their_titles(maker):
    assert maker("run", "thermometer", "--port", ESP32, "--samples", "3").code == 0
    about = last().about
    assert about.experiment == "thermometer"
    assert about.channel_titles["chip_temperature"]["zh"] == "芯片温度"


def test_another_notebook(maker):
    ended = maker("run", "level.py", "--port", ESP32, "--samples", "3", "--notebook", "mine.sqlite3")
    assert ended.out.splitlines()[-1] == 'In the notebook: maker recordings show 1 --notebook "mine.sqlite3"'
    assert last(Path("mine.sqlite3")).rows == 3
    assert not (data_dir() / "notebook.sqlite3").exists()


def test_scripts_get_its_number(maker):
    ended = maker("run", "level.py", "--port", ESP32, "--samples", "3", "--json")
    assert json.loads(ended.out.splitlines()[-1])["recording"] == 1


def test_nothing_measured_nothing_in_the_notebook(maker):
    Path("talk.py").write_text("print('hello')\n", encoding="utf-8")
    ended = maker("run", "talk.py", "--port", ESP32)
    assert ended.code == 0 and "In the notebook" not in ended.out
    with Notebook() as notebook:
        assert notebook.find() == []


def test_garbage_boot_logs_and_tracebacks_are_its_log(maker):
    text = (
        "import sys\n"
        "sys.stdout.buffer.write(b'\\xff\\xfe garbage \\x00\\r\\n')\n"
        "print('I (31) boot: ESP-IDF v5 2nd stage bootloader')\n"
        "for n in range(5):\n    print('light:', n)\n"
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    sys.print_exception(error)\n"
        "for n in range(5):\n    print('light:', n)\n"
    )
    Path("noisy.py").write_text(text, encoding="utf-8")
    assert maker("run", "noisy.py", "--port", ESP32).code == 0
    recording = last()
    log = [line.line for line in recording.log]
    assert recording.rows == 10
    assert "I (31) boot: ESP-IDF v5 2nd stage bootloader" in log
    assert "ZeroDivisionError: divide by zero" in log
    assert any("garbage" in line for line in log)


def test_a_channel_that_turns_nan_or_text_goes_on_as_missing(maker):
    text = "for n in range(9):\n    print('light:', n if n < 4 else float('nan') if n < 6 else 'broken')\n"
    Path("broken.py").write_text(text, encoding="utf-8")
    ended = maker("run", "broken.py", "--port", ESP32, "--out", "out.csv")
    assert ended.code == 0
    with Notebook() as notebook:
        values = notebook.samples(1).values["light"]
    assert list(values[:4]) == [0, 1, 2, 3] and np.isnan(values[4:]).all()
    assert "light: broken" in [line.line for line in last().log]


@pytest.mark.parametrize("content", [b"my notes\n" * 200, b"SQLite format 3\x00" + b"\x07" * 5000])
def test_a_file_that_is_no_notebook_is_said_and_the_table_is_written(content, maker):
    Path("notes.txt").write_bytes(content)
    ended = maker(
        "run", "level.py", "--port", ESP32, "--samples", "5", "--notebook", "notes.txt", "--out", "out.csv"
    )
    assert ended.code == 0
    assert len(ended.errors) == 2
    assert ended.errors[0].startswith("Note: ") and "notes.txt" in ended.errors[0]
    assert ended.errors[1].startswith("Do this: ")
    assert rows() == ["1.25"] * 5
    assert Path("notes.txt").read_bytes() == content


def test_a_folder_where_the_notebook_should_be(maker):
    (data_dir() / "notebook.sqlite3").mkdir(parents=True)
    ended = maker("run", "level.py", "--port", ESP32, "--samples", "5", "--out", "out.csv")
    assert ended.code == 0 and len(ended.errors) == 2
    assert rows() == ["1.25"] * 5


def test_a_file_where_the_notebooks_folder_should_be(maker):
    Path("notes").write_text("mine", encoding="utf-8")
    ended = maker("run", "level.py", "--port", ESP32, "--samples", "5", "--notebook", "notes/n.sqlite3")
    assert ended.code == 0 and len(ended.errors) == 2
    assert ended.errors[0].startswith("Note: The notebook ")
    assert "there already" in ended.errors[0] or "no such folder" in ended.errors[0]


def fails_after(monkeypatch: pytest.MonkeyPatch, place: type, problem: FileProblem, count: int = 5) -> None:
    """A place that takes `count` batches and no more."""
    take = place.take
    taken: list[float] = []

    def full(self, events, at):
        taken.append(at)
        if len(taken) > count:
            raise problem
        take(self, events, at)

    monkeypatch.setattr(place, "take", full)


def test_a_notebook_that_fills_up_on_the_way_costs_nothing_of_the_table(maker, monkeypatch):
    fails_after(monkeypatch, Writer, NotebookFull(path="notebook.sqlite3"))
    ended = maker("run", "level.py", "--port", ESP32, "--samples", "30", "--out", "out.csv")
    assert ended.code == 0
    assert ended.errors[0].startswith("Note: The disk of the notebook notebook.sqlite3 is full")
    assert len(ended.errors) == 2
    assert rows() == ["1.25"] * 30


def test_a_table_that_fills_up_on_the_way_costs_nothing_of_the_notebook(maker, monkeypatch):
    fails_after(monkeypatch, CsvRecorder, SavingStopped(path="out.csv", detail="the disk is full"))
    ended = maker("run", "level.py", "--port", ESP32, "--samples", "30", "--out", "out.csv")
    assert ended.code == 1
    assert ended.errors[0].startswith("Error: out.csv takes no more data: the disk is full.")
    assert len(ended.errors) == 2
    assert last().rows == 30


def test_when_nothing_takes_data_any_more_measuring_ends(maker, monkeypatch):
    fails_after(monkeypatch, CsvRecorder, SavingStopped(path="out.csv", detail="the disk is full"))
    fails_after(monkeypatch, Writer, NotebookFull(path="notebook.sqlite3"), 9)
    ended = maker("run", "level.py", "--port", ESP32, "--out", "out.csv")  # without end
    assert ended.code == 1
    assert len(ended.errors) == 4


def test_several_boards_are_one_session_on_one_axis_of_time(maker):
    boards = ("--port", "virtual:esp32/one", "--port", "virtual:esp32/two", "--port", "virtual:esp32/three")
    ended = maker("run", "level.py", *boards, "--samples", "20")
    assert ended.code == 0
    assert ended.out.count("In the notebook: maker recordings show ") == 3
    with Notebook() as notebook:
        found = notebook.find()
        recordings = [notebook.get(one.id) for one in found]
        starts = [notebook.samples(one.id, on_session=True).time_s[0] for one in found]
    assert len({one.about.session for one in recordings}) == 1
    assert {one.about.board_id for one in recordings} == {
        "virtual:esp32/one",
        "virtual:esp32/two",
        "virtual:esp32/three",
    }
    assert all(one.rows == 20 and np.isfinite(one.clock.alignment_error_s) for one in recordings)
    assert max(starts) - min(starts) < 30


def test_a_board_with_a_label_is_known_by_it(maker):
    assert maker("label", "set", "virtual:esp32/three", "第3组").code == 0
    assert maker("run", "level.py", "--port", "第3组", "--samples", "3").code == 0
    assert last().about.label == "第3组"
