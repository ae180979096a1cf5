"""What a page may ask of the notebook, as values for JSON and as curves. Its requests: recordings_api.py."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from makerlab.boards import catalogue
from makerlab.i18n import _
from makerlab.recording.about import Recording, Summary
from makerlab.recording.analysis.arrays import Floats
from makerlab.recording.analysis.channel_choice import name_of, title_of
from makerlab.recording.analysis.comparing import Alignment, compared, needs_session, usual_alignment
from makerlab.recording.analysis.comparison import Difference
from makerlab.recording.analysis.fit import Estimate
from makerlab.recording.analysis.fitting import Fitted, fitted
from makerlab.recording.analysis.models import MODELS
from makerlab.recording.analysis.rounding import plus_minus, shown
from makerlab.recording.analysis.statistics import Statistics, statistics
from makerlab.recording.formats.wording import said
from makerlab.recording.store.notebook import Notebook
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
    titles = {channel.name: title_of(one, channel.name) for channel in one.channels}
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


def fit(
    notebook: Notebook, one: Recording, channel: str, model: str, start_s: float, end_s: float
) -> dict[str, Any]:
    """`model` fitted to a channel over that stretch. Raises TooLittleToFit and NoSuchChannel."""
    found = fitted(one, notebook.samples(one.id, start_s, end_s), model, channel)
    unit = shown_unit(found.y.unit)
    return {
        "channel": found.y.name,
        "formula": found.fit.model.formula,
        "problem": _(found.fit.problem),
        "remarks": [_(remark) for remark in found.fit.remarks],
        "estimates": [_estimate(found, estimate) for estimate in found.fit.estimates],
        "r2": f"{found.fit.r2:.4f}",
        "residual_sd": f"{shown(found.fit.residual_sd)} {unit}".rstrip(),
        "curve": _fitted_curve(found),
    }


def _estimate(found: Fitted, estimate: Estimate) -> dict[str, str]:
    value, uncertainty = plus_minus(estimate.value, estimate.uncertainty)
    return {
        "name": _(estimate.name),
        "symbol": estimate.symbol,
        "value": value,
        "uncertainty": uncertainty,
        "unit": found.unit_of(estimate),
    }


def _fitted_curve(found: Fitted) -> list[list[float]]:
    x = np.linspace(float(found.fit.x[0]), float(found.fit.x[-1]), FIT_POINTS)
    return [(x + found.start_s).tolist(), found.fit.at(x).tolist()]


# -- comparing --------------------------------------------------------------------------------------------


def comparison(
    notebook: Notebook, several: Sequence[Recording], channel: str, alignment: Alignment | None
) -> dict[str, Any]:
    """A channel of `several` recordings against the first one's, laid over each other so (None: as usual).
    `shifts` are the seconds that bring each one's own time onto the common axis.

    Raises what `comparing.compared` raises.
    """
    alignment = alignment or usual_alignment(several)
    on_session = needs_session(several, alignment)
    columns = [notebook.samples(one.id, on_session=on_session) for one in several]
    (found,) = compared(several, columns, alignment, names=[channel])
    curves, spread = found.comparison.curves, found.comparison.spread
    labels = [f"{one.id} {name_of(one)}" for one in several]
    outlier = spread.outlier if spread is not None else None
    return {
        "alignment": alignment,
        "shifts": [float(one.time_s[0]) - one.moment_s for one in curves],
        "labels": labels,
        "differences": [
            _difference(label, one)
            for label, one in zip(labels[1:], found.comparison.differences, strict=True)
        ],
        "outlier": labels[outlier] if outlier is not None else None,
    }


def _difference(label: str, one: Difference) -> dict[str, Any]:
    return {
        "label": label,
        "mean": shown(one.mean),
        "sd": shown(one.sd),
        "low": shown(one.low),
        "low_s": one.low_s,
        "high": shown(one.high),
        "high_s": one.high_s,
    }
