"""Numbers with as many digits as they are sure of."""

from __future__ import annotations

from math import floor, isfinite, log10

DIGITS = 2
"""Of an uncertainty that mean something; its value ends at the same place."""

USUAL_DIGITS = 4
"""Of a value whose uncertainty is unknown or nothing."""


def plus_minus(value: float, uncertainty: float) -> tuple[str, str]:
    """`value` and its `uncertainty` as text: (312.4321, 1.789) is "312.4", "1.8"."""
    if not isfinite(uncertainty) or uncertainty <= 0:
        return f"{value:.{USUAL_DIGITS}g}", "0" if uncertainty == 0 else "?"
    place = floor(log10(uncertainty)) - DIGITS + 1
    if round(uncertainty, -place) >= 10 ** (place + DIGITS):  # 0.0998 becomes 0.10, not 0.100
        place += 1
    decimals = max(0, -place)
    return f"{round(value, -place):.{decimals}f}", f"{round(uncertainty, -place):.{decimals}f}"


def shown(value: float) -> str:
    """`value` with the usual digits, never as 1e+05."""
    if value == 0 or not isfinite(value):
        return f"{value:g}"
    decimals = max(0, USUAL_DIGITS - 1 - floor(log10(abs(value))))
    text = f"{value:.{min(decimals, 12)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
