"""A moment in a scene, with the randomness that belongs to it; and what a part of a curve is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Moment:
    """When a curve is asked for, and what makes its randomness repeatable: `stream` is different for every
    part of every curve."""

    t: float
    seed: int
    stream: int

    def uniform(self, number: int) -> float:
        """The `number`-th random number of this stream, from 0 up to 1."""
        x = (self.seed * 0x9E3779B97F4A7C15 + self.stream * 0xBF58476D1CE4E5B9 + number) & _MASK
        for factor in (0xBF58476D1CE4E5B9, 0x94D049BB133111EB):  # splitmix64's mixing function
            x = ((x ^ (x >> 30)) * factor) & _MASK
        return ((x ^ (x >> 31)) >> 11) / (1 << 53)


_MASK = (1 << 64) - 1

Part = Callable[[Moment], float]
"""One term of a curve."""
