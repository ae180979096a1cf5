"""BH1750, light (ROHM BH1750FVI rev. D)."""

from __future__ import annotations

from collections.abc import Callable

from makerlab.virtual.devices.device import PRESENT, Device

_POWER_DOWN, _POWER_ON, _RESET = 0x00, 0x01, 0x07
_CONTINUOUS, _ONCE = 0x10, 0x20
_MEASUREMENT_S = 0.12
_COUNTS_PER_LUX = 1.2


class Bh1750(Device):
    NAME = "bh1750"
    ADDRESS = 0x23
    QUANTITIES = ("light_lux",)

    def __init__(
        self, sense: Callable[[str], float | None], now: Callable[[], float], state: str = PRESENT
    ) -> None:
        super().__init__(sense, now, state)
        self._mode = _POWER_DOWN
        self._since = 0.0
        self._counts = 0

    def write(self, data: bytes) -> None:
        for command in data:
            if command == _RESET and self._mode != _POWER_DOWN:
                self._counts = 0
            elif command in (_POWER_DOWN, _POWER_ON, _CONTINUOUS, _ONCE):
                self._mode, self._since = command, self.now()

    def read(self, count: int) -> bytes:
        if self._mode in (_CONTINUOUS, _ONCE) and self.now() - self._since >= _MEASUREMENT_S:
            self._counts = min(0xFFFF, round(self.sense("light_lux") * _COUNTS_PER_LUX))
            if self._mode == _ONCE:
                self._mode = _POWER_DOWN
        return self._counts.to_bytes(2, "big")[:count].ljust(count, b"\xff")
