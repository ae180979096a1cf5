"""What stands behind `virtual:` and `emulated:`: a board, a name, options.

virtual:esp32                   keeps its files between commands, like a board in a drawer
virtual:esp32/second            another one
virtual:esp32?fresh=1           an empty one that is forgotten afterwards
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qs

from makerlab.errors import BadAddress

WITHOUT_HARDWARE = ("virtual:esp32", "virtual:microbit-v2", "emulated:microbit-v1")
"""Every board that there is without hardware, as a port."""
DEFAULT_NAME = "default"
MIN_BAUD, MAX_BAUD = 1200, 1_000_000


class Address(NamedTuple):
    """`name` is None for a fresh board; `options` holds what is left after the common ones."""

    kind: str
    name: str | None
    baud: int | None
    options: dict[str, str]


def with_scene(port: str, scene: str) -> str:
    """`port` with that scene ("" for none in particular) if it is a virtual board and names none itself."""
    board = re.split("[/?]", port, maxsplit=1)[0]
    if not scene or not board.startswith("virtual:") or board not in WITHOUT_HARDWARE:
        return port
    if re.search(r"[?&]scene=", port):
        return port
    return f"{port}{'&' if '?' in port else '?'}scene={scene}"


def parse(port: str, more: tuple[str, ...] = ()) -> Address:
    """Read an address. `more` names the options of this kind of port beside `fresh` and `baud`.

    Raises BadAddress for an unknown or doubled option or a value that cannot be.
    """
    board, mark, query = port.partition(":")[2].partition("?")
    kind, slash, name = board.partition("/")
    try:
        pairs = parse_qs(query, keep_blank_values=True, strict_parsing=True) if mark else {}
        baud = int(pairs["baud"][0]) if "baud" in pairs else None
    except ValueError:
        raise BadAddress(port=port) from None
    options = {key: values[0] for key, values in pairs.items()}
    fresh = options.pop("fresh", "0")
    options.pop("baud", None)
    if (
        (slash and not name)
        or fresh not in ("0", "1")
        or (baud is not None and not MIN_BAUD <= baud <= MAX_BAUD)
        or not options.keys() <= set(more)
        or any(len(values) > 1 for values in pairs.values())
    ):
        raise BadAddress(port=port)
    return Address(kind, None if fresh == "1" else name or DEFAULT_NAME, baud, options)
