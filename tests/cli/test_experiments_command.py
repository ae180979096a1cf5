"""`maker experiments list` and `maker experiments show`."""

from __future__ import annotations

import json

import pytest

from makerlab.boards import catalogue
from makerlab.cli.columns import columns
from makerlab.experiment.find import by_name, find, names

WIDTH = 80


def squeezed(text: str) -> str:
    """Without the spaces and line ends that a table's columns bring."""
    return "".join(text.split())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_experiment_is_listed_with_its_question(maker, language, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    ended = maker("experiments", "list", "--lang", language)
    assert (ended.code, ended.errors) == (0, [])
    assert max(columns(line.rstrip()) for line in ended.out.splitlines()) <= WIDTH
    lines = ended.out.splitlines()
    for name in names():
        (at,) = (index for index, line in enumerate(lines) if line.split(" ")[0] == name)
        experiment = by_name(name)
        assert experiment.title[language] in lines[at]
        shown = squeezed("".join(lines[at : at + 3]))
        assert squeezed(experiment.question[language])[:20] in shown


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", names())
def test_one_experiment_as_it_is(maker, name, language, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    ended = maker("experiments", "show", name, "--lang", language)
    assert (ended.code, ended.errors) == (0, [])
    experiment = by_name(name)
    edition = experiment.editions["esp32"]
    for line in edition.source.splitlines():
        assert f"  {line}".rstrip() in ended.out.splitlines()
    told = squeezed(ended.out)
    for text in (experiment.title, experiment.question, *experiment.mind):
        assert squeezed(text[language]) in told
    for channel in experiment.channels.values():
        assert channel.title[language] in ended.out
    for wire in edition.wiring:
        assert wire.pin in ended.out
    assert f"maker run {name} --port virtual:esp32" in ended.out
    assert max(columns(line.rstrip()) for line in ended.out.splitlines()) <= WIDTH


def test_boards_that_are_wired_alike_share_a_row(maker):
    lines = maker("experiments", "show", "distance").out.splitlines()
    table = lines[lines.index("Board           VCC   Trig   Echo   GND") :]
    assert [line.rstrip() for line in table[1:8]] == [
        "ESP32           3V3   D25    D26    GND",
        "ESP32-S2,       3V3   6      7      GND",
        "ESP32-S3,",
        "ESP32-C3,",
        "ESP32-C6",
        "micro:bit V1,   3V    P1     P2     GND",
        "micro:bit V2",
    ]


def test_where_a_board_measures_less_or_otherwise_it_is_said(maker):
    assert "relative humidity (not on micro:bit V1)" in " ".join(
        maker("experiments", "show", "weather").out.split()
    )
    assert "mV; a number (micro:bit V2)" in maker("experiments", "show", "sound").out
    assert "Nothing to connect (micro:bit V2)\n" in maker("experiments", "show", "sound").out


@pytest.mark.parametrize("key", catalogue().boards)
def test_for_one_board(maker, key):
    out = maker("experiments", "show", "sound", "--board", key).out
    experiment = by_name("sound")
    assert experiment.editions[key].source.splitlines()[-2] in out
    others = {board.shown_name for board in catalogue().boards.values() if board.key != key}
    head = out[: out.index("\nMind")]
    assert not {name for name in others if f"\n{name} " in head}


@pytest.mark.parametrize(
    "spelling", ["pendulum", "PENDULUM", "Pendulum", "单摆", "Reaction time", "reaction"]
)
def test_names_and_titles_as_people_write_them(maker, spelling):
    assert maker("experiments", "show", spelling).code == 0
    assert find(spelling)[0].name in ("pendulum", "reaction")


def test_json_for_scripts(maker):
    listed = json.loads(maker("experiments", "list", "--json").out)
    assert [one["experiment"] for one in listed] == names()
    shown = json.loads(maker("experiments", "show", "weather", "--json").out)
    assert shown["title"]["zh"] == "气象站"
    assert shown["channels"][2] == {
        "channel": "pressure", "title": {"zh": "气压", "en": "air pressure"}, "unit": "hPa",
    }  # fmt: skip
    assert shown["editions"]["esp32"]["wiring"][2] == {"pin": "D22", "to": {"zh": "SCL", "en": "SCL"}}
    assert list(shown["editions"]["microbit-v1"]["units"]) == ["temperature", "pressure"]
    assert shown["editions"]["microbit-v2"]["source"].endswith('run(1, "weather")\n')


@pytest.mark.parametrize(
    ("arguments", "what", "todo"),
    [
        (("show", "pendulm"), "no experiment called pendulm", "pendulum"),
        (("show", "火箭"), "no experiment called 火箭", "maker experiments list"),
        (("show", "sound", "--board", "arduino"), "no board called arduino", "microbit-v2"),
        (("list", "--board", "arduino"), "no board called arduino", "microbit-v2"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(maker, arguments, what, todo):
    ended = maker("experiments", *arguments)
    assert ended.code != 0
    assert what in ended.errors[0]
    assert todo in ended.errors[1]
    assert len(ended.errors) == 2


def test_a_misspelt_experiment_to_run_is_told_the_nearest(maker):
    ended = maker("run", "pendulm", "--port", "virtual:esp32?fresh=1")
    assert ended.code == 1
    assert "Did you mean pendulum?" in ended.errors[1] and "maker experiments list" in ended.errors[1]
