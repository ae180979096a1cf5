"""INA219, voltage and current through a shunt of 0.1 ohm (TI SBOS448G): registers of 16 bits."""

from __future__ import annotations

from collections.abc import Callable

from makerlab.virtual.devices.device import PRESENT, Device

_CONFIGURATION, _SHUNT, _BUS = 0, 1, 2
_AFTER_RESET = 0x399F
_SHUNT_OHM = 0.1
_READY, _OVERFLOW = 2, 1
_MOST_SHUNT_UV = 320_000


class Ina219(Device):
    NAME = "ina219"
    ADDRESS = 0x40
    QUANTITIES = ("voltage_mv", "current_ma")

    def __init__(
        self, sense: Callable[[str], float | None], now: Callable[[], float], state: str = PRESENT
    ) -> None:
        super().__init__(sense, now, state)
        self._configuration = self._reset_value()
        self._pointer = 0

    def _reset_value(self) -> int:
        return self.identity(_AFTER_RESET & 0xFF) | _AFTER_RESET & 0xFF00

    def write(self, data: bytes) -> None:
        if data:
            self._pointer = data[0]
        if len(data) >= 3 and self._pointer == _CONFIGURATION:
            value = int.from_bytes(data[1:3], "big")
            self._configuration = self._reset_value() if value & 0x8000 else value

    def read(self, count: int) -> bytes:
        shunt_uv = self.sense("current_ma") * 1000 * _SHUNT_OHM
        value = 0
        if self._pointer == _CONFIGURATION:
            value = self._configuration
        elif self._pointer == _SHUNT:
            value = round(min(max(shunt_uv, -_MOST_SHUNT_UV), _MOST_SHUNT_UV) / 10) & 0xFFFF
        elif self._pointer == _BUS:
            over = _OVERFLOW if abs(shunt_uv) > _MOST_SHUNT_UV else 0
            value = round(self.sense("voltage_mv") / 4) << 3 | _READY | over
        return value.to_bytes(2, "big")[:count].ljust(count, b"\xff")
