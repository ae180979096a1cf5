"""The ready experiments: described as they are, written for learners, at home on the boards they name.

tests/cli/test_run_experiments.py runs them through `maker run` on the virtual boards; here they run on the
emulated micro:bit V1, as `maker run` has them run.
"""

from __future__ import annotations

import ast
import json
import os
import re
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import pytest
from programs_on_boards import esp32, v1

from makerlab.boards import Board, boards
from makerlab.cli.columns import columns
from makerlab.experiment.find import find, names
from makerlab.experiment.model import Edition
from makerlab.experiment.run import finish, measure, prepare, start
from makerlab.experiment.until import Until, Watch
from makerlab.files.strip import strip
from makerlab.repl.session import Session
from makerlab.resources import firmware_dir
from makerlab.sensors import POWER, sensors
from makerlab.virtual.scenes import built_in
from makerlab.wire.events import End, Event, Fault, Gap, Header, Samples, Text
from makerlab.wire.stream import StreamDecoder

__all__ = ["esp32", "v1"]  # fixtures

PROMISED = {
    "thermometer", "light", "motion", "sound", "distance", "humidity", "magnet", "soil", "colour", "weather",
    "pulses", "reaction", "pendulum", "cooling",
}  # fmt: skip
MAX_LINES = 33
"""Of a program: it has to fit on the wall of a classroom."""
MAX_COLUMNS = 78
"""Of its lines: `maker experiments show` indents them by two, and a console has 80."""
MAX_QUESTION = 80
"""Columns of a console: one line."""
BOARDS = {board.key: board for board in boards()}
EVERYWHERE = [(name, BOARDS[key]) for name in names() for key in find(name)[0].editions]
everywhere = pytest.mark.parametrize(
    ("name", "board"), EVERYWHERE, ids=[f"{name}-{board.key}" for name, board in EVERYWHERE]
)
every = pytest.mark.parametrize("name", names())


def edition_of(name: str, board: Board) -> Edition:
    edition = find(name)[0].edition(board.key, board.family)
    assert edition is not None
    return edition


def calls(source: str) -> list[tuple[str, list[object]]]:
    """Every call of a plain name: what is called, and its arguments that are written as values."""
    return [
        (node.func.id, [ast.literal_eval(arg) for arg in node.args if isinstance(arg, ast.Constant)])
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]


# -- the descriptions --------------------------------------------------------------------------------------


def test_all_that_are_promised_are_there_for_every_board():
    assert set(names()) == PROMISED
    assert len(EVERYWHERE) == len(PROMISED) * len(BOARDS)


@everywhere
def test_the_description_says_what_the_program_does(name: str, board: Board):
    """Its channels, units, rate and name, read from the program's own lines."""
    experiment, edition = find(name)[0], edition_of(name, board)
    found = calls(edition.source)
    channels = [args[:2] for function, args in found if function == "channel"]
    assert channels == [[name, experiment.unit(name, edition)] for name in experiment.measured(edition)]
    assert [args for function, args in found if function == "run"] == [[experiment.rate_hz, name]]


@everywhere
def test_the_pins_of_the_wiring_are_those_of_the_program(name: str, board: Board):
    edition = edition_of(name, board)
    supply = sensors().supplies[board.family]
    used = {
        arg for function, args in calls(edition.source) if function not in ("channel", "run") for arg in args
    }
    for pin in {wire.pin for wire in edition.wiring} - {supply[POWER], supply["ground"]}:
        notes = board.pins[pin].mind
        number = int(pin.lstrip("P")) if board.pins[pin].gpio is None else board.pins[pin].gpio
        by_itself = "i2c()" in edition.source or "button" in notes  # the bus knows its pins, button A is P5
        assert by_itself or number in used, pin


@everywhere
def test_what_has_to_be_connected_is_said(name: str, board: Board):
    """A driver in the program, a sensor in the wiring; where there is none, the board has it on it."""
    edition = edition_of(name, board)
    modules = {sensors().sensors[key].module for key in edition.sensors}
    drivers = {path.stem for path in (firmware_dir() / "sensors").glob("*.py")}
    imported = {match for match in re.findall(r"^from (\w+) import", edition.source, re.MULTILINE)}
    assert modules == imported & drivers
    assert bool(edition.wiring) == bool(imported & (drivers | {"pins"})) or name == "pulses"


@every
def test_the_question_is_one_line_and_the_texts_are_in_both_languages(name: str):
    experiment = find(name)[0]
    assert 2 <= len(experiment.mind) <= 5
    titles = [channel.title for channel in experiment.channels.values()]
    for text in (experiment.title, experiment.question, *experiment.mind, *titles):
        assert re.search("[\u4e00-\u9fff]", text["zh"]) and text["en"].isprintable()
        assert not re.search("[\u4e00-\u9fff]", text["en"])
    assert all(text.endswith(("?", "？")) for text in experiment.question.values())
    assert max(map(columns, experiment.question.values())) <= MAX_QUESTION
    assert not experiment.scene or experiment.scene in built_in()


# -- the programs ------------------------------------------------------------------------------------------


@everywhere
def test_a_program_is_short_and_explained_in_both_languages(name: str, board: Board):
    source = edition_of(name, board).source
    assert len(source.splitlines()) <= MAX_LINES
    assert max(map(columns, source.splitlines())) <= MAX_COLUMNS
    first, second = source.splitlines()[:2]
    assert first.startswith("# ") and first.isascii()
    assert second.startswith("# ") and re.search("[\u4e00-\u9fff]", second)


@every
def test_the_newer_esp32s_have_the_same_program_on_other_pins(name: str):
    """So what runs on the virtual ESP32 holds for them too. (The thermometer's chips differ.)"""
    older, *newer = (
        edition_of(name, BOARDS[key]) for key in ("esp32", "esp32s2", "esp32s3", "esp32c3", "esp32c6")
    )
    assert len({edition.file for edition in newer}) == 1
    if name != "thermometer":
        assert without_pins(older.source) == without_pins(newer[0].source)


def without_pins(source: str) -> str:
    """A program's syntax tree without the whole numbers in its calls."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            node.args = [arg for arg in node.args if type(getattr(arg, "value", None)) is not int]
    return ast.dump(tree)


@everywhere
def test_it_brings_the_modules_it_needs_and_hides_none_of_the_boards_own(name: str, board: Board):
    experiment, folder = find(name)
    prepared = prepare(experiment, folder, board)
    ours = {path.name for room in ("lab", "sensors") for path in (firmware_dir() / room).glob("*.py")}
    own = {path.name for path in folder.glob("*.py")}
    assert "lab.py" in prepared.modules and set(prepared.modules) <= ours | own
    if board.key == "microbit-v1":
        edition = (firmware_dir() / "lab" / "lab_microbit_v1.py").read_text(encoding="utf-8")
        assert prepared.modules["lab.py"].decode() == strip(edition)


SOURCES = {(board.key == "microbit-v1", edition_of(name, board).source): name for name, board in EVERYWHERE}
"""Every program once: whether it is for the V1, and its text."""


@pytest.mark.parametrize(
    ("small", "source"), SOURCES, ids=[f"{name}-{number}" for number, name in enumerate(SOURCES.values())]
)
def test_micropython_can_compile_it(request: pytest.FixtureRequest, small: bool, source: str):
    """By the board's own runtime where there is one here, else by the newest."""
    session: Session = request.getfixturevalue("v1" if small else "esp32")
    session.exec("if 0:\n" + textwrap.indent(strip(source), " "))


# -- on the emulated micro:bit V1 --------------------------------------------------------------------------

NOT_ON_QEMU = {"thermometer": "temperature() never returns", "magnet": "the compass never returns"}
"""What cannot be run there, and why."""
SILENT_ON_QEMU = {
    "distance": r"not connected",  # pins give 0
    "soil": r"not connected",
    "cooling": r"not connected",
    "reaction": r"not pressed",
    "humidity": r"another chip.*",  # its bus answers every chip with dots
    "weather": r"another chip.*",
    "colour": r"another chip.*",
}
"""Experiments whose sensors QEMU does not have: their rows are empty, and say so in these words."""
HEAP_TABLE = Path(__file__).with_name("experiments_v1_heap.json")
"""Experiment: bytes of the V1's heap left in its loop. After a change that is meant: MAKER_GOLDEN=write."""
HEAP_BYTES = 8_880
LEAST_LEFT = HEAP_BYTES // 5
"""A learner's own lines have to fit in as well."""
HEAP_WANDERS = 64
"""Where an object lands, and what is left of a collection, differs by some blocks of 16 bytes."""
QUICK_HZ = 20
"""Rows a second here: at the experiments' own rates it would only take longer."""
LEFT_IN_THE_LOOP = """
import gc
def free():
 gc.collect()
 return gc.mem_free()
channel("free", "byte", free)
"""


@pytest.mark.parametrize("name", [name for name in names() if name not in NOT_ON_QEMU])
def test_it_measures_on_a_v1_and_leaves_room(v1: Session, name: str):
    """Put there, started, read and ended as `maker run` does it; with one channel more, the memory left."""
    board = BOARDS["microbit-v1"]
    experiment, folder = find(name)
    edition = edition_of(name, board)
    program, ending = edition.source.rsplit("run(", 1)
    ending = re.sub(r"[\d.]+", str(QUICK_HZ), ending, count=1)
    watched = replace(edition, source=f"{program}{LEFT_IN_THE_LOOP}run({ending}")
    prepared = prepare(replace(experiment, editions={board.key: watched}), folder, board)
    decoder = StreamDecoder()
    events: list[Event] = []
    run = start(v1, prepared, board.limits)
    for part in (measure(run, decoder, Watch(Until(samples=3), time.monotonic())), finish(run, decoder)):
        for batch in part:
            events += batch.events
    assert run.traceback == ""
    header = next(event for event in events if isinstance(event, Header))
    assert [(channel.name, channel.unit) for channel in header.channels[:-1]] == [
        (name, experiment.unit(name, edition)) for name in experiment.measured(edition)
    ]
    rows = [row for event in events if isinstance(event, Samples) for row in event.rows]
    measured = [row[2:-1] for row in rows]
    assert len(rows) >= 3
    faults = [event for event in events if isinstance(event, Fault)]
    if name in SILENT_ON_QEMU:
        assert {value for row in measured for value in row} == {None}
        assert faults and all(re.fullmatch(SILENT_ON_QEMU[name], fault.text) for fault in faults)
    else:
        assert not any(None in row for row in measured) and not faults
    assert any(isinstance(event, End) for event in events)
    assert not any(isinstance(event, Gap | Text) for event in events)
    _check_room(name, rows[-1][-1])


def _check_room(name: str, left: object) -> None:
    assert isinstance(left, int)
    recorded = json.loads(HEAP_TABLE.read_text(encoding="utf-8"))
    assert left >= LEAST_LEFT
    if os.environ.get("MAKER_GOLDEN") == "write":
        recorded[name] = left
        HEAP_TABLE.write_text(json.dumps(recorded, indent=2) + "\n", encoding="utf-8", newline="\n")
    assert abs(left - recorded[name]) <= HEAP_WANDERS, (
        f"{name}: {left} bytes left, {HEAP_TABLE.name} says otherwise"
    )
