"""A virtual board as a link, and what its address can say.

* `virtual:esp32`: keeps its files between commands, like a board in a drawer
* `virtual:esp32/second`: another one
* `?fresh=1`: an empty one that is forgotten afterwards
* `?baud=115200`: a line as slow as such a cable
* `?scene=swing`: what its sensors see: a built-in scene's name, or a .yaml file
* `?display=1`: `maker run` draws what the board's display shows (a micro:bit's)
* `?seed=7`: another throw of the dice for what is random in the scene
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from makerlab.boards import catalogue
from makerlab.errors import BadAddress, LinkTimeout, MissingTool, NoVirtualBoard, PortLost, UsageProblem
from makerlab.i18n import N_, _
from makerlab.link.base import Link
from makerlab.virtual import address, scenes
from makerlab.virtual.profile import ESP32, PROFILES
from makerlab.virtual.storage import SqliteStore, was_flashed

if TYPE_CHECKING:
    from makerlab.virtual.board import VirtualBoard
    from makerlab.virtual.rom.board import FlashableBoard

READ_S = 0.1
MAX_SEED = 1 << 32
INSTALL = N_("Install makerlab again; pip then gets all it needs: pip install --force-reinstall makerlab")


def open(port: str) -> VirtualLink:
    """Plug a virtual board in. Raises what `make` raises."""
    where = _options(port)
    if where.kind == ESP32.key and where.name is not None and was_flashed(where.name):
        # It was flashed once: since then it starts from what is in its flash, if it starts.
        from makerlab.virtual.rom.make import kept

        return VirtualLink(port, *kept(port))
    board, store = make(port)
    link = VirtualLink(port, board, store)
    if _options(port).options.get("display") == "1":
        link.display = lambda: board.hardware.screen.pixels
    return link


def make(port: str, name: str = "") -> tuple[VirtualBoard, SqliteStore | None]:
    """The board that `port` names, not started yet, and where it keeps its flash: to be closed after it.

    `name` tells fresh boards apart, by their serial numbers and by what is random in their scenes. Raises
    BadAddress, PortBusy when this board is in use, MissingTool without its runtime, PortFailed, and what a
    bad scene, or a display the board does not have, raises (UsageProblem, FileProblem, BadFile).
    """
    board, store = prepare(port, name)
    try:
        return board(), store
    except BaseException:
        if store:
            store.close()
        raise


def prepare(port: str, name: str = "") -> tuple[Callable[[], VirtualBoard], SqliteStore | None]:
    """The same for a board that will start more than once: makes it anew each time, with the same files."""
    where = _options(port)
    profile = PROFILES.get(where.kind)
    if profile is None:
        raise NoVirtualBoard(port=port, known=", ".join(address.WITHOUT_HARDWARE))
    if where.options.get("display", "0") not in ("0", "1"):
        raise BadAddress(port=port)
    if where.options.get("display") == "1" and not profile.display:
        raise UsageProblem(
            problem=_("{board} has no display.").format(board=catalogue().boards[profile.key].shown_name),
            advice=_("A micro:bit has one: {port}").format(port="virtual:microbit-v2?display=1"),
        )
    serial = zlib.crc32((where.name or name).encode())
    seed = where.options.get("seed", str(serial))
    if not (seed.isascii() and seed.isdigit() and int(seed) < MAX_SEED):
        raise BadAddress(port=port)
    scene = scenes.find(where.options.get("scene", scenes.USUAL)).with_seed(int(seed))
    try:
        from makerlab.virtual.board import VirtualBoard
        from makerlab.virtual.runtime import module

        module()
    except (ImportError, RuntimeError) as error:
        raise MissingTool(port=port, tool=str(error), install=_(INSTALL)) from error
    store = None if where.name is None else SqliteStore(port, where.kind, where.name)
    return lambda: VirtualBoard(profile, store=store, scene=scene, baud=where.baud, serial=serial), store


def _options(port: str) -> address.Address:
    return address.parse(port, ("scene", "seed", "display"))


class VirtualLink(Link):
    """The link to one virtual board, which lives and ends with it."""

    def __init__(
        self, port: str, board: VirtualBoard | FlashableBoard, store: SqliteStore | ExitStack | None
    ) -> None:
        super().__init__(port)
        self._board = board
        self._store = store
        board.start()
        self._start()

    def reset(self) -> bool:
        self._board.reset()
        return True

    def _receive(self) -> bytes:
        return self._board.read(READ_S)

    def _send(self, data: bytes, timeout_s: float) -> None:
        if self._board.write(data, timeout_s) < len(data):
            raise PortLost(port=self.port) if self._closed else LinkTimeout(port=self.port)

    def _shut(self) -> None:
        self._board.close()
        if self._store:
            self._store.close()
