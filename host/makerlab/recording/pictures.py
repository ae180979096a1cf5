"""What pictures of recordings show: one recording, several compared, a fit. Pure; plot.py draws them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from makerlab.i18n import _, ngettext
from makerlab.recording.about import Columns, Recording
from makerlab.recording.analysis.arrays import Floats, Stretch
from makerlab.recording.analysis.channel_choice import chosen, heading_of, name_of, title_of
from makerlab.recording.analysis.comparing import Compared
from makerlab.recording.analysis.fitting import Fitted
from makerlab.recording.analysis.smoothing import moving_average
from makerlab.recording.formats.wording import said
from makerlab.recording.plot import Band, Line, Panel, Picture
from makerlab.recording.units import shown_unit
from makerlab.wire.events import Channel

CURVE_POINTS = 1000
"""Of a fitted curve."""

SHOWN_TITLES = 3
"""Titles of channels beside an axis; more stand in the legend only."""


def of_recording(
    recording: Recording, columns: Columns, names: Sequence[str] = (), smooth_s: float = 0.0
) -> Picture:
    """The curves of a recording, a panel a unit; derived ones apart, for a change of some mV is a flat line
    beside 3,000 of them. `smooth_s`: as moving averages over so many seconds."""
    gaps = tuple(Stretch(gap.start_s, gap.end_s) for gap in recording.gaps)
    derived = {one.name for one in recording.about.derived}
    by_unit: dict[tuple[str, bool], list[Channel]] = {}
    for channel in chosen(recording, names):
        by_unit.setdefault((channel.unit, channel.name in derived), []).append(channel)
    panels = tuple(
        Panel(
            _axis(recording, channels),
            tuple(_line(recording, columns, channel, gaps, smooth_s) for channel in channels),
        )
        for channels in by_unit.values()
    )
    titles = {channel.name: title_of(recording, channel.name) for channel in recording.channels}
    start, end = (columns.time_s[0], columns.time_s[-1]) if len(columns.time_s) else (0.0, 0.0)
    marks = tuple(
        (event.time_s, said(event, titles))
        for event in recording.events
        if event.kind != "end" and start <= event.time_s <= end
    )
    shown_gaps = tuple(gap for gap in gaps if gap.end_s > start and gap.start_s < end)
    notes = []
    if shown_gaps:
        lost = sum(gap.lost or 0 for gap in recording.gaps)
        text = ngettext("Hatched: {n} row is missing.", "Hatched: {n} rows are missing.", lost)
        notes.append(text.format(n=lost) if lost else _("Hatched: the board was away."))
    if smooth_s:
        notes.append(
            _("Moving average over {seconds:g} s; what is stored is not averaged.").format(seconds=smooth_s)
        )
    return Picture(
        title=f"{recording.id}  {name_of(recording)}",
        subtitle=f"{recording.about.started_at:%Y-%m-%d %H:%M}",
        panels=panels,
        marks=marks,
        gaps=shown_gaps,
        notes=tuple(notes),
    )


def of_comparison(found: Sequence[Compared], title: str, note: str) -> Picture:
    """The curves of each channel over each other; below them what they differ by, or how they spread."""
    panels: list[Panel] = []
    for one in found:
        comparison = one.comparison
        lines = [
            Line(
                curve.label, curve.time_s - curve.moment_s, curve.values, _shifted(curve.gaps, curve.moment_s)
            )
            for curve in comparison.curves
        ]
        bands: tuple[Band, ...] = ()
        spread = comparison.spread
        if spread is not None:
            lines.append(Line(_("mean"), comparison.time_s, spread.mean, bold=True))
            low, high = spread.mean - spread.sd, spread.mean + spread.sd
            bands = (Band(_("mean ± standard deviation"), comparison.time_s, low, high),)
        panels.append(Panel(one.heading, tuple(lines), bands))
        if spread is None:
            first = comparison.curves[0].label
            differences = tuple(
                Line(f"{difference.label} - {first}", comparison.time_s, difference.values)
                for difference in comparison.differences
            )
            unit = shown_unit(one.channel.unit)
            label = _("difference") + (f" ({unit})" if unit else "")
            panels.append(Panel(label, differences, share=0.6, zero=True))
    return Picture(title, "", tuple(panels), notes=(note,) if note else ())


def of_fit(found: Fitted, note: str) -> Picture:
    """The values, the curve that was fitted, and below them what it leaves over."""
    fit = found.fit
    offset = 0.0 if found.x else found.start_s
    x = np.linspace(fit.x[0], fit.x[-1], CURVE_POINTS)
    order = np.argsort(fit.x, kind="stable")
    unit = shown_unit(found.y.unit)
    residual_label = _("left over") + (f" ({unit})" if unit else "")
    return Picture(
        title=f"{found.recording.id}  {name_of(found.recording)}",
        subtitle=_(fit.model.title) + "  " + fit.model.formula,
        panels=(
            Panel(
                found.y_heading,
                (
                    Line(_("measured"), fit.x + offset, fit.y, points=True),
                    Line(_(fit.model.title), x + offset, fit.at(x), bold=True),
                ),
            ),
            Panel(
                residual_label,
                (Line(_("left over"), fit.x[order] + offset, fit.residuals[order], points=True),),
                share=0.5,
                zero=True,
            ),
        ),
        notes=tuple(line for line in note.split("\n") if line),
        x_label=found.x_heading if found.x else "",
    )


def _line(
    recording: Recording, columns: Columns, channel: Channel, gaps: tuple[Stretch, ...], smooth_s: float
) -> Line:
    values: Floats = columns.values[channel.name]
    if smooth_s:
        values = moving_average(columns.time_s, values, smooth_s, gaps)
    return Line(title_of(recording, channel.name), columns.time_s, values, gaps)


def _axis(recording: Recording, channels: Sequence[Channel]) -> str:
    if len(channels) == 1:
        return heading_of(recording, channels[0])
    unit = shown_unit(channels[0].unit)
    titles = [title_of(recording, channel.name) for channel in channels]
    shown = _(", ").join(titles) if len(titles) <= SHOWN_TITLES else ""
    return " ".join(part for part in (shown, f"({unit})" if unit else "") if part)


def _shifted(gaps: Sequence[Stretch], moment_s: float) -> tuple[Stretch, ...]:
    return tuple(Stretch(gap.start_s - moment_s, gap.end_s - moment_s) for gap in gaps)
