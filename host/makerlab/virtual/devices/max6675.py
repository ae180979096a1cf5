"""MAX6675, a thermocouple's temperature (Maxim 19-2235): 16 bits out of an SPI chip that cannot listen."""

from __future__ import annotations

from makerlab.virtual.devices.device import WRONG_IDENTITY

OPEN = 0x0004
IDENTITY = 0x0002


def word(celsius: float | None, state: str) -> int:
    """What it says at this temperature; None: nothing is connected to it."""
    if celsius is None:
        return OPEN
    quarters = min(max(round(celsius * 4), 0), 0xFFF)
    return quarters << 3 | (IDENTITY if state == WRONG_IDENTITY else 0)
