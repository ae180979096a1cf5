"""`maker calibrate`: measurements are right from then on, and what is recorded stays as it was measured."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest

from makerlab.paths import data_dir
from makerlab.recording.store.notebook import Notebook

PROGRAM = """\
from lab import channel, run
channel("level", "V", lambda: 1.25, 0.01)
channel("other", "V", lambda: 2.5, 0.01)
run(hz=50, name="level")
"""
ESP32 = "virtual:esp32"


@pytest.fixture(autouse=True)
def a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("level.py").write_text(PROGRAM, encoding="utf-8")
    monkeypatch.setattr("makerlab.cli.calibrate.MEASURE_S", 0.1)


def level(volts: float) -> None:
    Path("level.py").write_text(PROGRAM.replace("1.25", str(volts)), encoding="utf-8")


def column(index: int) -> list[str]:
    with Path("out.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row[index] for row in csv.reader(file)][1:]


MOVED = """\
from lab import channel, run
with open("times", "a") as file:  # another value each time it is measured
    file.write("x")
with open("times") as file:
    volts = float(len(file.read()))
channel("level", "V", lambda: volts, 0.01)
run(hz=50, name="level")
"""


def test_guided(maker, monkeypatch):
    Path("level.py").write_text(MOVED, encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.StringIO("\nnothing\n-40\n\n60\n"))
    ended = maker("calibrate", "level.py", "--port", "virtual:esp32/guided")
    assert (ended.code, ended.errors) == (0, [])
    assert "level reads 1.00 V (from 1.00 V to 1.00 V)." in ended.out
    assert "'nothing' is no number." in ended.out
    assert "Kept for this board: 1 → -40 V, 2 → 60 V" in ended.out


def test_guided_with_the_values_given_beforehand(maker, monkeypatch):
    Path("level.py").write_text(MOVED, encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n\n"))
    known = ("--known", "0", "--known", "5")
    assert maker("calibrate", "level.py", "--port", "virtual:esp32/known", *known).code == 0
    (one,) = json.loads(maker("calibrate", "--list", "--json").out)
    assert (one["measured"], one["known"]) == ([1.0, 2.0], [0.0, 5.0])


def test_a_sensor_that_was_not_moved_and_input_that_ends(maker, monkeypatch):
    for typed in ("\n0\n\n100\n", "\n0\n", ""):
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        assert maker("calibrate", "level.py", "--channel", "level", "--port", ESP32).code == 1
    assert not (data_dir() / "calibrations.json").exists()


@pytest.fixture
def calibrated(maker) -> None:
    points = ("--point", "1.5=0", "--point", "2.5=100")
    ended = maker("calibrate", "level.py", "--channel", "level", "--port", ESP32, *points)
    assert (ended.code, ended.errors) == (0, [])
    assert "Kept for this board: 1.5 → 0 V, 2.5 → 100 V" in ended.out


def test_the_next_measurement_is_right_and_what_is_recorded_as_it_was(calibrated, maker):
    level(2.0)
    ended = maker(
        "run", "level.py", "--port", ESP32, "--samples", "3", "--out", "out.csv", "--until", "level > 49"
    )
    assert (ended.code, ended.errors) == (0, [])
    assert "level is calibrated (" in ended.out and "): 1.5 → 0 V, 2.5 → 100 V" in ended.out
    assert column(1) == ["50.00"] and column(2) == ["2.50"]
    with Notebook() as notebook:
        assert list(notebook.samples(1, raw=True).values["level"]) == [2.0]
        assert list(notebook.samples(1).values["level"]) == [50.0]
        assert notebook.get("last").about.calibration["level"].known == (0.0, 100.0)


def test_another_board_is_not_touched(calibrated, maker):
    ended = maker("run", "level.py", "--port", "virtual:esp32/other", "--samples", "3", "--out", "out.csv")
    assert "calibrated" not in ended.out
    assert column(1) == ["1.25"] * 3


def test_a_calibration_replaces_the_one_before(calibrated, maker):
    points = ("--point", "1=0", "--point", "2=1")
    assert maker("calibrate", "level.py", "--channel", "level", "--port", ESP32, *points).code == 0
    (one,) = json.loads(maker("calibrate", "--list", "--json").out)
    assert (one["id"], one["board"], one["channel"], one["unit"]) == (ESP32, "esp32", "level", "V")
    assert (one["measured"], one["known"]) == ([1.0, 2.0], [0.0, 1.0])


def test_listed_and_removed(calibrated, maker):
    points = ("--point", "1=0", "--point", "2=1")
    maker("calibrate", "level.py", "--channel", "other", "--port", ESP32, *points)
    listed = maker("calibrate", "--list").out
    assert "1.5 → 0 V, 2.5 → 100 V" in listed and "ESP32 virtual:esp32" in listed
    assert (
        "1 calibration removed." in maker("calibrate", "--clear", "--channel", "level", "--port", ESP32).out
    )
    assert [one["channel"] for one in json.loads(maker("calibrate", "--list", "--json").out)] == ["other"]
    assert maker("calibrate", "--clear", "--yes").code == 0
    assert "Nothing is calibrated." in maker("calibrate", "--list").out
    assert "Nothing is calibrated." in maker("calibrate", "--clear").out


def test_to_remove_several_is_asked(calibrated, maker, monkeypatch):
    points = ("--point", "1=0", "--point", "2=1")
    maker("calibrate", "level.py", "--channel", "other", "--port", ESP32, *points)
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    assert "Remove 2 calibrations?" in maker("calibrate", "--clear").out
    assert len(json.loads(maker("calibrate", "--list", "--json").out)) == 2


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (("level.py", "--known", "1"), "A calibration takes two known values, not 1."),
        (("level.py", "--known", "x", "--known", "1"), "'x' is no number."),
        (("level.py", "--known", "nan", "--known", "1"), "'nan' is no number."),
        (("level.py", "--point", "1=2"), "A calibration takes two points, not 1."),
        (("level.py", "--point", "1", "--point", "2=3"), "'' is no number."),
        ((), "WHAT is missing."),
        (("humidity", "--channel", "heat"), "There is no channel called heat."),
        (("level.py", "--port", ESP32, "--point", "1=0", "--point", "2=1"), "There are several channels"),
        (
            ("level.py", "--port", ESP32, "--channel", "x", "--point", "1=0", "--point", "2=1"),
            "There is no channel called x.",
        ),
        (
            ("level.py", "--port", ESP32, "--channel", "level", "--point", "1=0", "--point", "1=1"),
            "Both times level read about 1",
        ),
        (("level.py", "--port", "COM98", "--port", "COM99"), "One board is calibrated at a time."),
    ],
)
def test_wrong_input_is_said_in_two_lines_and_nothing_is_kept(options, what, maker):
    ended = maker("calibrate", *options)
    assert ended.code in (1, 2)
    assert len(ended.errors) == 2 and what in ended.errors[0]
    assert not (data_dir() / "calibrations.json").exists()


DOUBLE_POINT = """[{"board_id": "x", "board": "", "channel": "a", "calibration":
 {"measured": [1, 1], "known": [0, 1], "unit": "", "made_at": ""}}]"""


@pytest.mark.parametrize("content", ["", "[", "{}", '[{"board_id": 1}]', DOUBLE_POINT])
def test_a_damaged_file_is_said_and_not_overwritten(content, maker):
    path = data_dir() / "calibrations.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    ended = maker("run", "level.py", "--port", ESP32, "--samples", "3")
    if content == "{}":
        assert ended.code == 0  # nothing in it
        return
    assert ended.code == 1 and len(ended.errors) == 2
    assert "The file with the calibrations was damaged." in ended.errors[0]
    assert path.read_text(encoding="utf-8") == content
