"""`maker run` that begins and ends when something is true, calculates channels, and takes marks."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from makerlab.cli.figures import Figures
from makerlab.experiment import measuring, until
from makerlab.experiment.model import Experiment
from makerlab.recording.store.notebook import Notebook
from makerlab.wire.events import Channel, Header, Samples

COUNTING = """\
from lab import channel, run
n = 0
def count():
    global n
    n += 1
    return n
channel("n", "m", count)
channel("half", "m", lambda: n / 2, 0.5)
run(hz=100, name="counting")
"""
ESP32 = "virtual:esp32?fresh=1"


@pytest.fixture(autouse=True)
def a_program() -> None:
    Path("counting.py").write_text(COUNTING, encoding="utf-8")


@pytest.fixture
def run(maker) -> Callable[..., tuple[int, list[str]]]:
    """Run the counting program; its exit code and errors."""

    def measured(*options: str) -> tuple[int, list[str]]:
        ended = maker("run", "counting.py", "--port", ESP32, "--out", "out.csv", *options)
        return ended.code, ended.errors

    return measured


def table() -> list[list[str]]:
    with Path("out.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def column(index: int) -> list[str]:
    return [row[index] for row in table()[1:] if row[index]]


def test_until_a_condition_is_true_with_the_row_of_which_it_is(run):
    assert run("--until", "n >= 12") == (0, [])
    assert column(1)[-1] == "12"


def test_from_a_condition_on_time_and_rows_count_from_there(run):
    assert run("--from", "half > 5", "--samples", "6") == (0, [])
    assert column(1) == ["11", "12", "13", "14", "15", "16"]
    assert table()[1][0] == "0.000"


def test_from_and_until(run):
    assert run("--from", "n == 7", "--until", "n > first(n) + 3") == (0, [])
    assert column(1) == ["7", "8", "9", "10", "11"]


def test_a_condition_sees_what_is_calculated(run):
    assert run("--derive", "double = n * 2", "--until", "double >= 20") == (0, [])
    assert table()[0] == ["time (s)", "n (m)", "half (m)", "double", "event"]
    assert column(3)[-1] == "20.0" and column(1)[-1] == "10"


def test_what_is_stored_is_what_was_measured(run):
    assert run("--derive", "gone = first(n) - n", "--average", "5", "--samples", "8") == (0, [])
    assert column(1) == [str(n) for n in range(1, 9)]  # not averaged
    with Notebook() as notebook:
        recording = notebook.get("last")
        raw, shown = notebook.samples(1, raw=True), notebook.samples(1)
    assert list(raw.values) == ["n", "half"]
    assert [one.formula for one in recording.about.derived] == ["first(n) - n"]
    assert list(shown.values["gone"]) == [-float(n) for n in range(8)]
    assert column(3) == [str(-n) for n in range(8)]


def test_waiting_is_shown_with_the_values_it_waits_for(maker, monkeypatch):
    take = measuring.Measuring._take

    def press(self, batch):
        take(self, batch)
        if self.reading:
            self._stopped = lambda: True  # as Ctrl-C does

    monkeypatch.setattr(measuring.Measuring, "_take", press)
    ended = maker("run", "counting.py", "--port", ESP32, "--from", "n > 1000000")
    assert "Waiting for: n > 1000000" in ended.out
    assert ended.code == 1
    assert re.fullmatch(
        r"Error: Nothing was recorded: “n > 1000000” never became true \(at last: n \d+\)\.", ended.errors[0]
    )
    assert list(Path().glob("*.csv")) == []


def test_a_limited_time_limits_the_waiting_too_and_a_log_says_once_that_it_waits(maker, monkeypatch):
    monkeypatch.setattr(until, "MIN_WAIT_S", 0.0)
    ended = maker("run", "counting.py", "--port", ESP32, "--from", "n > 1000000", "--for", "1.5s")
    assert ended.out.count("Waiting for: n > 1000000") == 1
    assert ended.code == 1
    assert "“n > 1000000” never became true (at last: n " in ended.errors[0]
    assert "--for" in ended.errors[1]


def test_scripts_are_told_what_it_waits_for(maker):
    ended = maker("run", "counting.py", "--port", ESP32, "--from", "n > 20", "--samples", "2", "--json")
    records = [json.loads(line) for line in ended.out.splitlines()]
    assert [one["for"] for one in records if one["type"] == "waiting"] == ["n > 20"]
    assert [one["values"]["n"] for one in records if one["type"] == "row"] == [21, 22]


@pytest.mark.parametrize(
    ("options", "what", "todo"),
    [
        (
            ("--until", "m > 3"),
            "“m > 3”, character 1: there is no channel called m.",
            "The channels are: n, half.",
        ),
        (
            ("--derive", "n = half * 2"),
            "--derive cannot be 'n': there is a channel of that name already.",
            "n_2",
        ),
        (
            ("--derive", "d = halve * 2"),
            "character 1: there is no channel called halve",
            "Did you mean half?",
        ),
    ],
)
def test_a_channel_there_is_none_of_is_found_out_when_the_program_names_its_own(options, what, todo, run):
    code, (first, second) = run(*options)
    assert code == 2
    assert what in first and todo in second
    assert not Path("out.csv").exists()


@pytest.mark.parametrize(
    "option",
    [
        "n >",
        "n",
        "1 < 2 < ",
        "__import__('os').system('x')",
        "(" * 250,
        "9**9**9**9**9 >",
        "n" * 1000,
        "",
        "\x00",
    ],
)
def test_what_is_no_condition_is_said_before_anything_is_done(option, maker):
    ended = maker("run", "counting.py", "--port", "COM99", "--until", option)
    assert ended.code == 2
    assert len(ended.errors) == 2 and "COM99" not in "".join(ended.errors)


def test_a_bomb_is_calculated_as_missing(run):
    assert run("--derive", "bomb = 9 ^ 9 ^ 9 ^ 9 ^ 9 ^ n", "--samples", "3") == (0, [])
    assert column(3) == []


@pytest.mark.parametrize(
    "options", [("--average", "0"), ("--average", "x"), ("--derive", "n"), *[("--derive", "a=n") * 9]]
)
def test_other_wrong_options(options, maker):
    ended = maker("run", "counting.py", "--port", "COM99", *(options if isinstance(options, tuple) else ()))
    assert ended.code in (1, 2) and len(ended.errors) == 2


def test_an_experiments_channels_may_be_called_by_their_titles(maker):
    ended = maker(
        "run", "humidity", "--port", ESP32, "--until", "气温 > -50", "--derive", "湿 = 相对湿度 * 1"
    )
    assert (ended.code, ended.errors) == (0, [])
    with Notebook() as notebook:
        assert notebook.get("last").about.derived[0].formula == "humidity * 1"


def test_an_experiments_channels_are_known_before_a_board_is_asked(maker):
    ended = maker("run", "humidity", "--port", "COM99", "--until", "temprature > 3")
    assert ended.code == 2
    assert "character 1: there is no channel called temprature" in ended.errors[0]


def test_a_moving_average_is_for_the_view():
    figures = Figures(Experiment("x", {}), average=3)
    header = Header("x", (Channel("a", "V", 0.1, 1), Channel("b", decimals=None)))
    figures.take(
        [header, Samples([(1, 0, 10, 1.0), (2, 100, 20, 2.0), (3, 200, None, 2.0), (4, 300, 30, 3.0)])], 1.0
    )
    assert [channel.reading for channel in figures.channels] == ["2.0 V", "2.33333"]
    figures.take([Samples([(5, 400, 70, 4.0)])], 1.1)
    assert [channel.reading for channel in figures.channels] == ["4.0 V", "3.0"]


# -- marks -------------------------------------------------------------------------------------------------


def press_at_row_5(monkeypatch: pytest.MonkeyPatch, do: Callable[[measuring.Measuring], None]) -> None:
    take = measuring.Measuring._take

    def pressed(self, batch):
        before = self.rows
        take(self, batch)
        if before < 5 <= self.rows:
            do(self)

    monkeypatch.setattr(measuring.Measuring, "_take", pressed)


def test_a_mark_is_written_down_by_the_board_itself(maker, monkeypatch):
    press_at_row_5(monkeypatch, lambda one: one.notes.mark("盖子\n打开"))
    options = ("--until", "n > 40", "--out", "out.csv")
    assert maker("run", "counting.py", "--port", ESP32, *options).code == 0
    assert column(3) == ["盖子 打开"]
    with Notebook() as notebook:
        assert [(one.kind, one.text) for one in notebook.get("last").events] == [("mark", "盖子 打开")]


def test_a_mark_in_plain_prints_is_dated_here(maker, monkeypatch):
    Path("plain.py").write_text(
        "import time\nfor n in range(60):\n    print('n:', n)\n    time.sleep_ms(5)\n", encoding="utf-8"
    )
    press_at_row_5(monkeypatch, lambda one: one.notes.mark("now"))
    assert maker("run", "plain.py", "--port", ESP32, "--out", "out.csv").code == 0
    assert [row[2] for row in table()[1:] if row[2]] == ["now"]
    times = [float(row[0]) for row in table()[1:]]
    assert times == sorted(times)


def test_zero_on_a_board_that_can(maker, monkeypatch):
    press_at_row_5(monkeypatch, lambda one: one.notes.tare())
    assert maker("run", "counting.py", "--port", ESP32, "--until", "time > 0.4", "--out", "out.csv").code == 0
    assert any("归零" in text for text in column(3))
    assert column(1).count("1") == 2  # counts from there anew
