"""USB devices and hubs as Linux lists them in /sys/bus/usb/devices."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from makerlab.boards import Usb
from makerlab.doctor.facts import Hub, UsbDevice
from makerlab.doctor.usb_kinds import is_of_a_board

SYS = Path("/sys/bus/usb/devices")
HUB_CLASS = "09"
SELF_POWERED = 0x40
"""Bit of bmAttributes: the device has a power supply of its own (USB 2.0, table 9-10)."""
USBFS = "usbfs"
"""The "driver" of a device that a program holds directly."""


def devices(root: Path = SYS) -> list[UsbDevice]:
    """What is plugged in of the kinds that boards have."""
    found = []
    for folder in sorted(root.glob("*")):
        usb = _usb(folder)
        if usb is None or not is_of_a_board(usb):
            continue
        interfaces = list(folder.glob(f"{folder.name}:*"))
        # A tty lies in its interface: directly (ttyUSB0) or in a folder tty (ttyACM0).
        ttys = [tty.name for one in interfaces for tty in (*one.glob("ttyUSB*"), *one.glob("tty/tty*"))]
        claimed = any((one / "driver").resolve().name == USBFS for one in interfaces)
        port = f"/dev/{ttys[0]}" if ttys else ""
        found.append(UsbDevice(usb, _text(folder / "product"), folder.name, port, claimed=claimed))
    return found


def hubs(root: Path = SYS) -> list[Hub]:
    """Every hub with something plugged into it, the sockets of the computer itself included."""
    boards: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for folder in root.glob("*"):
        usb = _usb(folder)
        if usb is None or folder.name.startswith("usb"):
            continue
        above = _above(folder.name)
        boards[above] += is_of_a_board(usb)
        wanted[above] += _number(_text(folder / "bMaxPower").removesuffix("mA"))
    found = []
    for folder in sorted(root.glob("*")):
        if _text(folder / "bDeviceClass") != HUB_CLASS:
            continue
        own_power = bool(_number(_text(folder / "bmAttributes"), 16) & SELF_POWERED)
        counters = root.glob(f"{_interface(folder.name)}/*port*/over_current_count")
        cuts = sum(_number(_text(counter)) for counter in counters)
        found.append(Hub(folder.name, boards[folder.name], wanted[folder.name], own_power, cuts))
    return found


def _usb(folder: Path) -> Usb | None:
    try:
        vid, pid = (int(_text(folder / name), 16) for name in ("idVendor", "idProduct"))
    except ValueError:
        return None
    return Usb(vid, pid, _text(folder / "serial"), _text(folder / "product"))


def _above(location: str) -> str:
    """The hub that "1-2.3" (here "1-2") or "1-2" (here "usb1") is plugged into."""
    bus, _dash, path = location.partition("-")
    return f"{bus}-{path.rpartition('.')[0]}" if "." in path else f"usb{bus}"


def _interface(hub: str) -> str:
    """The folder in which a hub's sockets lie: "1-2:1.0", and "1-0:1.0" for the bus itself."""
    return f"{hub.removeprefix('usb')}-0:1.0" if hub.startswith("usb") else f"{hub}:1.0"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _number(text: str, base: int = 10) -> int:
    try:
        return int(text, base)
    except ValueError:
        return 0
