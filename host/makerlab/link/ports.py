"""The serial ports of this computer, and which of them can have a board behind them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from makerlab.boards import Board, Usb, candidates
from makerlab.errors import NoBoard, SeveralBoards
from makerlab.i18n import N_, _


@dataclass(frozen=True)
class PortInfo:
    """A serial port: its name, what the system calls it, the USB device it belongs to (None if it is none)
    and where that is plugged in ("1-2.3", or "" where the system does not say)."""

    port: str
    description: str
    usb: Usb | None
    location: str = ""


class NoBoardThere(NamedTuple):
    """A kind of port that never has a board behind it: where `fact` matches `pattern`.

    `refuse`: not opened even when somebody asks for it by name, because opening alone does harm (a
    Bluetooth port waits 10 s for a headset, a modem port may dial).
    """

    fact: str
    pattern: str
    kind: str
    refuse: bool = True


# The facts are `port`, `hwid`, `text` (description, product, manufacturer) and `vid`, as pyserial gives
# them. The first line that fits decides.
NO_BOARD_THERE = (
    NoBoardThere("hwid", r"^BTH(ENUM|LE)", N_("a Bluetooth connection")),
    NoBoardThere("text", r"bluetooth|蓝牙|藍牙|藍芽", N_("a Bluetooth connection")),
    NoBoardThere("port", r"^/dev/rfcomm|^/dev/(cu|tty)\.(Bluetooth|BLTH)", N_("a Bluetooth connection")),
    NoBoardThere("text", r"Active Management|\bSOL\b", N_("remote maintenance of this computer (Intel AMT)")),
    NoBoardThere("text", r"\bmodem\b|调制解调器|數據機", N_("a modem")),
    # Huawei, ZTE, Quectel, Sierra, SIMCom, Qualcomm, Fibocom: their ports are called "Application", "PC UI".
    NoBoardThere("vid", r"^(12D1|19D2|2C7C|1199|1E0E|05C6|2CB7)$", N_("a modem")),
    NoBoardThere(
        "port", r"^/dev/(cu|tty)\.(debug-console|wlan-debug|SOC|MALS)", N_("a port of macOS itself")
    ),
    # macOS names each port twice; opening the tty.* one waits for a signal that boards do not give.
    NoBoardThere("port", r"^/dev/tty\.", N_("the same port as the one beginning with cu."), refuse=False),
    NoBoardThere("port+hwid", r"^/dev/cu\.\S+ n/a$", N_("no USB port"), refuse=False),
    # Linux since 6.8 shows 32 of them, whether the computer has any or not (pyserial issue 763). On a
    # Raspberry Pi a board may hang on one: so only by name.
    NoBoardThere("port", r"^/dev/tty(S|AMA|AP|O|HS|THS|mxc|PS)\d", N_("a built-in port"), refuse=False),
    NoBoardThere("hwid", r"^(ACPI|PCI)\\", N_("a built-in port"), refuse=False),
)


def list_ports() -> list[PortInfo]:
    """The ports that can have a board behind them, in the order people count (COM3 before COM10)."""
    return boardlike(_all_ports())


def boardlike(found: Iterable[Any]) -> list[PortInfo]:
    """Of what pyserial found (`ListPortInfo`), the ports that can have a board behind them."""
    infos = [_info(one) for one in found if no_board_there(one) is None]
    return sorted(infos, key=lambda info: _counting_order(info.port))


def ports_without_boards() -> list[tuple[str, NoBoardThere]]:
    """The ports that never have a board behind them, and why."""
    reasons = [(one.device, no_board_there(one)) for one in _all_ports()]
    return [(port, reason) for port, reason in reasons if reason is not None]


def look_up(port: str) -> tuple[PortInfo | None, NoBoardThere | None]:
    """What the system knows of the port somebody named, and whether no board can be there."""
    wanted = _same_name(port)
    for one in _all_ports():
        if _same_name(one.device) == wanted:
            return _info(one), no_board_there(one)
    return None, None


def no_board_there(found: Any) -> NoBoardThere | None:
    """Why no board can be behind a port that pyserial found; None if one can."""
    facts = {
        "port": found.device,
        "hwid": found.hwid or "",
        "port+hwid": f"{found.device} {found.hwid}",
        "text": " ".join(filter(None, (found.description, found.product, found.manufacturer))),
        "vid": f"{found.vid:04X}" if found.vid is not None else "",
    }
    for line in NO_BOARD_THERE:
        if re.search(line.pattern, facts[line.fact], re.IGNORECASE):
            return line
    return None


def pick_port(ports: Sequence[PortInfo]) -> str:
    """The one port with a board, when nobody named one. Raises NoBoard or SeveralBoards."""
    names = with_board(ports)
    if not names:
        raise NoBoard()
    if len(names) > 1:
        raise SeveralBoards(ports=_(", ").join(names), example=names[0])
    return names[0]


def with_board(ports: Sequence[PortInfo]) -> list[str]:
    """The names of those ports whose USB device can be one of our boards."""
    return [info.port for info in ports if any(isinstance(one, Board) for one in candidates(info.usb))]


def _all_ports() -> list[Any]:
    from serial.tools import list_ports  # slow on Windows, and needed by few commands

    return list(list_ports.comports())


def _info(found: Any) -> PortInfo:
    usb = None
    if found.vid is not None and found.pid is not None:
        product = found.product if found.product not in (None, "n/a") else ""
        usb = Usb(found.vid, found.pid, found.serial_number or "", product)
    description = found.description if found.description not in (None, "n/a") else ""
    return PortInfo(found.device, description, usb, found.location or "")


def _same_name(port: str) -> str:
    """A port's name so that two names of one port are equal (COM3 and com3, a link and its target)."""
    if sys.platform == "win32":
        return port.upper().removeprefix("\\\\.\\")
    return os.path.realpath(port.replace("/dev/tty.", "/dev/cu.", 1))


def _counting_order(port: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", port)]
