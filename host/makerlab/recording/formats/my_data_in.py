"""MY_DATA.HTM: what the data logger of a micro:bit V2 keeps (MakeCode, MicroPython's `log`, C++).

The file is a small page that shows a table, and behind it, from `UBIT_LOG_FS_V_` on, the log as it lies in
the board's flash (codal-microbit-v2, MicroBitLog.cpp and resources/logfs):

    UBIT_LOG_FS_V_002\\n | end, 10 characters and 1 | start, the same | ... | start: CSV, up to the first FF

`start` and `end` are hexadecimal places in the file as a whole. The CSV has its titles first, and again
whenever columns were added; "FUL" one byte behind `end` says that there was no more room. A page that was
saved by a browser instead of copied holds its table and no log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from makerlab.i18n import N_

MARK = b"UBIT_LOG_FS_V_"
_HEAD = re.compile(rb"UBIT_LOG_FS_V_\d{3}\n(0x[0-9A-Fa-f]{8}).(0x[0-9A-Fa-f]{8})", re.DOTALL)
_UNUSED = b"\xff"
"""Flash that was not written to."""
_FULL = b"FUL"
_PAGE = 0x800
"""Before the log: the page, whose length the places count too."""

NOT_WHOLE = N_("the log in it is cut off or spoilt")


class NoLog(ValueError):
    """Why the log cannot be read: a text of the catalogue."""


def is_my_data(data: bytes) -> bool:
    return MARK in data


def rows_of(data: bytes) -> Iterator[list[str]]:
    """The rows of the log. Raises NoLog."""
    found = _HEAD.search(data)
    if found is None:
        raise NoLog(NOT_WHOLE)
    base = found.start() - _PAGE
    start = base + int(found[2], 16)
    end = data.find(_UNUSED, start)
    if not found.end() <= start < len(data):
        raise NoLog(NOT_WHOLE)
    text = data[start : end if end >= 0 else len(data)].replace(b"\0", b"")
    for line in text.decode("utf-8", "replace").splitlines():
        yield line.split(",")


def is_full(data: bytes) -> bool:
    """Whether the board had no more room, and stopped."""
    found = _HEAD.search(data)
    if found is None:
        return False
    end = found.start() - _PAGE + int(found[1], 16)
    return data[end + 1 : end + 1 + len(_FULL)] == _FULL
