"""Movements of a hand that holds the board, as accelerations: for lessons in which it learns gestures."""

from __future__ import annotations

import math
from typing import NamedTuple

from makerlab.virtual.moment import Moment, Part

X, Y, Z = "acceleration_x_mg", "acceleration_y_mg", "acceleration_z_mg"


class Swing(NamedTuple):
    """One axis of a gesture: how far (mg), how fast (Hz) and where it begins in its circle (degrees)."""

    amplitude: float
    hz: float
    phase_deg: float = 0


GESTURES: dict[str, dict[str, Swing]] = {
    "shake": {X: Swing(1400, 5), Y: Swing(250, 5, 40)},
    "wave": {X: Swing(650, 1.8), Z: Swing(150, 3.6, 30)},
    "circle": {X: Swing(500, 1.4), Y: Swing(500, 1.4, 90)},
    "lift": {Z: Swing(600, 1.0), Y: Swing(80, 2.0)},
    "tap": {Z: Swing(900, 9), X: Swing(120, 9, 60)},
}
"""What the gesture adds to what the axis feels anyway."""
WIDER = 0.15
"""How much wider or narrower one person does it from time to time."""
FASTER = 0.1
"""And how much faster or slower."""
_EASE_S = 0.1
"""In which a hand begins and ends: no accelerometer feels a jump."""


def gesture(name: str, at_s: float, for_s: float, number: int) -> dict[str, Part]:
    """The `number`-th gesture of a scene: `name` (of GESTURES) from `at_s` on for `for_s`, by axis. Every
    time a little different, the same for the same seed."""
    return {axis: _moved(swing, at_s, for_s, number) for axis, swing in GESTURES[name].items()}


def _moved(swing: Swing, at_s: float, for_s: float, number: int) -> Part:
    def part(moment: Moment) -> float:
        t = moment.t - at_s
        if not 0 <= t < for_s:
            return 0.0
        same = Moment(0, moment.seed, _STREAM)  # for all axes
        wide = 1 + WIDER * (2 * same.uniform(2 * number) - 1)
        fast = 1 + FASTER * (2 * same.uniform(2 * number + 1) - 1)
        ease = min(1.0, t / _EASE_S, (for_s - t) / _EASE_S)
        angle = 2 * math.pi * swing.hz * fast * t + math.radians(swing.phase_deg)
        return ease * wide * swing.amplitude * math.sin(angle)

    return part


_STREAM = 1 << 40
"""Of random numbers: no curve's."""
