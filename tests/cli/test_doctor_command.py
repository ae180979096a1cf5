"""`maker doctor` as a person and a script see it."""

from __future__ import annotations

import json

import pytest

from makerlab.doctor import look
from makerlab.doctor.facts import Facts, Port, Python
from makerlab.errors import PortBusy
from makerlab.link import open_link

BUSY = Port("COM3", error=PortBusy(port="COM3"), holders=("Thonny",))


@pytest.fixture
def finds(monkeypatch):
    """What the look around brings, said by a test."""

    def set_facts(facts: Facts) -> None:
        monkeypatch.setattr(look, "look", lambda port, say: facts)

    return set_facts


def test_all_is_well(maker, finds):
    finds(Facts("linux", python=Python((3, 12), 64)))
    ended = maker("doctor")
    assert (ended.code, ended.errors) == (0, [])
    assert "No problem" in ended.out


def test_a_problem_and_a_note(maker, finds):
    finds(Facts("linux", (BUSY,), missing_tools=("qemu",)))
    ended = maker("doctor")
    assert ended.code == 1 and ended.errors == []
    lines = ended.out.splitlines()
    assert lines[0].startswith("Problem: ") and "Thonny" in lines[0]
    assert lines[1].startswith("  Do this: ")
    assert lines[2].startswith("Note: ")
    assert lines[-1] == "1 problem was found."


def test_for_scripts(maker, finds):
    finds(Facts("linux", (BUSY,)))
    ended = maker("doctor", "--json")
    assert ended.code == 1
    (row,) = json.loads(ended.out)
    assert (row["cause"], row["level"], row["about"]) == ("port-busy", "problem", "COM3")
    assert row["what"] and row["todo"]


def test_in_chinese(maker, finds, monkeypatch):
    monkeypatch.setenv("MAKER_LANG", "zh")
    finds(Facts("linux", (BUSY,)))
    out = maker("doctor").out
    assert "占用" in out and "Thonny" in out and "Problem" not in out


def test_one_genuine_board(maker):
    ended = maker("doctor", "--port", "virtual:esp32")
    assert (ended.code, ended.errors) == (0, [])
    assert "virtual:esp32: all right (ESP32, MicroPython" in ended.out


def test_a_board_that_another_program_holds(maker):
    with open_link("virtual:esp32/held"):
        ended = maker("doctor", "--port", "virtual:esp32/held")
    assert ended.code == 1 and ended.errors == []
    assert "in use" in ended.out


def test_one_at_a_time(maker):
    ended = maker("doctor", "--port", "COM3", "--port", "COM4")
    assert ended.code == 2 and len(ended.errors) == 2


def test_everything_is_looked_at(maker, monkeypatch):
    """The genuine look around; only the network is left out."""
    monkeypatch.setattr(look.computer, "network", lambda: None)
    ended = maker("doctor", "--json")
    assert ended.code in (0, 1) and ended.errors == []
    assert isinstance(json.loads(ended.out), list)
