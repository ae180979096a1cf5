"""What voltage a pin has: the usual school sensors, each as a divider or module gives it at 3.3 V."""

from __future__ import annotations

import math
from collections.abc import Callable

from makerlab.virtual.hardware.part import Machine, Part, Refused
from makerlab.virtual.hardware.pins import Pins
from makerlab.virtual.hardware.senses import Senses

SUPPLY_MV = 3300
FLOATING_MV = 140
"""About what an open pin shows."""
TONE_HZ = 210.0
"""Of every sound: about a voice's."""
USUAL = "light_lux"
"""What hangs on a pin of which the scene says nothing: a light sensor, the one every class has."""


class Analog(Part):
    """Voltages of the pins that can measure them."""

    def __init__(self, board: Machine, pins: Pins, senses: Senses) -> None:
        self._board = board
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
        if quantity == "sound_db":
            millivolts = _sound(value, self._board.uptime_s())
        else:
            millivolts = _VOLTAGES.get(quantity, _share)(value)
        return min(max(millivolts, 0.0), SUPPLY_MV)


def _light(lux: float) -> float:
    """A photoresistor (GL5528: 10 kOhm at 10 lux, gamma 0.7) to 3.3 V and 10 kOhm to ground."""
    resistance = 10_000 * math.pow(10 / max(lux, 0.01), 0.7)
    return SUPPLY_MV * 10_000 / (10_000 + resistance)


def _temperature(celsius: float) -> float:
    """A thermistor (10 kOhm at 25 degrees, B 3950) to ground and 10 kOhm to 3.3 V."""
    resistance = 10_000 * math.exp(3950 * (1 / (celsius + 273.15) - 1 / 298.15))
    return SUPPLY_MV * resistance / (10_000 + resistance)


def _sound(decibels: float, t: float) -> float:
    """A microphone module with an amplifier (MAX4466), at `t` seconds: it swings about half the supply, by
    15 mV to each side at 40 dB and ten times as much every 20 dB more."""
    return SUPPLY_MV / 2 + 15 * math.pow(10, (decibels - 40) / 20) * math.sin(2 * math.pi * TONE_HZ * t)


def _hall(microtesla: float) -> float:
    """A linear Hall sensor (49E, 1.4 mV per gauss at 5 V) at 3.3 V: half the supply without a magnet."""
    return SUPPLY_MV / 2 + 0.0092 * microtesla


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
    "probe_temperature_c": _temperature,
    "probe_2_temperature_c": _temperature,
    "magnetic_x_ut": _hall,
    "magnetic_y_ut": _hall,
    "magnetic_z_ut": _hall,
    "soil_moisture_percent": _soil,
    "voltage_mv": _voltage,
}
