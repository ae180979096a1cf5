"""Chips on an I2C bus, one file each, at register level: a driver is tried with the bytes it really sends."""

from __future__ import annotations

from collections.abc import Callable

from makerlab.virtual.devices.device import Device
from makerlab.virtual.devices.mpu6050 import Mpu6050

_CHIPS: tuple[type[Device], ...] = (Mpu6050,)


def every_device(sense: Callable[[str], float | None], now: Callable[[], float]) -> dict[int, Device]:
    """One of each chip by its address. `sense` gives what a quantity of the scene is now (None: no answer),
    `now` the board's time in seconds."""
    return {chip.ADDRESS: chip(sense, now) for chip in _CHIPS}
