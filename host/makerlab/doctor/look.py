"""Ask everything, and put the facts together."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence

from makerlab.doctor import computer, port_probe, usb_linux, usb_windows
from makerlab.doctor.facts import Drive, Facts, Hub, Port, UsbDevice
from makerlab.flash.drive import find_drives
from makerlab.i18n import _
from makerlab.labels.board_id import of_address


def look(port: str = "", say: Callable[[str], None] = lambda text: None) -> Facts:
    """Look at everything, or only at `port` and what is behind it. `say` takes what is being looked at."""
    say(_("looking at the ports"))
    ports = port_probe.ports(port)
    if of_address(port):
        return Facts(sys.platform, ports)
    say(_("looking at USB"))
    usb = _usb()
    if port:
        drives = [drive for drive in _drives() if _belongs(drive, ports)]
        behind = [device for device in usb or () if device.port.casefold() == port.casefold()]
        return Facts(sys.platform, ports, usb=tuple(behind) or None, drives=tuple(drives))
    say(_("looking at this computer and its network"))
    return Facts(
        system=sys.platform,
        ports=ports,
        skipped=port_probe.skipped(),
        usb=None if usb is None else tuple(usb),
        hubs=tuple(usb_linux.hubs() if sys.platform == "linux" else hubs_of(ports)),
        drives=tuple(_drives()),
        disk=computer.disk(),
        network=computer.network(),
        python=computer.python(),
        missing_tools=computer.missing_tools(),
        changed_images=computer.changed_images(),
        braille=sys.platform == "linux" and computer.braille(),
    )


def hubs_of(ports: Sequence[Port]) -> list[Hub]:
    """The hubs that the locations of ports tell of ("1-2.3" hangs on "1-2"), where the system lists none."""
    above = (port.location.partition(":")[0].rpartition(".")[0] for port in ports)
    return [Hub(location, boards) for location, boards in Counter(above).items() if location]


def _usb() -> list[UsbDevice] | None:
    if sys.platform == "linux":
        return usb_linux.devices()
    return usb_windows.devices() if sys.platform == "win32" else None


def _drives() -> list[Drive]:
    return [Drive(str(one.folder), one.volume.label, one.details, one.failure()) for one in find_drives()]


def _belongs(drive: Drive, ports: Sequence[Port]) -> bool:
    numbers = {port.usb.serial.upper() for port in ports if port.usb is not None}
    return drive.details.unique_id in numbers
