"""What the probes found out about this computer and its boards. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field

from makerlab.boards import Usb
from makerlab.errors import MakerError
from makerlab.flash.daplink import Details, Failure


@dataclass(frozen=True)
class UsbDevice:
    """A USB device of a kind that boards have, as the system lists it.

    port          the serial port it made, "" if none
    problem       Windows: the problem number of the device manager, 0 for none
    driver        version of its driver, "" if unknown
    claimed       it is held by a program that bypasses the drivers (Linux: usbfs)
    """

    usb: Usb
    name: str = ""
    location: str = ""
    port: str = ""
    problem: int = 0
    driver: str = ""
    claimed: bool = False


@dataclass(frozen=True)
class Hub:
    """A USB hub: how many boards hang on it, what all that is plugged into it may draw (mA, 0 if unknown),
    whether it has a power supply of its own, and how often it had to cut power off since it started."""

    location: str
    boards: int
    wanted_ma: int = 0
    own_power: bool = True
    power_cuts: int = 0


@dataclass(frozen=True)
class Port:
    """A serial port that can have a board behind it.

    error      why it could not be opened or broke off
    holders    names of programs that hold it or probably do
    heard      what came from it; `kind` and `version`: what that means, as in repl.probe.Found ("" for a port
               that was not asked)
    group      Linux: the group that may open it; `member`: whether this user is in it, though perhaps not
               since the last login
    can_be     boards.yaml keys of what its USB side allows
    """

    name: str
    usb: Usb | None = None
    description: str = ""
    location: str = ""
    can_be: tuple[str, ...] = ()
    error: MakerError | None = None
    holders: tuple[str, ...] = ()
    heard: bytes = b""
    kind: str = ""
    version: str = ""
    group: str = ""
    member: bool = False


@dataclass(frozen=True)
class Skipped:
    """A port that is never opened, because no board can be there; `kind` is English, to be translated."""

    name: str
    kind: str


@dataclass(frozen=True)
class Drive:
    """A DAPLink drive: where it is, its label, its DETAILS.TXT and what its FAIL.TXT says."""

    folder: str
    label: str
    details: Details
    failure: Failure | None = None

    @property
    def in_maintenance(self) -> bool:
        return self.details.mode == "bootloader" or self.label.upper() == "MAINTENANCE"


@dataclass(frozen=True)
class Disk:
    """Where makerlab keeps images and data: the bytes free there, and why nothing can be written ("" if it
    can)."""

    folder: str
    free_bytes: int
    problem: str = ""


@dataclass(frozen=True)
class Network:
    """A try to reach the place with the images. `proxy`: the one this computer is set to use, "" for none."""

    address: str
    proxy: str = ""
    error: MakerError | None = None


@dataclass(frozen=True)
class Python:
    """The Python that runs makerlab."""

    version: tuple[int, int]
    bits: int


@dataclass(frozen=True)
class Facts:
    """All of it. `usb` and `hubs` are None where this system cannot be asked."""

    system: str
    ports: tuple[Port, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    usb: tuple[UsbDevice, ...] | None = None
    hubs: tuple[Hub, ...] = ()
    drives: tuple[Drive, ...] = ()
    disk: Disk | None = None
    network: Network | None = None
    python: Python | None = None
    missing_tools: tuple[str, ...] = ()
    changed_images: tuple[str, ...] = ()
    braille: bool = field(default=False)
    """Linux: brltty is installed, which takes USB bridges for Braille displays."""
