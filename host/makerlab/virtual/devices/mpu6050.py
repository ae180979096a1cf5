"""MPU6050, acceleration and rotation (InvenSense RM-MPU-6000A-00, register map 4.2)."""

from __future__ import annotations

from makerlab.virtual.devices.device import RegisterDevice

_GYRO_CONFIG, _ACCEL_CONFIG, _ACCEL_OUT, _TEMP_OUT, _GYRO_OUT = 0x1B, 0x1C, 0x3B, 0x41, 0x43
_POWER, _WHO_AM_I = 0x6B, 0x75
_RESET, _SLEEP = 0x80, 0x40
_COUNTS_PER_G, _COUNTS_PER_DPS = 16384, 131
"""At the smallest range; each step of the range halves them."""


class Mpu6050(RegisterDevice):
    NAME = "mpu6050"
    ADDRESS = 0x68
    QUANTITIES = (
        "acceleration_x_mg", "acceleration_y_mg", "acceleration_z_mg",
        "rotation_x_dps", "rotation_y_dps", "rotation_z_dps",
    )  # fmt: skip

    def power_on(self) -> None:
        self.registers[_POWER] = _SLEEP  # it wakes up asleep
        self.registers[_WHO_AM_I] = self.identity(self.ADDRESS)

    def changed(self, register: int, value: int) -> None:
        if register == _POWER and value & _RESET:
            self.start_anew()
        self.registers[_WHO_AM_I] = self.identity(self.ADDRESS)  # cannot be written

    def measure(self) -> None:
        if self.registers[_POWER] & _SLEEP:
            return  # its last values stay
        per_g = _COUNTS_PER_G >> (self.registers[_ACCEL_CONFIG] >> 3 & 3)
        per_dps = _COUNTS_PER_DPS / (1 << (self.registers[_GYRO_CONFIG] >> 3 & 3))
        for index, axis in enumerate("xyz"):
            self.put(_ACCEL_OUT + 2 * index, round(self.sense(f"acceleration_{axis}_mg") * per_g / 1000))
            self.put(_GYRO_OUT + 2 * index, round(self.sense(f"rotation_{axis}_dps") * per_dps))
        self.put(_TEMP_OUT, round((self.sense("chip_temperature_c") - 36.53) * 340))
