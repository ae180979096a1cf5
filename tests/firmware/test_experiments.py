"""The ready experiments: described as they are, written for learners, running on the boards they name."""

from __future__ import annotations

import ast
import textwrap
from itertools import chain

import pytest
from programs_on_boards import esp32, v1

from makerlab.boards import Board, boards
from makerlab.experiment.find import find, names
from makerlab.experiment.run import Until, finish, measure, prepare, start
from makerlab.files.strip import strip
from makerlab.repl.session import Session
from makerlab.resources import firmware_dir
from makerlab.wire.events import End, Event, Gap, Header, Samples, Text
from makerlab.wire.stream import StreamDecoder

__all__ = ["esp32", "v1"]  # fixtures

MAX_LINES = 20
"""Of a program: it has to fit on the wall of a classroom."""
EVERYWHERE = [(name, board) for name in names() for board in boards()]
IDS = [f"{name}-{board.key}" for name, board in EVERYWHERE]


def test_there_are_the_three_that_the_readme_promises():
    assert {"thermometer", "light", "motion"} <= set(names())


@pytest.mark.parametrize(("name", "board"), EVERYWHERE, ids=IDS)
def test_the_description_says_what_the_program_does(name: str, board: Board):
    """Its channels, units, rate and name, read from the program's own lines."""
    experiment, _folder = find(name)
    edition = experiment.edition(board.key, board.family)
    assert edition is not None
    calls = [
        (node.func.id, [ast.literal_eval(arg) for arg in node.args if isinstance(arg, ast.Constant)])
        for node in ast.walk(ast.parse(edition.source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    channels = [args[:2] for function, args in calls if function == "channel"]
    assert channels == [[name, experiment.unit(name, edition)] for name in experiment.channels]
    assert [args for function, args in calls if function == "run"] == [[experiment.rate_hz, name]]


@pytest.mark.parametrize(("name", "board"), EVERYWHERE, ids=IDS)
def test_a_program_is_short_and_explained_in_both_languages(name: str, board: Board):
    source = find(name)[0].edition(board.key, board.family).source
    assert len(source.splitlines()) <= MAX_LINES
    first, second = source.splitlines()[:2]
    assert first.startswith("# ") and first.isascii()
    assert second.startswith("# ") and any("\u4e00" <= char <= "\u9fff" for char in second)


@pytest.mark.parametrize(("name", "board"), EVERYWHERE, ids=IDS)
def test_it_brings_the_modules_it_needs_and_hides_none_of_the_boards_own(name: str, board: Board):
    experiment, folder = find(name)
    prepared = prepare(experiment, folder, board)
    ours = {path.name for room in ("lab", "sensors") for path in (firmware_dir() / room).glob("*.py")}
    assert "lab.py" in prepared.modules and set(prepared.modules) <= ours
    if board.key == "microbit-v1":
        edition = (firmware_dir() / "lab" / "lab_microbit_v1.py").read_text(encoding="utf-8")
        assert prepared.modules["lab.py"].decode() == strip(edition)


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("board", boards(), ids=lambda board: board.key)
def test_micropython_can_compile_it(esp32, v1, name: str, board: Board):
    """By the board's own runtime where there is one here, else by the newest."""
    experiment, _folder = find(name)
    source = strip(experiment.edition(board.key, board.family).source)
    session = v1 if board.key == "microbit-v1" else esp32
    session.exec("if 0:\n" + textwrap.indent(source, " "))


# temperature() never returns on the emulated micro:bit.
RUNS = [("esp32", name) for name in names()] + [("v1", name) for name in names() if name != "thermometer"]


@pytest.mark.parametrize(("fixture", "name"), RUNS, ids=str)
def test_it_measures(request: pytest.FixtureRequest, fixture: str, name: str):
    session: Session = request.getfixturevalue(fixture)
    key = {"esp32": "esp32", "v1": "microbit-v1"}[fixture]
    board = next(board for board in boards() if board.key == key)
    experiment, folder = find(name)
    prepared = prepare(experiment, folder, board)
    decoder = StreamDecoder()
    events: list[Event] = []
    run = start(session, prepared, board.limits)
    for batch in chain(measure(run, decoder, Until(samples=3)), finish(run, decoder)):
        events += batch.events
    assert run.traceback == ""
    header = next(event for event in events if isinstance(event, Header))
    assert (header.name, header.rate_hz) == (name, experiment.rate_hz)
    edition = experiment.edition(board.key, board.family)
    assert [(channel.name, channel.unit) for channel in header.channels] == [
        (name, experiment.unit(name, edition)) for name in experiment.channels
    ]
    rows = [row for event in events if isinstance(event, Samples) for row in event.rows]
    assert len(rows) >= 3 and not any(None in row for row in rows)
    assert any(isinstance(event, End) for event in events)
    assert not any(isinstance(event, Gap | Text) for event in events)
