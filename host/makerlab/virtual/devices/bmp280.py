"""BMP280 and BME280, air pressure, temperature and humidity (Bosch BST-BMP280-DS001, BST-BME280-DS002).

They send uncompensated readings, which the driver turns into numbers with the chip's own calibration. So the
model asks which reading would come out as what the scene says; it reckons with the data sheets' formulas for
floating point (sections 8.1 and 4.2.3), the driver with those for whole numbers.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import ClassVar

from makerlab.virtual.devices.device import RegisterDevice

T1, T2, T3 = 27504, 26435, -1000
P = (36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000)
"""The calibration of the data sheet's example (BMP280, section 3.12)."""
H1, H2, H3, H4, H5, H6 = 75, 362, 0, 324, 50, 30
"""Of an ordinary BME280."""

_CALIBRATION, _H1, _CHIP_ID, _RESET, _H2 = 0x88, 0xA1, 0xD0, 0xE0, 0xE1
_CTRL_HUM, _CTRL_MEAS, _DATA = 0xF2, 0xF4, 0xF7
_NOTHING_YET = 0x80000
_MEASUREMENT_S = 0.0432


def fine_temperature(raw: float) -> float:
    """Temperature in 1/5120 degree."""
    return (raw / 16384 - T1 / 1024) * T2 + (raw / 131072 - T1 / 8192) ** 2 * T3


def pascal(raw: float, fine: float) -> float:
    p = (0, *P)
    first = fine / 2 - 64000
    second = first * first * p[6] / 32768 + first * p[5] * 2
    second = second / 4 + p[4] * 65536
    first = (p[3] * first * first / 524288 + p[2] * first) / 524288
    first = (1 + first / 32768) * p[1]
    value = (1048576 - raw - second / 4096) * 6250 / first
    return value + (p[9] * value * value / 2147483648 + value * p[8] / 32768 + p[7]) / 16


def percent(raw: float, fine: float) -> float:
    t = fine - 76800
    value = (raw - (H4 * 64 + H5 / 16384 * t)) * (
        H2 / 65536 * (1 + H6 / 67108864 * t * (1 + H3 / 67108864 * t))
    )
    return value * (1 - H1 * value / 524288)


def reading(wanted: float, rises: bool, size: int, formula: Callable[[float], float]) -> int:
    """The reading of `size` bits that comes nearest to `wanted`."""
    low, high = 0, (1 << size) - 1
    while low < high:
        middle = (low + high) // 2
        if (formula(middle) < wanted) == rises:
            low = middle + 1
        else:
            high = middle
    return low


class Bmp280(RegisterDevice):
    NAME = "bmp280"
    ADDRESS = 0x76
    QUANTITIES: ClassVar[Sequence[str]] = ("temperature_c", "pressure_hpa")
    ID = 0x58

    def power_on(self) -> None:
        self._since = 0.0
        self.registers[_CHIP_ID] = self.identity(self.ID)
        self.registers[_CALIBRATION : _CALIBRATION + 24] = struct.pack("<Hhh", T1, T2, T3) + struct.pack(
            "<H8h", *P
        )
        self._put20(_DATA, _NOTHING_YET)
        self._put20(_DATA + 3, _NOTHING_YET)

    def changed(self, register: int, value: int) -> None:
        if register == _RESET and value == 0xB6:
            self.start_anew()
        elif register == _CTRL_MEAS:
            self._since = self.now()

    def measure(self) -> None:
        if self.registers[_CTRL_MEAS] & 3 == 0 or self.now() - self._since < _MEASUREMENT_S:
            return  # asleep, or not done yet
        raw = reading(self.sense("temperature_c") * 5120, True, 20, fine_temperature)
        self._put20(_DATA + 3, raw)
        fine = fine_temperature(raw)
        wanted = self.sense("pressure_hpa") * 100
        self._put20(_DATA, reading(wanted, False, 20, lambda raw: pascal(raw, fine)))

    def write(self, data: bytes) -> None:
        # Unlike most chips it takes pairs of register and value (section 5.2.1).
        if len(data) < 2:
            super().write(data)
        for index in range(0, len(data) - 1, 2):
            super().write(data[index : index + 2])

    def _put20(self, register: int, raw: int) -> None:
        self.registers[register : register + 3] = (raw << 4).to_bytes(3, "big")


class Bme280(Bmp280):
    NAME = "bme280"
    QUANTITIES = ("temperature_c", "pressure_hpa", "humidity_percent")
    ID = 0x60

    def power_on(self) -> None:
        super().power_on()
        self.registers[_H1] = H1
        self.registers[_H2 : _H2 + 7] = struct.pack("<hB", H2, H3) + bytes(
            [H4 >> 4, H4 & 15 | (H5 & 15) << 4, H5 >> 4, H6]
        )
        self._humidity_on = False
        self.put(_DATA + 6, 0x8000, signed=False)

    def changed(self, register: int, value: int) -> None:
        super().changed(register, value)
        if register == _CTRL_MEAS:  # only now does it take up what is in ctrl_hum (section 5.4.3)
            self._humidity_on = self.registers[_CTRL_HUM] & 7 != 0

    def measure(self) -> None:
        super().measure()
        if self.registers[_CTRL_MEAS] & 3 and self._humidity_on:
            raw = int.from_bytes(self.registers[_DATA + 3 : _DATA + 6], "big") >> 4
            fine = fine_temperature(raw)
            humidity = self.sense("humidity_percent")
            self.put(_DATA + 6, reading(humidity, True, 16, lambda raw: percent(raw, fine)), signed=False)
