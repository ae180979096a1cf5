"""What never changes about a board, and so is the key of its label: an ESP's MAC, a micro:bit's Unique ID.

Pure. COM ports change with the socket, and a board that was flashed anew knows nothing any more; these stay.
"""

from __future__ import annotations

import re

from makerlab.boards import MICROBIT_SERIAL_CHARS, Usb, catalogue

MAC_CHARS = 12
SHORT_GROUP, LONG_GROUP = 2, 8
"""How an id is written: a MAC by twos, a long one by eights. Never in one piece: a spreadsheet would take
digits alone for a number, and round it."""

DEFAULT_NAME = "default"
"""Of a virtual board whose address names none (virtual/address.py)."""

_ON_THIS_COMPUTER = re.compile(r"(virtual|emulated):", re.IGNORECASE)


def of_usb(usb: Usb | None) -> str:
    """The id that the USB device tells without anybody asking the board; "" if it tells none.

    A micro:bit's DAPLink and an ESP's own USB do. A bridge (CH340, CP2102) has none, or a number of its own
    that thousands share.
    """
    if usb is None:
        return ""
    adapter = catalogue().adapter(usb)
    if adapter is None:
        return ""
    if adapter.key == "daplink" and len(usb.serial) == MICROBIT_SERIAL_CHARS:
        return read(usb.serial)
    if adapter.key == "jtag":
        return read(usb.serial)
    return ""


def of_address(port: str) -> str:
    """The id of a virtual or emulated board: its address without options; "" for any other port."""
    if not _ON_THIS_COMPUTER.match(port):
        return ""
    return port.partition("?")[0].removesuffix("/" + DEFAULT_NAME)


def read(text: str) -> str:
    """An id as somebody wrote it (with colons, dashes or spaces, in any case), in its one form; "" if it
    cannot be one."""
    if _ON_THIS_COMPUTER.match(text.strip()):
        return of_address(text.strip())
    digits = re.sub(r"[\s:-]", "", text).upper()
    return digits if re.fullmatch(r"([0-9A-F]{2}){4,32}", digits) else ""


def shown(board_id: str) -> str:
    """An id as it is written for people: 34:85:18:AB:CD:EF, 99043602-58994E45-..."""
    if of_address(board_id):
        return board_id
    size, mark = (SHORT_GROUP, ":") if len(board_id) == MAC_CHARS else (LONG_GROUP, "-")
    return mark.join(board_id[at : at + size] for at in range(0, len(board_id), size))
