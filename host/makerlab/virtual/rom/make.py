"""The virtual board of a port name, with a flash of its own: `virtual:esp32/name`.

Its files are those of the same board without this (virtual/storage.py). Its flash is a file beside them, made
when it is first flashed: until then the board runs what it came with.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from makerlab.errors import BadAddress, PortFailed
from makerlab.virtual import address
from makerlab.virtual.board import VirtualBoard
from makerlab.virtual.flash import Store
from makerlab.virtual.profile import ESP32
from makerlab.virtual.rom.board import FlashableBoard
from makerlab.virtual.rom.chips import ROMS
from makerlab.virtual.rom.faults import Faults
from makerlab.virtual.rom.nor import NorFlash
from makerlab.virtual.storage import SqliteStore, flash_file


def rom_file(name: str) -> Path:
    """Where the flash of the board `virtual:esp32/<name>` is kept."""
    return flash_file(ESP32.key, name).with_suffix(".rom")


def mac_of(name: str) -> bytes:
    """A MAC of its own for each name; one that no vendor has (locally administered)."""
    return b"\x02" + hashlib.sha256(name.encode()).digest()[:5]


class FlashedFiles:
    """The board's files, of which a flashing may leave nothing."""

    def __init__(self, store: Store | None) -> None:
        self._store = store

    def runtime(self, erased: bool) -> VirtualBoard:
        """MicroPython with the files that are there; none of them when they were `erased`."""
        if erased and self._store is not None:
            for path in sorted(self._store.load(), reverse=True):
                self._store.remove(path)
        return VirtualBoard(ESP32, store=self._store)


def fresh(number: int = 0, faults: Faults | None = None, chip: str = ESP32.key) -> FlashableBoard:
    """A board with an empty flash that is forgotten afterwards; `number` tells several apart."""
    files = FlashedFiles(None)
    mac = mac_of(f"{chip} {number}")
    return FlashableBoard(ROMS[chip], NorFlash(), files.runtime, mac=mac, faults=faults)


def kept(port: str) -> tuple[FlashableBoard, SqliteStore | None]:
    """The board that `port` names and where it keeps its files, to be closed after it.

    Raises BadAddress for a board that has no ROM loader, PortBusy, PortFailed.
    """
    where = address.parse(port, ("scene", "seed", "display"))
    if where.kind != ESP32.key:
        raise BadAddress(port=port)
    if where.name is None:
        return fresh(), None
    store = SqliteStore(port, where.kind, where.name)
    path = rom_file(where.name)
    try:
        flash = NorFlash(path)
    except OSError as error:
        store.close()
        raise PortFailed(port=port, detail=f"{path}: {error}") from error
    return FlashableBoard(ROMS[where.kind], flash, FlashedFiles(store).runtime, mac=mac_of(where.name)), store
