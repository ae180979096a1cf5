"""Units as people write them. Boards name them in letters that every console and sensor file can hold."""

from __future__ import annotations

SHOWN = {
    "degC": "°C",
    "degF": "°F",
    "deg": "°",
    "deg/s": "°/s",
    "percent": "%",
    "m/s2": "m/s²",
    "ohm": "Ω",
    "kohm": "kΩ",
    "Mohm": "MΩ",
    "uT": "µT",
    "uV": "µV",
    "uA": "µA",
    "us": "µs",
    "um": "µm",
    "ug/m3": "µg/m³",
    "m3": "m³",
}
"""Units of the wire that are written otherwise; all others (lx, hPa, mV, s, mg, ppm) stand as they are."""


def heading(title: str, unit: str) -> str:
    """What stands over a column or beside an axis: "Temperature (°C)". A title may name its unit itself."""
    shown = shown_unit(unit)
    if not unit or title.endswith((f"({shown})", f"({unit})")):
        return title
    return f"{title} ({shown})"


def shown_unit(unit: str) -> str:
    """`unit` of the wire as a person writes it: "degC" is "°C"."""
    return SHOWN.get(unit, unit)
