"""A board that is unplugged while it measures, and comes back: the same recording goes on, with a gap.

Genuine virtual boards; the test holds their plugs (tests/plug.py).
"""

from __future__ import annotations

import csv
import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from plug import Plug, Room

from makerlab import connect
from makerlab.boards import Usb
from makerlab.experiment import comeback, measuring
from makerlab.labels import find
from makerlab.recording.store.notebook import Notebook

PROGRAM = """\
from lab import channel, run
channel("level", "V", lambda: 1.25, 0.01)
run(hz=50, name="level")
"""


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    """Two boards; the first is at COM7."""
    Path("level.py").write_text(PROGRAM, encoding="utf-8")
    room = Room(Plug("virtual:esp32/pulled"), Plug("virtual:esp32/other"))
    room.plugs[0].put("COM7")
    monkeypatch.setattr(connect, "open_link", room.open)
    monkeypatch.setattr(comeback, "list_ports", room.list_ports)
    monkeypatch.setattr(comeback, "look_up", room.look_up)
    monkeypatch.setattr(find, "look_up", room.look_up)
    return room


def pull_after(monkeypatch: pytest.MonkeyPatch, plug: Plug, rows: int, times: int = 1) -> None:
    """Pull the plug when so many rows have come; again after as many more, as often as `times`."""
    take = measuring.Measuring._take

    def counted(self, batch):
        take(self, batch)
        if plug.port == self.place.port and self.rows >= rows * (plug.pulled + 1) and plug.pulled < times:
            plug.pull()

    monkeypatch.setattr(measuring.Measuring, "_take", counted)


def when_noticed(monkeypatch: pytest.MonkeyPatch, do: Callable[[], None]) -> None:
    """Do it as soon as maker has noticed that the board is gone."""
    lost = comeback.Place.lost

    def then(self):
        lost(self)
        do()

    monkeypatch.setattr(comeback.Place, "lost", then)


def cells(path: str = "out.csv") -> list[list[str]]:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


@pytest.mark.parametrize("port", ["COM7", "COM9"])
def test_it_goes_on_wherever_it_is_plugged_in(port, room, maker, monkeypatch):
    pull_after(monkeypatch, room.plugs[0], 5)
    when_noticed(monkeypatch, lambda: room.plugs[0].put(port))
    ended = maker("run", "level.py", "--port", "COM7", "--samples", "12", "--out", "out.csv")
    assert (ended.code, ended.errors) == (0, [])
    assert sum(row[1] == "1.25" for row in cells()) == 12
    assert [row[2] for row in cells() if row[2]] == ["the board was unplugged"]
    times = [float(row[0]) for row in cells()]
    assert times == sorted(times)
    with Notebook() as notebook:
        recording = notebook.get("last")
    assert (recording.id, recording.rows, len(recording.parts)) == (1, 12, 2)
    assert [gap.lost for gap in recording.gaps] == [None]  # how many rows, nobody knows


def test_more_than_once(room, maker, monkeypatch):
    pull_after(monkeypatch, room.plugs[0], 4, times=3)
    when_noticed(monkeypatch, lambda: room.plugs[0].put("COM7"))
    ended = maker("run", "level.py", "--port", "COM7", "--samples", "16", "--out", "out.csv")
    assert (ended.code, ended.errors) == (0, [])
    assert sum(row[1] == "1.25" for row in cells()) == 16
    assert [row[2] for row in cells() if row[2]] == ["the board was unplugged"] * 3
    assert "· unplugged 3 times, " in ended.out


def test_another_board_that_is_plugged_in_meanwhile_is_not_taken_for_it(room, maker, monkeypatch):
    ours, other = room.plugs
    pull_after(monkeypatch, ours, 5)
    when_noticed(monkeypatch, lambda: other.put("COM8"))
    look = comeback.Place.look

    def then_ours(self):
        found = look(self)
        assert found is None or ours.port
        ours.put("COM9")
        return found

    monkeypatch.setattr(comeback.Place, "look", then_ours)
    ended = maker("run", "level.py", "--port", "COM7", "--samples", "12", "--out", "out.csv")
    assert (ended.code, ended.errors) == (0, [])
    assert room.opened[:3] == ["COM7", "COM7", "COM8"] and room.opened[-1] == "COM9"


def test_a_board_that_was_there_before_is_not_disturbed(room, maker, monkeypatch):
    ours, other = room.plugs
    other.put("COM3")
    pull_after(monkeypatch, ours, 5)
    ended = maker("run", "level.py", "--port", "COM7", "--wait", "100ms", "--out", "out.csv")
    assert set(room.opened) == {"COM7"}
    assert ended.code == 1


def test_a_micro_bit_is_known_by_its_usb_serial_number_before_it_is_opened(room, maker, monkeypatch):
    ours, other = room.plugs
    ours.usb = Usb(0x0D28, 0x0204, "9904" + "a" * 44, "BBC micro:bit CMSIS-DAP")
    other.usb = Usb(0x0D28, 0x0204, "9904" + "b" * 44, "BBC micro:bit CMSIS-DAP")
    pull_after(monkeypatch, ours, 5)

    def both() -> None:
        other.put("COM7")  # into the socket of ours
        ours.put("COM8")

    when_noticed(monkeypatch, both)
    ended = maker("run", "level.py", "--port", "COM7", "--samples", "12", "--out", "out.csv")
    assert (ended.code, ended.errors) == (0, [])
    assert room.opened == ["COM7", "COM8"]


def test_it_does_not_come_back(room, maker, monkeypatch):
    pull_after(monkeypatch, room.plugs[0], 5)
    ended = maker("run", "level.py", "--port", "COM7", "--wait", "100ms", "--out", "out.csv")
    assert ended.code == 1
    assert ended.errors[0] == "Error: The connection to COM7 broke off, and the board did not come back."
    assert "Saved in: out.csv" in ended.out
    assert "Unplugged. Plug the board in again: recording goes on." in ended.out
    assert sum(row[1] == "1.25" for row in cells()) >= 5


def test_nobody_waits_when_told_so(room, maker, monkeypatch):
    pull_after(monkeypatch, room.plugs[0], 5)
    ended = maker("run", "level.py", "--port", "COM7", "--wait", "0")
    assert ended.code == 1
    assert ended.errors[0] == "Error: The connection to COM7 broke off."
    assert room.opened == ["COM7"]


def test_the_time_goes_on_while_it_is_away(room, maker, monkeypatch):
    pull_after(monkeypatch, room.plugs[0], 5)
    ended = maker("run", "level.py", "--port", "COM7", "--for", "300ms", "--out", "out.csv")
    assert (ended.code, ended.errors) == (0, [])
    assert sum(row[1] == "1.25" for row in cells()) >= 5


def test_ctrl_c_ends_the_waiting(room, maker, monkeypatch):
    pull_after(monkeypatch, room.plugs[0], 5)
    when_noticed(monkeypatch, lambda: signal.raise_signal(signal.SIGINT))
    ended = maker("run", "level.py", "--port", "COM7", "--out", "out.csv")
    assert (ended.code, ended.errors) == (0, [])
    assert "Saved in: out.csv" in ended.out


def test_scripts_are_told(room, maker, monkeypatch):
    pull_after(monkeypatch, room.plugs[0], 5)
    when_noticed(monkeypatch, lambda: room.plugs[0].put("COM7"))
    ended = maker("run", "level.py", "--port", "COM7", "--samples", "9", "--json", "--out", "out.csv")
    records = [json.loads(line) for line in ended.out.splitlines()]
    kinds = [record["type"] for record in records if record["type"] != "row"]
    assert kinds == ["start", "header", "unplugged", "restart", "end"]
    assert next(record for record in records if record["type"] == "restart")["unplugged"] is True
    assert (records[-1]["rows"], records[-1]["unplugged"]) == (9, 1)
    assert records[-1]["away_s"] > 0


def test_of_several_boards_the_others_go_on(room, maker, monkeypatch):
    ours, other = room.plugs
    other.put("COM8")
    pull_after(monkeypatch, ours, 5)
    when_noticed(monkeypatch, lambda: ours.put("COM9"))
    ended = maker(
        "run", "level.py", "--port", "COM7", "--port", "COM8", "--samples", "12", "--out", "out.csv"
    )
    assert ended.code == 0
    first, second = cells("out COM7.csv"), cells("out COM8.csv")
    assert [row[2] for row in first if row[2]] == ["the board was unplugged"]
    assert sum(row[1] == "1.25" for row in first) == 12
    assert [row[1] for row in second] == ["1.25"] * 12
