"""What a page may ask of the notebook, as values for JSON and as curves. Its requests: recordings_api.py."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from makerlab.boards import catalogue
from makerlab.i18n import _, pick
from makerlab.recording.about import Recording, Summary
from makerlab.recording.analysis.arrays import Floats, Stretch
from makerlab.recording.analysis.comparison import Curve, compare
from makerlab.recording.analysis.fit import Fit, fit
from makerlab.recording.analysis.models import MODELS
from makerlab.recording.analysis.rounding import plus_minus, shown
from makerlab.recording.analysis.statistics import Statistics, statistics
from makerlab.recording.formats.wording import said
from makerlab.recording.notebook import Notebook
from makerlab.recording.units import shown_unit
from makerlab.wire.events import Channel

MOST_BUCKETS = 4000
"""Of a curve: twice the pixels of a wide screen."""
EXACT_ROWS = 4
"""Rows for each bucket up to which all of them are sent: nothing is gained by leaving any out."""
MOST_TOLD = 500
"""Gaps, events and lines of console text of a recording that are told to a page, the first of each."""
FIT_POINTS = 300
"""Of a fitted curve, as it is drawn."""

_HEAD = struct.Struct("<II")


def listed(one: Summary) -> dict[str, Any]:
    """A line of the list."""
    return {
        "id": one.id,
        "title": one.title,
        "label": one.label,
        "board": _board(one.board),
        "note": one.note,
        "session": one.session,
        "started_at": one.started_at.isoformat(),
        "seconds": one.seconds,
        "rows": one.rows,
        "lost": one.lost,
        "ended": one.ended,
    }


def detailed(one: Recording) -> dict[str, Any]:
    """Everything about a recording but its curves."""
    about = one.about
    titles = {channel.name: _title(one, channel) for channel in one.channels}
    return {
        "id": one.id,
        "title": about.title,
        "label": about.label,
        "board": _board(about.board),
        "port": about.port,
        "runtime": about.runtime,
        "note": about.note,
        "program": about.program,
        "session": about.session,
        "started_at": about.started_at.isoformat(),
        "rate_hz": about.rate_hz,
        "channels": [
            {
                "name": channel.name,
                "title": titles[channel.name],
                "unit": shown_unit(channel.unit),
                "decimals": channel.decimals,
            }
            for channel in one.channels
        ],
        "rows": one.rows,
        "seconds": one.seconds,
        "lost": one.lost,
        "gaps": [[gap.start_s, gap.end_s, gap.lost] for gap in one.gaps[:MOST_TOLD]],
        "events": [
            {"t": event.time_s, "kind": event.kind, "text": said(event, titles)}
            for event in one.events[:MOST_TOLD]
        ],
        "lines": [line.line for line in one.log[:MOST_TOLD]],
        "offset_s": one.clock.offset_s,
        "ended": one.ended,
        "plain": any(part.form == "plain" for part in one.parts),
    }


def _board(key: str) -> str:
    board = catalogue().boards.get(key)
    return board.shown_name if board else key


def _title(one: Recording, channel: Channel) -> str:
    return pick(dict(one.about.channel_titles.get(channel.name, {}))) or channel.name


def curves(notebook: Notebook, which: int, start_s: float, end_s: float, buckets: int) -> bytes:
    """The rows of that stretch, or, where they are many, the lowest and highest value of each of `buckets`.

    u32 rows | u32 columns | columns x rows f64, little endian: seconds, then the channels; NaN: none.
    """
    envelope = notebook.envelope(which, start_s, end_s, buckets)
    if int(envelope.rows.sum()) <= EXACT_ROWS * buckets:
        exact = notebook.samples(which, start_s, end_s)
        columns: list[Floats] = [exact.time_s, *exact.values.values()]
    else:
        some = envelope.rows > 0  # a bucket between two slow rows is no gap
        time_s = envelope.time_s[some]
        quarter = (end_s - start_s) / buckets / 4
        columns = [_in_turn(time_s - quarter, time_s + quarter)]
        columns += [_in_turn(envelope.low[name][some], envelope.high[name][some]) for name in envelope.low]
    body = np.array(columns, dtype="<f8")
    return _HEAD.pack(body.shape[1], body.shape[0]) + body.tobytes()


def _in_turn(first: Floats, second: Floats) -> Floats:
    both: Floats = np.stack([first, second], axis=1).reshape(-1)
    return both


def figures(notebook: Notebook, one: Recording, start_s: float, end_s: float) -> list[dict[str, Any] | None]:
    """The statistics of each channel over that stretch; None where nothing could be read."""
    columns = notebook.samples(one.id, start_s, end_s)
    return [_figures(channel, statistics(columns.values[channel.name])) for channel in one.channels]


def _figures(channel: Channel, found: Statistics | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "n": found.n,
        "missing": found.missing,
        "mean": shown(found.mean),
        "sd": shown(found.sd),
        "low": channel_text(channel, found.low),
        "high": channel_text(channel, found.high),
        "median": shown(found.median),
    }


def channel_text(channel: Channel, value: float) -> str:
    """A value that was measured, with the digits it has."""
    return shown(value) if channel.decimals is None else f"{value:.{channel.decimals}f}"


# -- fits -------------------------------------------------------------------------------------------------


def models() -> list[dict[str, str]]:
    """The models to choose from."""
    return [{"key": one.key, "title": _(one.title), "formula": one.formula} for one in MODELS.values()]


def fitted(
    notebook: Notebook, one: Recording, channel: Channel, model: str, start_s: float, end_s: float
) -> dict[str, Any]:
    """`model` fitted to a channel over that stretch. Raises TooFewRows."""
    columns = notebook.samples(one.id, start_s, end_s)
    resolution = 0.0 if channel.decimals is None else 10.0**-channel.decimals
    # Time counts from the beginning of the stretch: what is called the start is where it was chosen to be.
    found = fit(MODELS[model], columns.time_s - start_s, columns.values[channel.name], resolution)
    return {
        "formula": found.model.formula,
        "problem": _(found.problem),
        "remarks": [_(remark) for remark in found.remarks],
        "estimates": _estimates(found, shown_unit(channel.unit)),
        "r2": f"{found.r2:.4f}",
        "residual_sd": f"{shown(found.residual_sd)} {shown_unit(channel.unit)}".rstrip(),
        "curve": _curve(found, start_s),
    }


def _estimates(found: Fit, unit: str) -> list[dict[str, str]]:
    estimates = []
    for one in found.estimates:
        value, uncertainty = plus_minus(one.value, one.uncertainty)
        estimates.append(
            {"name": _(one.name), "symbol": one.symbol, "value": value, "uncertainty": uncertainty,
             "unit": shown_unit(one.unit.format(x="s", y=unit)).removesuffix("/").lstrip("/")}
        )  # fmt: skip
    return estimates


def _curve(found: Fit, start_s: float) -> list[list[float]]:
    x = np.linspace(float(found.x[0]), float(found.x[-1]), FIT_POINTS)
    return [(x + start_s).tolist(), found.at(x).tolist()]


# -- comparing --------------------------------------------------------------------------------------------


def compared(
    notebook: Notebook, several: Sequence[Recording], channel: str, together: bool
) -> dict[str, Any] | None:
    """A channel of `several` recordings against the first one's; None where they have no time in common.

    `together`: on the axis of the session they were made in; else each from its own start.
    """
    found = compare([_curve_of(notebook, one, channel, together) for one in several])
    if found is None:
        return None
    return {
        "alignment_error_s": found.alignment_error_s,
        "differences": [
            {
                "label": one.label,
                "n": one.n,
                "mean": shown(one.mean),
                "sd": shown(one.sd),
                "low": shown(one.low),
                "low_s": one.low_s,
                "high": shown(one.high),
                "high_s": one.high_s,
                "by_alignment": shown(one.by_alignment),
            }
            for one in found.differences
        ],
        "outlier": found.spread and found.spread.outlier,
    }


def _curve_of(notebook: Notebook, one: Recording, channel: str, together: bool) -> Curve:
    columns = notebook.samples(one.id)
    moment_s = -one.clock.offset_s if together else 0.0
    error_s = one.clock.alignment_error_s if together else 0.0
    gaps = tuple(Stretch(gap.start_s, gap.end_s) for gap in one.gaps)
    return Curve(label_of(one), columns.time_s, columns.values[channel], gaps, moment_s, error_s)


def label_of(one: Recording) -> str:
    """How a recording is called beside others."""
    return f"{one.about.label or one.about.title} ({one.id})"
