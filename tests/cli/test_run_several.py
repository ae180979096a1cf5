"""`maker run` on several boards at once."""

from __future__ import annotations

import csv
import json
import signal
import threading
from pathlib import Path

import pytest

from makerlab.cli import run_several
from makerlab.cli.figures import Figures
from makerlab.cli.run_several import LineView
from makerlab.cli.several import Task
from makerlab.cli.situation import Situation
from makerlab.experiment.model import Experiment
from makerlab.wire.events import Channel, Header, Samples, Text

PROGRAM = """\
from lab import channel, run
channel("level", "V", lambda: 125, 0.01)
run(hz=50, name="level")
"""
BOARDS = ("--port", "virtual:esp32/one", "--port", "virtual:esp32/two")


@pytest.fixture(autouse=True)
def a_program() -> None:
    Path("level.py").write_text(PROGRAM, encoding="utf-8")


def rows(path: Path) -> int:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sum(row[1] == "1.25" for row in csv.reader(file))


def test_a_file_and_a_line_for_each(maker):
    ended = maker("run", "level.py", *BOARDS, "--samples", "10")
    assert ended.code == 0
    files = sorted(Path().glob("*.csv"))
    assert [path.name[:23] for path in files] == ["level virtual esp32 one", "level virtual esp32 two"]
    assert [rows(path) for path in files] == [10, 10]
    for name, path in zip(("one", "two"), files, strict=True):
        assert f"virtual:esp32/{name}: " in ended.out
        assert f"Saved in: {path}" in ended.out


def test_named_files(maker):
    assert maker("run", "level.py", *BOARDS, "--samples", "3", "--out", "out.csv").code == 0
    assert sorted(path.name for path in Path().glob("*.csv")) == [
        "out virtual esp32 one.csv",
        "out virtual esp32 two.csv",
    ]


def test_one_that_fails_does_not_stop_the_others(maker):
    ended = maker("run", "level.py", *BOARDS, "--port", "virtual:esp99", "--samples", "5")
    assert ended.code == 3
    assert [rows(path) for path in Path().glob("*.csv")] == [5, 5]
    assert any(line.startswith("Error: There is no virtual board virtual:esp99") for line in ended.errors)
    assert "2 of 3 boards are done." in ended.errors


def test_an_error_of_the_program_on_every_board(maker):
    Path("level.py").write_text("for n in range(5):\n    print(n)\nprnt()\n", encoding="utf-8")
    ended = maker("run", "level.py", *BOARDS)
    assert ended.code == 1
    assert len(list(Path().glob("*.csv"))) == 2  # what came before the error is kept, and said
    assert ended.out.count("Saved in: ") == 2
    assert sum("level.py, line 3: nothing is called prnt" in line for line in ended.errors) == 2


def test_json_names_the_board_in_every_line(maker):
    ended = maker("run", "level.py", *BOARDS, "--samples", "4", "--json")
    records = [json.loads(line) for line in ended.out.splitlines()]
    for name in ("one", "two"):
        mine = [record for record in records if record["port"] == f"virtual:esp32/{name}"]
        assert [record["type"] for record in mine] == ["start", "header", *["row"] * 4, "end"]


def test_ctrl_c_ends_all_and_keeps_everything(maker, monkeypatch):
    both = threading.Barrier(2, action=lambda: signal.raise_signal(signal.SIGINT))
    update = LineView.update

    def press_once_both_measure(self, now):
        update(self, now)
        if self.figures.rows >= 5 and not hasattr(self, "pressed"):
            self.pressed = True
            both.wait(20)

    monkeypatch.setattr(run_several.LineView, "update", press_once_both_measure)
    ended = maker("run", "level.py", *BOARDS)
    assert ended.code == 0
    files = list(Path().glob("*.csv"))
    assert len(files) == 2 and all(rows(path) >= 5 for path in files)
    assert ended.out.count("Saved in: ") == 2


def test_the_line_of_a_board():
    said: list[str] = []
    wrote: list[str] = []
    figures = Figures(Experiment("x", {}, {"": ""}, {"": "x.py"}))
    view = LineView(figures, Task("COM3", said.append, wrote.append))
    view.update(0.0)
    channels = (Channel("light", "lx"), Channel("heat", "degC", 0.1, 1))
    events = [
        Header("x", channels, rate_hz=10),
        Samples([(seq, seq * 100, seq, 235) for seq in range(1, 9)]),
        *[Text("\x1b[2Jhello")] * 100,
    ]
    figures.take(events, 1.0)
    view.take(events, 1.0)
    view.update(1.0)
    assert said[-1].startswith("▂") and "█ light 8 lx · heat 23.5 °C · 8 rows" in said[-1]
    assert wrote == [" [2Jhello\n"] * 20


def test_the_line_of_a_board_that_is_unplugged_says_that_first():
    said: list[str] = []
    figures = Figures(Experiment("x", {}))
    view = LineView(figures, Task("COM3", said.append, said.append))
    figures.take([Header("x", (Channel("light", "lx"),)), Samples([(1, 0, 7)])], 1.0)
    figures.situation = lambda: Situation("unplugged", "Unplugged.")
    view.update(1.0)
    assert said == ["Unplugged."]
