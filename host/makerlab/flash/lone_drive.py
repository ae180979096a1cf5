"""Micro:bits that have a drive and no serial port: in maintenance mode, or too old. None can pass, because
none can be asked; each is a board of the run all the same, with its cause.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from makerlab.errors import FlashError, InMaintenance
from makerlab.flash.drive import Drive
from makerlab.flash.model import Progress, Say, Stage
from makerlab.i18n import N_
from makerlab.link.ports import PortInfo

SETTLE_S = 5.0
"""A board that was just plugged in, or has just been flashed, may have its drive some seconds before its
port."""


class NoPort(FlashError):
    what = N_(
        "The micro:bit with the drive {port} has no serial port, so it cannot be asked whether it works."
    )
    todo = N_(
        "Plug it in again, with another cable. If it stays so, update its DAPLink firmware "
        "(microbit.org/get-started/user-guide/firmware); see also: maker doctor"
    )


class LoneDrive:
    """A model.Job that says what is the matter with the board at `drive`; its port is the drive's folder."""

    location = ""

    def __init__(self, drive: Drive) -> None:
        self.port = str(drive.folder)
        self._drive = drive

    def plan(self, say: Say) -> NoReturn:
        """Raises InMaintenance or NoPort, as `flash`."""
        self.flash(say)

    def flash(self, say: Say) -> NoReturn:
        """Raises InMaintenance or NoPort."""
        say(Progress(Stage.CHECKING, unique_id=self._drive.details.unique_id))
        raise (InMaintenance if self._drive.in_maintenance else NoPort)(port=self.port)

    def apart(self) -> None:
        """None: nothing hangs here."""


def lone(drives: Iterable[Drive], ports: Iterable[PortInfo]) -> list[Drive]:
    """Those of `drives` whose board has none of `ports`."""
    with_port = {info.usb.serial.upper() for info in ports if info.usb is not None}
    return [drive for drive in drives if drive.details.unique_id not in with_port]


class Settled:
    """Of what is there at each look, that which has been there for SETTLE_S already. Pure: told the time."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def look(self, drives: Iterable[Drive], now: float) -> list[Drive]:
        """`now` in seconds, of any clock that only goes on."""
        here = list(drives)
        since = {str(drive.folder): self._since.get(str(drive.folder), now) for drive in here}
        self._since = since
        return [drive for drive in here if now - since[str(drive.folder)] >= SETTLE_S]
