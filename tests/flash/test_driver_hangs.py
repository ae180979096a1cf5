"""A driver that hangs: found out by the call that does not return, its board tried again in a process of its
own, every other board left alone."""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import hanging
import images
import pytest
from virtual_esp32 import job_for, on_flash, plugged_in

from makerlab.errors import PortBusy, WriteFailed
from makerlab.flash import classroom, esp32
from makerlab.flash.apart import flash_apart
from makerlab.flash.classroom import Classroom
from makerlab.flash.driver_calls import DriverCalls, watched
from makerlab.flash.esptool_adaptation import chips, load
from makerlab.flash.image import read_image
from makerlab.flash.journal import Journal
from makerlab.flash.model import Flashed, Progress, Stage
from makerlab.flash.watch import DriverHangs
from makerlab.link.serial_port import open_for_esptool

SOON_S = 0.05


@pytest.fixture
def journal():
    return Journal.forgetful()


@pytest.fixture
def nothing():
    nothing = hanging.Nothing()
    yield nothing
    nothing.release()


def room(journal, *ports, hang_s=SOON_S):
    return Classroom(journal.begin("", [(port, "") for port in ports]), hang_s=hang_s)


def flash(room, job, said=None):
    return room.flash(job, (said if said is not None else []).append, threading.Event())


def test_the_board_is_flashed_in_a_process_of_its_own(journal, nothing, tmp_path, monkeypatch):
    load()
    image = read_image(images.micropython(tmp_path, size=100_000), "fw.bin", chips())
    first = []

    def hangs_once(port):
        opened = open_for_esptool(port)
        if first:
            return opened
        first.append(hanging.PortThatHangs(opened, 20, nothing))
        return first[0]

    monkeypatch.setattr(esp32, "open_for_esptool", hangs_once)
    with plugged_in() as (board, plug):
        said = []
        made = flash(room(journal, plug.address, hang_s=0.5), job_for(plug, image), said)
        assert isinstance(made, Flashed) and on_flash(board, image)
        assert made.unique_id == ":".join(f"{byte:02x}" for byte in board.mac)
        assert first[0]._own[0].is_open is False, "the port of the thread that hangs is closed"
    assert [progress.stage for progress in said].count(Stage.CONNECTING) == 2
    assert journal.last().boards[0].passed


def test_one_that_hangs_there_too_has_its_verdict_and_the_process_is_gone(journal, monkeypatch):
    monkeypatch.setattr(classroom, "VERDICT_S", 0.1)
    monkeypatch.setattr(classroom, "LEAST_APART_S", 0.0)
    there = room(journal, "COM1", "COM2")
    with ThreadPoolExecutor(2) as pool:
        hangs = pool.submit(flash, there, hanging.Job("COM1", "hangs", then="hangs"))
        goes_on = pool.submit(flash, there, hanging.Job("COM2", "passes"))
        assert isinstance(goes_on.result(), Flashed)
        with pytest.raises(DriverHangs) as caught:
            hangs.result()
    assert "COM1" in caught.value.message
    assert not multiprocessing.active_children()
    assert [entry.port for entry in journal.unfinished()] == ["COM1"]


def test_what_the_process_says_arrives():
    said = []
    made = flash_apart(hanging.Job("COM1", "passes"), said.append, 60.0)
    assert made.runtime.startswith("process ") and made.runtime != f"process {os.getpid()}"
    assert said == [Progress(Stage.WRITING, 5, 10)]
    with pytest.raises(PortBusy) as caught:
        flash_apart(hanging.Job("COM1", "busy"), said.append, 60.0)
    assert caught.value.facts == {"port": "COM1"}


def test_a_port_that_the_thread_does_not_let_go_of_is_still_the_drivers_fault(journal, monkeypatch):
    def busy(job, say, answer_s):
        assert answer_s > 14
        raise PortBusy(port=job.port)

    monkeypatch.setattr(classroom, "flash_apart", busy)
    with pytest.raises(DriverHangs):
        flash(room(journal, "COM1"), hanging.Job("COM1", "hangs", then="busy"))


@pytest.mark.parametrize("what", ["dies", "has a bug"])
def test_a_process_that_ends_otherwise_is_an_error_and_no_traceback(what, capfd):
    with pytest.raises(WriteFailed) as caught:
        flash_apart(hanging.Job("COM1", what), [].append, 60.0)
    assert ("its bug" in caught.value.message) == (what == "has a bug") and "COM1" in caught.value.message
    assert capfd.readouterr() == ("", "")


class Port:
    """What pyserial has of this."""

    timeout, write_timeout, baudrate = 3.0, 10.0, 115200
    closed = False

    def __init__(self):
        self.calls = None

    def read(self, count):
        return self.calls.late_s(100.0 + self.calls._call[0])

    write = read
    flush = lambda self: self.read(1)  # noqa: E731

    def close(self):
        self.closed = True


def test_a_call_is_late_only_after_its_own_patience():
    """A board may be silent for as long as esptool wants to wait for it."""
    calls, port = DriverCalls(), Port()
    port.calls = calls
    with calls.here():
        seen = watched(port)
    assert (seen.read(1), seen.write(1), seen.flush()) == (97.0, 90.0, 100.0)
    seen.timeout = 14.0
    assert seen.read(1) == 86.0 and port.timeout == 14.0 and calls.late_s(1e9) == 0.0


def test_nothing_has_an_effect_any_more_after_it_was_given_up():
    calls, port = DriverCalls(), Port()
    with calls.here():
        seen = watched(port)
    calls.give_up()
    assert port.closed
    for call in (lambda: seen.read(1), lambda: setattr(seen, "baudrate", 1), lambda: seen.baudrate):
        with pytest.raises(OSError, match="given up"):
            call()
    assert port.baudrate == 115200 and watched(port) is port
