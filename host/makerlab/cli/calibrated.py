"""Calibrations as they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from makerlab.i18n import _
from makerlab.recording.calculated.calibration import Calibration
from makerlab.recording.units import shown_unit

if TYPE_CHECKING:
    from makerlab.experiment.measuring import Measuring


def points(calibration: Calibration) -> str:
    """1.5 → 0 °C, 98.5 → 100 °C"""
    unit = shown_unit(calibration.unit)
    pairs = zip(calibration.measured, calibration.known, strict=True)
    return _(", ").join(f"{measured:g} → {known:g} {unit}".rstrip() for measured, known in pairs)


def calibrated(measuring: Measuring) -> list[str]:
    """A line for each channel of this measurement that is corrected."""
    experiment = measuring.wish.experiment
    return [
        _("{channel} is calibrated ({date}): {points}").format(
            channel=experiment.shown_channel(name), date=calibration.made_at[:10], points=points(calibration)
        )
        for name, calibration in measuring.calibration.items()
        if name in experiment.channels or not experiment.channels
    ]
