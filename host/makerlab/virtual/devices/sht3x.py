"""SHT3x, temperature and humidity (Sensirion SHT3x-DIS)."""

from __future__ import annotations

from collections.abc import Callable

from makerlab.virtual.devices.checksum import crc8
from makerlab.virtual.devices.device import PRESENT, WRONG_IDENTITY, Device, Silent

_MEASURE, _STATUS = b"\x24\x00", b"\xf3\x2d"
_MEASUREMENT_S = 0.0125
"""Typical; 0.0155 at most (table 4)."""


class Sht3x(Device):
    NAME = "sht3x"
    ADDRESS = 0x44
    QUANTITIES = ("temperature_c", "humidity_percent")

    def __init__(
        self, sense: Callable[[str], float | None], now: Callable[[], float], state: str = PRESENT
    ) -> None:
        super().__init__(sense, now, state)
        self._answer = b""
        self._ready_at = 0.0

    def write(self, data: bytes) -> None:
        if data == _MEASURE:
            temperature = round((self.sense("temperature_c") + 45) * 65535 / 175)
            humidity = round(self.sense("humidity_percent") * 65535 / 100)
            self._answer = self._word(temperature) + self._word(humidity)
            self._ready_at = self.now() + _MEASUREMENT_S
        elif data == _STATUS:
            # Another chip here would answer something without a checksum.
            self._answer = b"\x00\x00\x00" if self.state == WRONG_IDENTITY else self._word(0)

    def read(self, count: int) -> bytes:
        if not self._answer or self.now() < self._ready_at:
            raise Silent  # it says so by not acknowledging (section 4.4)
        answer, self._answer = self._answer, b""
        return answer[:count].ljust(count, b"\xff")

    def _word(self, value: int) -> bytes:
        data = min(max(value, 0), 0xFFFF).to_bytes(2, "big")
        return data + bytes([self.check(crc8(data))])
