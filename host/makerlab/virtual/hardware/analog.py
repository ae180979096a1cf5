"""What voltage a pin has: the usual school sensors, each as a divider or module gives it at 3.3 V."""

from __future__ import annotations

import math
from collections.abc import Callable

from makerlab.virtual.hardware.part import Part, Refused
from makerlab.virtual.hardware.pins import Pins
from makerlab.virtual.hardware.senses import Senses

SUPPLY_MV = 3300
FLOATING_MV = 140
"""About what an open pin shows."""
USUAL = "light_lux"
"""What hangs on a pin of which the scene says nothing: a light sensor, the one every class has."""


class Analog(Part):
    """Voltages of the pins that can measure them."""

    def __init__(self, pins: Pins, senses: Senses) -> None:
        self._pins = pins
        self._senses = senses
        self.commands = {"open": self._open, "read": self._read}

    def _open(self, key: str) -> str:
        if "adc" not in self._pins.pin(key).can:
            raise Refused("ValueError", "invalid pin")
        return ""

    def _read(self, key: str) -> str:
        """Microvolts."""
        self._open(key)
        return str(round(self.millivolts(key) * 1000))

    def millivolts(self, key: str) -> float:
        quantity = self._pins.wired(key) or USUAL
        value = self._senses.value(quantity) if self._senses.there("analog") else None
        if value is None:
            return FLOATING_MV
        return min(max(_VOLTAGES.get(quantity, _share)(value), 0.0), SUPPLY_MV)


def _light(lux: float) -> float:
    """A photoresistor (GL5528: 10 kOhm at 10 lux, gamma 0.7) to 3.3 V and 10 kOhm to ground."""
    resistance = 10_000 * math.pow(10 / max(lux, 0.01), 0.7)
    return SUPPLY_MV * 10_000 / (10_000 + resistance)


def _temperature(celsius: float) -> float:
    """A thermistor (10 kOhm at 25 degrees, B 3950) to ground and 10 kOhm to 3.3 V."""
    resistance = 10_000 * math.exp(3950 * (1 / (celsius + 273.15) - 1 / 298.15))
    return SUPPLY_MV * resistance / (10_000 + resistance)


def _sound(decibels: float) -> float:
    """The level output of a microphone module: 3 mV at 40 dB, ten times as much every 20 dB more."""
    return 3 * math.pow(10, (decibels - 40) / 20)


def _soil(percent: float) -> float:
    """A capacitive probe: 2.8 V in air, 1.3 V in water."""
    return 2800 - 15 * percent


def _share(value: float) -> float:
    """A potentiometer, a button, a digital module: a share of the supply from 0 to 1."""
    return SUPPLY_MV * value


def _voltage(millivolts: float) -> float:
    return millivolts


_VOLTAGES: dict[str, Callable[[float], float]] = {
    "light_lux": _light,
    "temperature_c": _temperature,
    "sound_db": _sound,
    "soil_moisture_percent": _soil,
    "voltage_mv": _voltage,
}
