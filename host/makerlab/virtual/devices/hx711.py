"""HX711, the weight on a load cell (Avia HX711), pulse by pulse of its clock."""

from __future__ import annotations

from collections.abc import Callable

COUNTS_PER_KG = 420_000
"""An ordinary load cell for 5 kg: 1 mV/V, gain 128."""
EMPTY_COUNTS = 83_000
"""With nothing on it: no load cell begins at zero."""
_MEASUREMENT_S = 0.1
_BITS = 24


class Hx711:
    """`clock` is called for every pulse of SCK, `data` gives the level of DT. `weight_g` is None when it is
    not connected."""

    def __init__(self, weight_g: Callable[[], float | None], now: Callable[[], float]) -> None:
        self._weight_g = weight_g
        self._now = now
        self._ready_at = 0.0
        self._shifted = 0
        self._value = 0

    def clock(self) -> None:
        if self._now() < self._ready_at:
            return
        if self._shifted == 0:
            grams = self._weight_g() or 0.0
            counts = round(grams * COUNTS_PER_KG / 1000) + EMPTY_COUNTS
            self._value = min(max(counts, -0x800000), 0x7FFFFF) & 0xFFFFFF
        self._shifted += 1
        if self._shifted > _BITS:  # the 25th pulse: all was said
            self._shifted = 0
            self._ready_at = self._now() + _MEASUREMENT_S

    def data(self) -> int:
        if self._weight_g() is None or self._now() < self._ready_at:
            return 1
        return self._value >> _BITS - self._shifted & 1 if self._shifted else 0
