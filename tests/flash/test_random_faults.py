"""A short form of what bench/flash.py does thirty times: every verdict is what is in the board's flash, and a
fault is a matter of its own board only."""

from __future__ import annotations

import random
from contextlib import ExitStack

import images
from random_faults import CAN_BE_FLASHED, fault, flash_all, verdicts
from virtual_esp32 import on_flash, plugged_in

from makerlab.flash import esp32
from makerlab.flash.esptool_adaptation import chips
from makerlab.flash.image import read_image
from makerlab.virtual.rom.faults import Faults

KINDS = (*CAN_BE_FLASHED, "unplug_at", "worn_out")
"""A board that says nothing takes seconds of waiting, and is in test_esp32.py."""


def test_every_verdict_is_true(tmp_path, monkeypatch):
    monkeypatch.setattr(esp32, "START_WAIT_S", 5.0)
    path = tmp_path / "fw.bin"
    path.write_bytes(images.micropython(tmp_path, size=60_000))
    image = read_image(path.read_bytes(), path.name, chips())
    dice = random.Random(1)
    kinds = dice.sample(KINDS, len(KINDS))
    with ExitStack() as plugged:
        pairs = [
            plugged.enter_context(plugged_in(number, Faults(**fault(kind, dice, 40_000))))
            for number, kind in enumerate(kinds)
        ]
        plugs = [plug for _board, plug in pairs]
        addresses = [plug.address for plug in plugs]
        outcomes, heard = flash_all(addresses, path, lambda number: plugs[number].address)
        told = verdicts(
            kinds, [outcomes[one] for one in addresses], [on_flash(board, image) for board, _plug in pairs]
        )
    assert [one for one in told if not one.true] == []
    for address in addresses:
        of_boards = {name for name, _progress in heard[address] if name.startswith("flash ")}
        assert of_boards == {f"flash {address}"}, "progress that reached another board"
