"""Single keys while it is measured: read one by one, and what they do."""

from __future__ import annotations

import os
import queue
import sys
from collections.abc import Iterator

import pytest

from makerlab.cli.keys import Keys
from makerlab.cli.mark_keys import hint, press
from makerlab.experiment.notes import MAX_MARK_BYTES, MAX_WAITING, Notes
from makerlab.wire.events import Channel, Header, Mark, Restart, Samples, Status

HEADER = Header("x", (Channel("a"),), tick_s=0.001)


# -- reading keys ------------------------------------------------------------------------------------------


class Typist:
    """Somebody at a keyboard of its own, which stands for sys.stdin."""

    def __init__(self, inside: int, outside: int) -> None:
        self._inside, self._outside = inside, outside

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._inside

    def types(self, keys: bytes) -> None:
        os.write(self._outside, keys)


@pytest.fixture
def typist(monkeypatch: pytest.MonkeyPatch) -> Iterator[Typist]:
    pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")
    outside, inside = pty.openpty()
    typist = Typist(inside, outside)
    monkeypatch.setattr(sys, "stdin", typist)
    monkeypatch.setattr(os, "tcgetpgrp", lambda keyboard: os.getpgrp())  # it is nobody's controlling terminal
    yield typist
    os.close(inside)
    os.close(outside)


def test_every_key_comes_without_enter_and_arrows_do_not(typist):
    termios = pytest.importorskip("termios")
    before = termios.tcgetattr(typist.fileno())
    heard: queue.Queue[str] = queue.Queue()
    with Keys(heard.put) as keys:
        assert keys.there_are
        typist.types(b"\x1b[A")
        typist.types(" 3\t标".encode())
        assert [heard.get(timeout=20) for _key in range(3)] == [" ", "3", "标"]
    assert heard.empty()
    assert termios.tcgetattr(typist.fileno()) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such background")
def test_in_the_background_the_terminal_is_left_alone(typist, monkeypatch):
    monkeypatch.setattr(os, "tcgetpgrp", lambda keyboard: os.getpgrp() + 1)
    with Keys(lambda key: None) as keys:
        assert not keys.there_are


def test_without_a_keyboard_there_are_no_keys(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)  # pythonw
    with Keys(lambda key: None) as keys:
        assert not keys.there_are


# -- what they do ------------------------------------------------------------------------------------------


def marks(notes: Notes, at: float = 10.0) -> list[str]:
    _command, events = notes.due(at)
    return [event.text for event in events if isinstance(event, Mark)]


def measuring_notes(takes_notes: bool = False) -> Notes:
    notes = Notes()
    notes.see(Status({"free": "4512"} if takes_notes else {"late": "0"}), 10.0)
    notes.see(HEADER, 10.0)
    notes.see(Samples([(1, 5000, 7)]), 10.0)
    return notes


def test_marks_on_all_boards_at_once():
    boards = [measuring_notes(), measuring_notes()]
    for key in " m　7٣xt":
        press(key, boards)
    assert [marks(notes) for notes in boards] == [["mark", "mark", "mark", "mark 7", "mark 3"]] * 2


def test_a_board_that_takes_notes_is_told_and_one_that_does_not_is_not():
    knows, small = measuring_notes(takes_notes=True), measuring_notes()
    for key in "5t":
        press(key, [knows, small])
    assert knows.due(10.0) == (b"m mark 5\nt\n", [])
    assert small.due(10.0) == (b"", [Mark(5000, "mark 5")])
    assert "t: zero" in hint([knows, small]) and "zero" not in hint([small])


def test_a_mark_is_dated_by_the_last_row_and_when_that_came():
    notes = measuring_notes()
    notes.mark("later")
    assert notes.due(10.25) == (b"", [Mark(5250, "later")])
    notes.see(Restart(), 11.0)
    notes.mark("in between")
    assert notes.due(11.0) == (b"", [])


def test_texts_of_any_kind_fit_into_a_boards_line():
    notes = measuring_notes(takes_notes=True)
    notes.mark("\ns\n" + "标" * 100)
    notes.mark(" \r\n ")
    command, _events = notes.due(10.0)
    assert command.count(b"\n") == 1 and command.startswith(b"m s ")
    assert len(command) <= len(b"m \n") + MAX_MARK_BYTES
    command.decode()


def test_a_key_that_is_held_down_fills_nothing():
    notes = measuring_notes()
    for _press in range(10 * MAX_WAITING):
        notes.mark("x")
    assert len(marks(notes)) == MAX_WAITING
