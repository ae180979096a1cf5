"""TCS34725, colour of light (ams TCS3472 v1.06)."""

from __future__ import annotations

from makerlab.virtual.devices.device import RegisterDevice

_ENABLE, _ATIME, _CONTROL, _ID, _STATUS, _CLEAR = 0x00, 0x01, 0x0F, 0x12, 0x13, 0x14
_POWER, _MEASURE = 0x01, 0x02
_CYCLE_S = 0.0024
_COUNTS_PER_CYCLE = 1024
_GAINS = (1, 4, 16, 60)
_COUNTS_PER_LUX_S = 13.0
"""At gain 1, for a white surface: figure 6, roughly."""


class Tcs34725(RegisterDevice):
    NAME = "tcs34725"
    ADDRESS = 0x29
    QUANTITIES = ("light_lux", "red", "green", "blue")

    def power_on(self) -> None:
        self.registers[_ATIME] = 0xFF
        self.registers[_ID] = self.identity(0x44)
        self._since = 0.0

    def write(self, data: bytes) -> None:
        # The first byte is a command: bit 7 is always set, the register is in the low five bits.
        if data and data[0] & 0x80:
            super().write(bytes([data[0] & 0x1F]) + data[1:])

    def changed(self, register: int, value: int) -> None:
        if register == _ENABLE:
            self._since = self.now()

    def measure(self) -> None:
        cycles = 256 - self.registers[_ATIME]
        on = self.registers[_ENABLE] & 3 == _POWER | _MEASURE
        if not on or self.now() - self._since < (cycles + 1) * _CYCLE_S:
            self.registers[_STATUS] = 0
            return
        self.registers[_STATUS] = 0x11
        full = min(cycles * _COUNTS_PER_CYCLE - (cycles < 64), 0xFFFF)
        gain = _GAINS[self.registers[_CONTROL] & 3]
        white = self.sense("light_lux") * _COUNTS_PER_LUX_S * cycles * _CYCLE_S * gain
        parts = [self.sense(colour) * white / 3 for colour in ("red", "green", "blue")]
        for index, counts in enumerate([sum(parts), *parts]):
            data = min(round(counts), full).to_bytes(2, "little")
            self.registers[_CLEAR + 2 * index : _CLEAR + 2 * index + 2] = data
