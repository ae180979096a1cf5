"""The virtual board of a port name, with a flash of its own: `virtual:esp32/name`.

Its files are those of the same board without this (virtual/storage.py). Its flash is a file beside them, made
when it is first flashed: until then the board runs what it came with.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from makerlab.errors import BadAddress, PortFailed
from makerlab.virtual import address, link
from makerlab.virtual.board import VirtualBoard
from makerlab.virtual.flash import Store
from makerlab.virtual.profile import ESP32
from makerlab.virtual.rom.board import FlashableBoard
from makerlab.virtual.rom.chips import ROMS
from makerlab.virtual.rom.faults import Faults
from makerlab.virtual.rom.nor import NorFlash
from makerlab.virtual.storage import rom_file, was_flashed


def mac_of(name: str) -> bytes:
    """A MAC of its own for each name; one that no vendor has (locally administered)."""
    return b"\x02" + hashlib.sha256(name.encode()).digest()[:5]


def fresh(number: int = 0, faults: Faults | None = None, chip: str = ESP32.key) -> FlashableBoard:
    """A board with an empty flash that is forgotten afterwards; `number` tells several apart."""
    return FlashableBoard(
        ROMS[chip],
        NorFlash(),
        lambda erased: VirtualBoard(ESP32),
        mac=mac_of(f"{chip} {number}"),
        faults=faults,
    )


def kept(port: str) -> tuple[FlashableBoard, ExitStack]:
    """The board that `port` names, and what is to be closed after it.

    Raises BadAddress for a board that has no such loader, and what link.prepare raises.
    """
    where = address.parse(port, ("scene", "seed", "display"))
    if where.kind != ESP32.key:
        raise BadAddress(port=port)
    make_board, store = link.prepare(port)
    with ExitStack() as cleanup:
        if store is not None:
            cleanup.callback(store.close)
        path = rom_file(where.name) if where.name is not None else None
        as_delivered = where.name is not None and not was_flashed(where.name)
        try:
            flash = NorFlash(path)
        except OSError as error:
            raise PortFailed(port=port, detail=f"{path}: {error}") from error
        if path is not None and as_delivered:
            cleanup.callback(_forget_unless_changed, path, flash)
        cleanup.callback(flash.close)
        runtime = _with_files(make_board, store, as_delivered)
        return FlashableBoard(
            ROMS[where.kind], flash, runtime, mac=mac_of(where.name or "")
        ), cleanup.pop_all()
    raise AssertionError("an ExitStack hides no exception")


def _forget_unless_changed(path: Path, flash: NorFlash) -> None:
    """A board that was only looked at, or whose flashing was refused, runs what it came with."""
    if not flash.changed:
        with suppress(OSError):
            path.unlink()


def _with_files(
    make_board: Callable[[], VirtualBoard], store: Store | None, as_delivered: bool
) -> Callable[[bool], VirtualBoard]:
    """MicroPython with the files that are there; none of them when the flash they were in was erased.

    `as_delivered`: this flash is new, and the board had its files before it.
    """
    survive_once = as_delivered

    def runtime(erased: bool) -> VirtualBoard:
        nonlocal survive_once
        survive, survive_once = survive_once, False
        if erased and store is not None and not survive:
            for path in sorted(store.load(), reverse=True):
                store.remove(path)
        return make_board()

    return runtime
