"""SPI: whatever pins a program takes, a MAX6675 is what it reads from."""

from __future__ import annotations

from makerlab.virtual.devices import max6675
from makerlab.virtual.devices.device import ABSENT
from makerlab.virtual.hardware.part import Part, whole
from makerlab.virtual.hardware.senses import Senses

MAX_BYTES = 256
QUANTITY = "probe_temperature_c"
"""What its thermocouple is in."""


class Spi(Part):
    """Reading only: the chip has no input."""

    def __init__(self, senses: Senses) -> None:
        self._senses = senses
        self.commands = {"read": self._read}

    def _read(self, count: str) -> str:
        """`count` bytes in hex. With nothing connected the line is high, as a pull-up makes it."""
        size = whole(count, 0, MAX_BYTES)
        state = self._senses.state("max6675")
        word = 0xFFFF if state == ABSENT else max6675.word(self._senses.value(QUANTITY), state)
        return word.to_bytes(2, "big").ljust(size, b"\xff")[:size].hex()
