"""Buttons and touch pins: pressed or not, and how often since a program asked last."""

from __future__ import annotations

from makerlab.virtual.hardware.catch_up import CatchUp
from makerlab.virtual.hardware.part import Machine, Part
from makerlab.virtual.hardware.pins import Pins
from makerlab.virtual.hardware.senses import Senses

LOGO = "logo"
"""A touch pin that is not on the edge of the board."""
STEP_S = 0.02
"""The shortest press of a finger that counts, well above a bouncing contact."""
REMEMBERED_S = 60.0
PRESSED = 0.5
_FINGERS = ("touch", "button", "button_b")
"""What can press; another thing at a pin (a light sensor) is no finger."""


class Buttons(Part):
    """Buttons by the pin they are soldered to ("P5"), touch pins by their name ("P0", LOGO)."""

    def __init__(self, board: Machine, pins: Pins, senses: Senses) -> None:
        self._board = board
        self._pins = pins
        self._senses = senses
        self._began = 0.0
        self._watched: dict[str, _Watched] = {}
        self.commands = {"state": self._state}

    def reset(self) -> None:
        self._watched.clear()
        self._began = self._board.uptime_s()

    def _state(self, key: str) -> str:
        """ "1 3": pressed now, and three times newly pressed since the last question."""
        now = self._board.uptime_s()
        quantity = "touch" if key == LOGO else self._pins.wired(key) or "touch"
        watched = self._watched.setdefault(key, _Watched(self._began))
        presses = 0
        if self._senses.scene.next_edge(quantity, watched.moments.next_s) > now:
            watched.moments.begin(now)  # nothing has changed since: asked once a minute, that saves much
        for moment in watched.moments.moments(now):
            pressed = self._pressed(quantity, moment)
            presses += pressed and not watched.pressed
            watched.pressed = pressed
        return f"{int(self._pressed(quantity, now))} {presses}"

    def _pressed(self, quantity: str, moment: float) -> bool:
        value = self._senses.scene.value(quantity, moment) if quantity in _FINGERS else None
        return value is not None and value > PRESSED


class _Watched:
    def __init__(self, began: float) -> None:
        self.pressed = False
        self.moments = CatchUp(STEP_S, REMEMBERED_S)
        self.moments.begin(began)
