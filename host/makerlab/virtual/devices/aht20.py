"""AHT20, temperature and humidity (Aosong AHT20 product manual v1.1)."""

from __future__ import annotations

from collections.abc import Callable

from makerlab.virtual.devices.checksum import crc8
from makerlab.virtual.devices.device import PRESENT, WRONG_IDENTITY, Device

_STATUS, _INITIALISE, _MEASURE = 0x71, b"\xbe\x08\x00", b"\xac\x33\x00"
_BUSY, _READY_BITS = 0x80, 0x18
_MEASUREMENT_S = 0.08


class Aht20(Device):
    NAME = "aht20"
    ADDRESS = 0x38
    QUANTITIES = ("temperature_c", "humidity_percent")

    def __init__(
        self, sense: Callable[[str], float | None], now: Callable[[], float], state: str = PRESENT
    ) -> None:
        super().__init__(sense, now, state)
        self._status = 0x00  # as an AHT10 wakes up: not initialised
        self._data = bytes(5)
        self._ready_at = 0.0

    def write(self, data: bytes) -> None:
        if data == _INITIALISE and self.state != WRONG_IDENTITY:
            self._status = _READY_BITS
        elif data == _MEASURE and self._status:
            humidity = min(round(self.sense("humidity_percent") / 100 * (1 << 20)), (1 << 20) - 1)
            temperature = round((self.sense("temperature_c") + 50) / 200 * (1 << 20))
            self._data = (humidity << 20 | temperature).to_bytes(5, "big")
            self._ready_at = self.now() + _MEASUREMENT_S

    def read(self, count: int) -> bytes:
        """Its status, five bytes of measurement, and their checksum."""
        busy = _BUSY if self.now() < self._ready_at else 0
        data = bytes([self._status | busy]) + self._data
        return (data + bytes([self.check(crc8(data))]))[:count].ljust(count, b"\xff")
