"""Many boards at once: turns at a hub, a driver that hangs, Ctrl-C, and what the journal knows afterwards."""

from __future__ import annotations

import sqlite3
import threading

import pytest

from makerlab.errors import FileProblem, PortLost, WriteFailed
from makerlab.flash.classroom import Classroom, hub_of
from makerlab.flash.journal import Journal
from makerlab.flash.model import Flashed, Progress, Stage

WAIT_S = 10.0
"""Far more than anything here takes."""


def done(port):
    return Flashed(port, "ESP32", "fw.bin", "MicroPython 1.27.0", f"id of {port}", 10)


class Job:
    """A board that goes through `work`."""

    def __init__(self, port, work, location=""):
        self.port, self.location, self._work = port, location, work

    def flash(self, say):
        self._work(say)
        return done(self.port)

    def plan(self, say):
        raise NotImplementedError

    def apart(self):
        return None


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "flash.sqlite")
    yield journal
    journal.close()


def quiet(progress):
    pass


def in_threads(*works):
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
        assert not thread.is_alive()


@pytest.mark.parametrize(
    ("location", "hub"),
    [("1-2.3", "1-2"), ("1-2.3.4", "1-2.3"), ("3-14.1:x.0", "3-14"), ("1-2", ""), ("", ""), ("20-1", "")],
)
def test_the_hub_of_a_location(location, hub):
    assert hub_of(location) == hub


def test_boards_of_one_hub_take_turns_and_others_do_not_wait(journal):
    three_at_work, lock, now, most = threading.Event(), threading.Lock(), {}, {}

    def work(hub):
        def of_board(say):
            with lock:
                now[hub] = now.get(hub, 0) + 1
                most[hub] = max(most.get(hub, 0), now[hub])
                if sum(now.values()) == 3:  # two of one hub, and the one of the other beside them
                    three_at_work.set()
            assert three_at_work.wait(WAIT_S)
            with lock:
                now[hub] -= 1

        return of_board

    classroom = Classroom(journal.begin("", ()), per_hub=2)
    jobs = [Job(f"COM{n}", work("1-2"), f"1-2.{n}") for n in range(4)] + [Job("COM9", work("1-3"), "1-3.1")]
    in_threads(*(lambda job=job: classroom.flash(job, quiet, threading.Event()) for job in jobs))
    assert most == {"1-2": 2, "1-3": 1}


def test_a_board_whose_work_stands_still_is_given_up_and_touches_no_other_board(journal):
    released = threading.Event()
    classroom = Classroom(journal.begin("", [("COM1", ""), ("COM2", "")]), stall_s=0.05)
    verdicts = {}

    def stands_still():
        with pytest.raises(WriteFailed) as caught:
            classroom.flash(Job("COM1", lambda say: released.wait(WAIT_S)), quiet, threading.Event())
        verdicts["COM1"] = caught.value.message

    def goes_on():
        verdicts["COM2"] = classroom.flash(Job("COM2", lambda say: None), quiet, threading.Event())

    in_threads(stands_still, goes_on)
    released.set()
    assert "COM1" in verdicts["COM1"] and verdicts["COM2"] == done("COM2")
    assert [entry.port for entry in journal.unfinished()] == ["COM1"]


def test_ctrl_c_ends_a_board_that_is_not_changed_yet_and_lets_the_others_finish(journal):
    cancelled = threading.Event()
    classroom = Classroom(journal.begin("", [("COM1", ""), ("COM2", "")]))

    def not_begun(say):
        cancelled.set()
        say(Progress(Stage.CHECKING))
        raise AssertionError("it went on")

    with pytest.raises(KeyboardInterrupt):
        classroom.flash(Job("COM1", not_begun), quiet, cancelled)

    cancelled.clear()

    def half_written(say):
        say(Progress(Stage.WRITING, 0, 10))
        cancelled.set()
        for stage in (Stage.CONNECTING, Stage.WRITING, Stage.VERIFYING, Stage.STARTING, Stage.ASKING):
            say(Progress(stage))  # also a second try after a failed one

    assert classroom.flash(Job("COM2", half_written), quiet, cancelled) == done("COM2")
    assert classroom.changed == set()


def test_a_board_that_fails_while_it_is_written_must_be_flashed_again(journal):
    classroom = Classroom(journal.begin("", [("COM1", "")]))

    def unplugged(say):
        say(Progress(Stage.WRITING, 0, 10))
        raise PortLost(port="COM1")

    with pytest.raises(PortLost):
        classroom.flash(Job("COM1", unplugged), quiet, threading.Event())
    assert classroom.changed == {"COM1"}


def test_the_journal_knows_after_a_crash_who_had_not_passed(tmp_path):
    path = tmp_path / "flash.sqlite"
    crashed = Journal(path)
    run = crashed.begin("fw.bin", [("COM1", ""), ("COM2", ""), ("COM3", "")])
    run.passed("COM1", done("COM1"))
    run.failed("COM2", "no bootloader")
    run.stage("COM3", Stage.WRITING)
    # Not closed: its process is gone. What it wrote is there for the next one.
    after = Journal(path)
    record = after.last()
    assert record is not None and record.image == "fw.bin"
    assert [(board.port, board.passed, board.stage) for board in record.boards] == [
        ("COM1", True, "WAITING"), ("COM2", False, "WAITING"), ("COM3", None, "WRITING"),
    ]  # fmt: skip
    assert [board.port for board in after.unfinished()] == ["COM2", "COM3"]
    assert record.boards[0].unique_id == "id of COM1"
    after.close()
    crashed.close()


def test_every_line_of_the_journal_is_on_disk_at_once(journal, tmp_path):
    run = journal.begin("", [("COM1", "")])
    run.stage("COM1", Stage.WRITING)
    other = sqlite3.connect(tmp_path / "flash.sqlite")
    assert other.execute("SELECT stage FROM boards").fetchall() == [("WRITING",)]
    assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()


def test_the_rate_of_a_port_outlives_the_command(tmp_path):
    first = Journal(tmp_path / "flash.sqlite")
    assert first.rate("COM3") is None
    first.keep_rate("COM3", 460_800)
    first.keep_rate("COM3", 115_200)
    first.close()
    second = Journal(tmp_path / "flash.sqlite")
    assert second.rate("COM3") == 115_200
    second.close()


@pytest.mark.parametrize("content", [b"", b"this is no database " * 100])
def test_a_journal_that_cannot_be_used_says_so(tmp_path, content):
    path = tmp_path / "flash.sqlite"
    path.mkdir() if not content else path.write_bytes(content)
    with pytest.raises(FileProblem):
        Journal(path)
