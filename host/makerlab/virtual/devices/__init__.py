"""Chips on an I2C bus, one file each, at register level: a driver is tried with the bytes it really sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from makerlab.virtual.devices.aht20 import Aht20
from makerlab.virtual.devices.bh1750 import Bh1750
from makerlab.virtual.devices.bmp280 import Bme280, Bmp280
from makerlab.virtual.devices.device import ABSENT, PRESENT, Device
from makerlab.virtual.devices.ina219 import Ina219
from makerlab.virtual.devices.mpu6050 import Mpu6050
from makerlab.virtual.devices.sht3x import Sht3x
from makerlab.virtual.devices.tcs34725 import Tcs34725
from makerlab.virtual.devices.vl53l0x import Vl53l0x

CHIPS: Mapping[str, type[Device]] = {
    chip.NAME: chip
    for chip in (Mpu6050, Bh1750, Bme280, Bmp280, Sht3x, Aht20, Vl53l0x, Tcs34725, Ina219)
}  # fmt: skip
"""By name. Of two with the same address the first is there unless somebody asks for the other."""


NAMES = (*CHIPS, "max6675", "hx711", "dht", "ds18b20")
"""All chips there are models of, also those that are not on an I2C bus."""


def every_device(
    sense: Callable[[str], float | None], now: Callable[[], float], states: Mapping[str, str]
) -> dict[int, list[Device]]:
    """One of each chip by its address; several at one address, as on a real bus, if that is asked for.

    `sense` gives what a quantity of the scene is now (None: no answer), `now` the board's time in seconds.
    `states` says what chips are like (one of device.STATES); those it names go before others with the same
    address.
    """
    found: dict[int, list[Device]] = {}
    for name, state in states.items():
        if name in CHIPS and state != ABSENT:
            chip = CHIPS[name]
            found.setdefault(chip.ADDRESS, []).append(chip(sense, now, state))
    taken = {CHIPS[name].ADDRESS for name in states if name in CHIPS}
    for name, chip in CHIPS.items():
        if name not in states and chip.ADDRESS not in taken:
            found[chip.ADDRESS] = [chip(sense, now, PRESENT)]
            taken.add(chip.ADDRESS)
    return found
