"""The boards that can be chosen on the page: what is plugged in, looked for again and again while a page is
open, and boards that need no hardware."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from makerlab.boards import Board, catalogue
from makerlab.errors import MakerError
from makerlab.i18n import _
from makerlab.repl.probe import describe
from makerlab.survey import Seen, Watcher
from makerlab.virtual.address import WITHOUT_HARDWARE

LOOK_EVERY_S = 1.0
ASK_AGAIN_EVERY = 3
"""Looks between two tries at a port that another program holds."""
MOST_VIRTUAL = 30
"""Virtual boards of a kind: a class."""

_VIRTUAL = re.compile(r"virtual:(esp32|microbit-v2)(/([1-9]\d?))?")


@dataclass(frozen=True)
class Place:
    """A board that can be chosen. `kind`: "plugged", "virtual", or "named" (on the command line)."""

    port: str
    kind: str
    title: str
    label: str = ""
    note: str = ""
    usable: bool = True

    @property
    def shown(self) -> str:
        """How its curves are called: by its label if it has one."""
        return self.label or (self.port if self.kind == "plugged" else self.title)


class PluggedIn:
    """Looks in a thread of its own while `watched` says so; calls `tell` when something has changed."""

    def __init__(
        self, tell: Callable[[], None], watched: Callable[[], bool], named: Sequence[str] = ()
    ) -> None:
        self._tell = tell
        self._watched = watched
        self._named = tuple(named)
        self._watcher = Watcher()
        self._seen: dict[str, Seen] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look_on, name="boards", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Look no more."""
        self._ended.set()

    def places(self) -> list[Place]:
        """All boards that can be chosen, in the language spoken."""
        plugged = [_plugged(seen) for seen in self._seen.values() if _counts(seen)]
        named = [Place(port, "named", port) for port in self._named if port not in self._seen]
        return [*plugged, *named, *_virtual_places()]

    def place(self, port: str) -> Place | None:
        """The one at `port`; None for what cannot be chosen. Virtual boards may be numbered: esp32/2"""
        for place in self.places():
            if place.port == port:
                return place
        match = _VIRTUAL.fullmatch(port)
        if match is None or int(match[3] or 1) > MOST_VIRTUAL:
            return None
        return Place(port, "virtual", _("{board} {number}").format(board=_virtual(match[1]), number=match[3]))

    def described(self) -> list[dict[str, Any]]:
        """The same for the page."""
        return [
            {
                "port": one.port,
                "kind": one.kind,
                "title": one.title,
                "label": one.label,
                "note": one.note,
                "usable": one.usable,
            }
            for one in self.places()
        ]

    def _look_on(self) -> None:
        looks = 0
        while not self._ended.wait(LOOK_EVERY_S if looks else 0):
            if not self._watched():
                continue
            try:
                changes = self._watcher.look(ask_again=looks % ASK_AGAIN_EVERY == 0)
            except MakerError:
                continue  # the system's list of ports could not be read this time
            looks += 1
            if changes or looks == 1:
                self._seen = dict(self._watcher.seen)
                self._tell()


def _counts(seen: Seen) -> bool:
    """A port without a USB device has no board (a modem's, Bluetooth's)."""
    return seen.info.usb is not None


def _plugged(seen: Seen) -> Place:
    board = seen.board
    if board is not None:
        title = board.shown_name
    elif len(can_be := [one.shown_name for one in seen.can_be]) in (1, 2):
        title = _(" or ").join(can_be)
    else:
        title = seen.usb_chip or seen.info.description or _("unknown")
    found = seen.found
    problem = found.error.message if found is not None and found.error is not None else ""
    note = problem or (describe(found) if found is not None else "")
    return Place(
        seen.info.port, "plugged", title, seen.label, note, usable=board is None or isinstance(board, Board)
    )


def _virtual_places() -> list[Place]:
    return [
        Place(port, "virtual", _virtual(port.partition(":")[2]))
        for port in WITHOUT_HARDWARE
        if not port.startswith("emulated:") or shutil.which("qemu-system-arm")
    ]


def _virtual(key: str) -> str:
    return _("virtual {board}").format(board=catalogue().boards[key].shown_name)
