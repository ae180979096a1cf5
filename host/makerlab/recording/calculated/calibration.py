"""Two-point calibration: what a channel read at two values that were known better. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from makerlab.errors import MakerError
from makerlab.i18n import N_

MIN_SPREAD = 1e-9
"""Of two readings, as a share of the greater: closer ones are the same, and no line goes through them."""


class SamePoint(MakerError):
    what = N_("Both times {channel} read about {measured}: no calibration can be made from one point.")
    todo = N_("Take two values that lie far apart, such as ice water and warm water.")


@dataclass(frozen=True)
class Calibration:
    """A straight line through two points: `measured` (what the channel read, in `unit`) and `known` (what it
    was). `made_at`: when, ISO 8601."""

    measured: tuple[float, float]
    known: tuple[float, float]
    unit: str = ""
    made_at: str = ""

    @property
    def gain(self) -> float:
        (low, high), (known_low, known_high) = self.measured, self.known
        return (known_high - known_low) / (high - low)

    @property
    def offset(self) -> float:
        return self.known[0] - self.gain * self.measured[0]

    def corrected(self, value: float) -> float:
        """What it really is when the channel reads `value`."""
        return self.known[0] + self.gain * (value - self.measured[0])


def through(
    channel: str, measured: tuple[float, float], known: tuple[float, float], unit: str = "", made_at: str = ""
) -> Calibration:
    """The calibration through these points. Raises SamePoint."""
    low, high = measured
    finite = all(map(math.isfinite, (*measured, *known)))
    if not finite or abs(high - low) <= MIN_SPREAD * max(abs(low), abs(high)) or known[0] == known[1]:
        raise SamePoint(channel=channel, measured=f"{low:g}")
    return Calibration((low, high), (float(known[0]), float(known[1])), unit, made_at)
