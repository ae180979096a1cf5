"""VL53L0X, distance by light: what one single measurement needs of it (names of registers as in ST's
programming interface STSW-IMG005)."""

from __future__ import annotations

from makerlab.virtual.devices.device import RegisterDevice

_SYSRANGE_START, _INTERRUPT_CLEAR, _INTERRUPT_STATUS, _RANGE_STATUS = 0x00, 0x0B, 0x13, 0x14
_MODEL_ID = 0xC0
_MEASUREMENT_S = 0.033
_REACH_MM = 2000
_COMPLETE, _NO_TARGET = 11, 4
_BEYOND_MM = 8190


class Vl53l0x(RegisterDevice):
    NAME = "vl53l0x"
    ADDRESS = 0x29
    QUANTITIES = ("distance_mm",)

    def power_on(self) -> None:
        self.registers[_MODEL_ID : _MODEL_ID + 3] = bytes([self.identity(0xEE), 0xAA, 0x10])
        self._ready_at: float | None = None

    def changed(self, register: int, value: int) -> None:
        if register == _SYSRANGE_START and value & 1:
            self._ready_at = self.now() + _MEASUREMENT_S
        elif register == _INTERRUPT_CLEAR:
            self.registers[_INTERRUPT_STATUS] = 0

    def measure(self) -> None:
        if self._ready_at is None or self.now() < self._ready_at:
            return
        self._ready_at = None
        distance = round(self.sense("distance_mm"))
        seen = distance <= _REACH_MM
        self.registers[_SYSRANGE_START] = 0
        self.registers[_INTERRUPT_STATUS] = 4
        self.registers[_RANGE_STATUS] = (_COMPLETE if seen else _NO_TARGET) << 3
        self.put(_RANGE_STATUS + 10, distance if seen else _BEYOND_MM, signed=False)
