"""What only a real micro:bit can confirm of flashing: pytest tests/hardware --port COM3

Flashing removes all files, so this is done only with a board that has none.
"""

from __future__ import annotations

import pytest

from makerlab.boards import Board, candidates
from makerlab.connect import connect
from makerlab.files.transfer import BoardFiles
from makerlab.flash import microbit
from makerlab.flash.microbit import FAMILY, MicrobitJob
from makerlab.flash.microbit_cache import Firmware
from makerlab.flash.model import Stage
from makerlab.link.ports import look_up

MODULE = {"maker_test.py": b"print('flashed by a test')\n"}


def a_micro_bit_without_files(board_port):
    """Where it is, and what it says it is. Skips any other board."""
    info, _not_there = look_up(board_port)
    if info is None or not any(isinstance(b, Board) and b.family == FAMILY for b in candidates(info.usb)):
        pytest.skip("needs a micro:bit")
    with connect(board_port) as connection:
        if BoardFiles(connection.session, connection.board.limits).list().entries:
            pytest.skip("this board has files, which flashing would remove")
        machine = connection.identity.machine
    return info, machine


def check(info, flashed, machine):
    assert flashed.unique_id == info.usb.serial.upper()
    assert machine.rpartition(" ")[2] in flashed.runtime  # the same chip
    with connect(flashed.port) as connection:
        files = BoardFiles(connection.session, connection.board.limits)
        assert files.read("maker_test.py") == MODULE["maker_test.py"]
        files.remove("maker_test.py")


def test_a_micro_bit_is_flashed_through_its_drive_and_proven(board_port):
    info, machine = a_micro_bit_without_files(board_port)
    stages = []
    flashed = MicrobitJob(info, Firmware(MODULE)).flash(lambda progress: stages.append(progress.stage))
    assert Stage.VERIFYING in stages
    check(info, flashed, machine)


def test_a_micro_bit_is_flashed_past_its_drive_and_proven(board_port, monkeypatch):
    pytest.importorskip("pyocd")
    info, machine = a_micro_bit_without_files(board_port)
    monkeypatch.setattr(microbit, "drives_here", list)
    check(info, MicrobitJob(info, Firmware(MODULE)).flash(lambda progress: None), machine)
