"""A soldered-on accelerometer, and the gestures made out of what it feels.

Axes and signs are a micro:bit's: lying flat with its display up, z is -1000 mg; it counts where a thing that
is let go would move, the scene (like most chips) what holds it up. When which gesture begins follows CODAL
(codal-core, driver-models/Accelerometer.cpp): postures within 200 mg of the full thousand, five samples of
20 ms to be sure, and a shake after four turns of direction beyond 400 mg.
"""

from __future__ import annotations

import math
from collections import deque

from makerlab.virtual.hardware.catch_up import CatchUp
from makerlab.virtual.hardware.part import Machine, Part
from makerlab.virtual.hardware.senses import Senses

AXES = ("acceleration_x_mg", "acceleration_y_mg", "acceleration_z_mg")

STEP_S = 0.02
REMEMBERED_S = 10.0
SETTLE_S = 0.3
"""So long before a program starts the board has already been held as it is."""
POSTURE_MG = 800
FREE_FALL_MG = 400
SHAKE_MG = 400
SHAKE_TURNS = 4
SHAKE_FADE_STEPS = 10
"""After so many steps one turn of direction is forgotten."""
SURE_STEPS = 5
IMPACTS_MG = {"2g": 2048, "3g": 3072, "6g": 6144, "8g": 8192}
IMPACT_PAUSE_STEPS = 100
"""An impact is reported again only so long after the last."""
MAX_GESTURES = 16
"""Waiting to be asked for (codal_port/microbit_accelerometer.c)."""

Sample = tuple[float, float, float]


class Motion(Part):
    """Acceleration in mg, and gestures by their names in MicroPython ("" for none)."""

    def __init__(self, board: Machine, senses: Senses) -> None:
        self._board = board
        self._senses = senses
        self._moments = CatchUp(STEP_S, REMEMBERED_S)
        self._gestures = Gestures()
        self._made: deque[str] = deque(maxlen=MAX_GESTURES)
        self.commands = {"values": self._values, "gesture": self._gesture, "made": self._made_since}

    def reset(self) -> None:
        self._gestures = Gestures()
        self._made.clear()
        self._moments.begin(max(0.0, self._board.uptime_s() - SETTLE_S))

    def _sample(self, moment: float) -> Sample:
        x, y, z = (-self._senses.soldered(axis, moment) for axis in AXES)
        return x, y, z

    def _values(self) -> str:
        return " ".join(str(round(value)) for value in self._sample(self._board.uptime_s()))

    def _gesture(self) -> str:
        self._look()
        return self._gestures.current.replace(" ", "_")

    def _made_since(self) -> str:
        """Gestures that began since the last question, one word each."""
        self._look()
        made = " ".join(name.replace(" ", "_") for name in self._made)
        self._made.clear()
        return made

    def _look(self) -> None:
        for moment in self._moments.moments(self._board.uptime_s()):
            self._made.extend(self._gestures.feel(self._sample(moment)))


class Gestures:
    """Finds gestures in samples STEP_S apart. Pure."""

    def __init__(self) -> None:
        self.current = ""
        self._candidate = ""
        self._sure = 0
        self._sides = [False, False, False]
        """On which side of zero each axis was beyond SHAKE_MG last."""
        self._turns = 0
        self._fade = 0
        self._shaken = False
        self._quiet: dict[str, int] = {}

    def feel(self, sample: Sample) -> list[str]:
        """The gestures that begin with this sample."""
        force = math.hypot(*sample)
        begun = self._impacts(force)
        self._feel_shaking(sample)
        posture = self._posture(sample, force)
        if posture == self._candidate:
            self._sure = min(SURE_STEPS, self._sure + 1)
        else:
            self._candidate, self._sure = posture, 0
        if self._sure == SURE_STEPS and posture != self.current:
            self.current = posture
            if posture:
                begun.append(posture)
        return begun

    def _impacts(self, force: float) -> list[str]:
        begun = []
        for name, least in IMPACTS_MG.items():
            left = self._quiet.get(name, 0)
            if force > least and not left:
                begun.append(name)
                left = IMPACT_PAUSE_STEPS
            self._quiet[name] = max(0, left - 1)
        return begun

    def _feel_shaking(self, sample: Sample) -> None:
        turned = False
        for axis, value in enumerate(sample):
            side = self._sides[axis]
            if (value < -SHAKE_MG and side) or (value > SHAKE_MG and not side):
                self._sides[axis] = not side
                turned = True
        if turned and self._turns < SHAKE_TURNS:
            self._turns += 1
            self._shaken = self._shaken or self._turns == SHAKE_TURNS
        self._fade += 1
        if self._fade >= SHAKE_FADE_STEPS:
            self._fade = 0
            if self._turns:
                self._turns -= 1
                if not self._turns:
                    self._shaken = False

    def _posture(self, sample: Sample, force: float) -> str:
        x, y, z = sample
        if self._shaken:
            return "shake"
        if force < FREE_FALL_MG:
            return "freefall"
        for value, below, above in ((x, "left", "right"), (y, "down", "up"), (z, "face up", "face down")):
            if value < -POSTURE_MG:
                return below
            if value > POSTURE_MG:
                return above
        return ""
