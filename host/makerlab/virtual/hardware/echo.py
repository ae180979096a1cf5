"""An ultrasonic distance sensor (HC-SR04): a short pulse on any output, and its echo on any input."""

from __future__ import annotations

from makerlab.virtual.hardware.part import Machine, Part, whole
from makerlab.virtual.hardware.pins import Pins
from makerlab.virtual.hardware.senses import Senses

SOUND_MM_PER_US = 0.343
"""Speed of sound at 20 degrees."""
TRIGGER_WITHIN_S = 0.1
"""So long after its trigger pulse has ended a sensor may still answer."""
NEVER_BEGAN, NEVER_ENDED = -2, -1
"""What machine.time_pulse_us returns."""


class Echo(Part):
    """machine.time_pulse_us."""

    def __init__(self, board: Machine, pins: Pins, senses: Senses) -> None:
        self._board = board
        self._pins = pins
        self._senses = senses
        self.commands = {"measure": self._measure}

    def _measure(self, key: str, level: str, timeout_us: str) -> str:
        """Length of the pulse at pin `key`, microseconds."""
        self._pins.pin(key)
        timeout = whole(timeout_us)
        triggered = self._board.uptime_s() - self._pins.fell_at < TRIGGER_WITHIN_S
        distance = self._senses.value("distance_mm") if self._senses.there("echo") else None
        self._pins.fell_at = float("-inf")
        pulse_us = round(2 * distance / SOUND_MM_PER_US) if distance is not None else 0
        answer = pulse_us if pulse_us <= timeout else NEVER_ENDED
        if not triggered or distance is None or level != "1":
            answer = NEVER_BEGAN
        waited_us = answer if answer >= 0 else timeout
        until = self._board.clock.now() + waited_us / 1e6
        while self._board.wait(lambda: False, until) is None and self._board.clock.now() < until:
            return str(NEVER_BEGAN)  # interrupted: the program should look what it is
        return str(answer)
