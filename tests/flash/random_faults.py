"""Boards with a random fault each, flashed together; what is said of each is compared with what is in its
flash. Shared by a test and by bench/flash.py."""

from __future__ import annotations

import threading
from typing import NamedTuple

from makerlab.errors import MakerError
from makerlab.flash.classroom import Classroom
from makerlab.flash.esp32 import EspJob
from makerlab.flash.esp_firmware import EspFirmware
from makerlab.flash.journal import Journal
from makerlab.flash.model import Flashed

CAN_BE_FLASHED = ("nothing", "corrupt_block", "refused_bauds", "moves", "answer_delay_s")
CANNOT = ("unplug_at", "worn_out", "mute")
FASTEST = 460_800


def fault(kind, dice, size):
    """The keywords of rom.faults.Faults for a fault of this kind; `size`: bytes that go over the cable."""
    value = {
        "nothing": None, "corrupt_block": dice.randrange(15), "refused_bauds": frozenset({FASTEST}),
        "moves": True, "answer_delay_s": 0.02, "unplug_at": dice.randrange(20, size), "worn_out": True,
        "mute": True,
    }[kind]  # fmt: skip
    return {} if kind == "nothing" else {kind: value}


class Verdict(NamedTuple):
    """`passed` as it was said, `holds` as its flash is; `said` the whole outcome."""

    kind: str
    passed: bool
    holds: bool
    said: object

    @property
    def true(self):
        """A board that says nothing may hold the image from before; all others pass if, and only if, they
        hold it, and every board that can be flashed is."""
        told = self.passed == self.holds or (self.kind == "mute" and not self.passed)
        return told and self.passed == (self.kind in CAN_BE_FLASHED)


def flash_all(addresses, path, find_port=None):
    """Flash the boards at all addresses in this process, a thread each: ({address: Flashed or MakerError},
    what was heard of each: (name of the thread, progress)). `find_port(number)` says where a board is now."""
    journal = Journal.forgetful()
    firmware = EspFirmware(path)
    firmware.check()
    classroom = Classroom(journal.begin(str(path), [(one, "") for one in addresses]))
    outcomes, heard = {}, {one: [] for one in addresses}

    def one(number, address):
        where = (lambda mac, port: find_port(number)) if find_port else None
        job = EspJob(address, firmware, journal, find_port=where)

        def show(progress):
            heard[address].append((threading.current_thread().name, progress))

        try:
            outcomes[address] = classroom.flash(job, show, threading.Event())
        except MakerError as error:
            outcomes[address] = error

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(addresses)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes, heard


def verdicts(kinds, outcomes, holds):
    """All three in the order of the boards."""
    return [
        Verdict(kind, isinstance(outcome, Flashed), held, outcome)
        for kind, outcome, held in zip(kinds, outcomes, holds, strict=True)
    ]
