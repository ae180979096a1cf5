"""`maker recordings fit`: which formula a curve follows."""

from __future__ import annotations

import json
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from makerlab.cli.base import MakerCommand, with_json
from makerlab.cli.notebook_option import with_notebook
from makerlab.cli.recordings_range import save_picture, with_picture, with_range
from makerlab.i18n import N_, _, ngettext
from makerlab.recording.units import shown_unit

if TYPE_CHECKING:
    from makerlab.recording.analysis.fitting import Fitted

HELP = N_(
    "Fit a formula to a curve of recording ID: linear, proportional, exponential (decay) or sinusoid. Its "
    "parameters come with their uncertainty, and it says when the formula does not fit."
)
EXAMPLES = """\b
maker recordings fit last exponential --channel temperature
maker recordings fit 17 sinusoid --from 5s --to 30s --out swing.png
maker recordings fit 17 proportional --channel force --x stretch"""

ALMOST_ONE = 0.99995
"""Rounded, R² would be 1 from here on, and promise a perfect fit."""
MODELS = ("linear", "proportional", "exponential", "sinusoid")


@click.command("fit", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@click.argument("which", metavar="ID")
@click.argument("model", metavar="MODEL", type=click.Choice(MODELS))
@click.option("--channel", default="", metavar="NAME", help=N_("Which channel, if there are several."))
@click.option("--x", "along", default="", metavar="NAME", help=N_("Over another channel instead of time."))
@with_range
@with_picture
@with_json
@with_notebook
def fit(
    which: str, model: str, channel: str, along: str, start_s: float | None, end_s: float | None,
    out: Path | None, as_json: bool, notebook: Path | None,
) -> None:  # fmt: skip
    from makerlab.cli.recordings_text import existing
    from makerlab.recording.analysis.fitting import fitted

    with existing(notebook) as book:
        recording = book.get(which)
        columns = book.samples(recording.id, start_s, end_s)
    found = fitted(recording, columns, model, channel, along)
    if as_json:
        click.echo(json.dumps(_record(found), ensure_ascii=False))
    elif found.problem is None:
        for line in _lines(found):
            click.echo(line)
    if out is not None:
        from makerlab.recording.pictures import of_fit

        note = found.problem.message if found.problem else "\n".join(_parameters(found))
        save_picture(of_fit(found, note), out)
    if not as_json and found.problem is not None:
        raise found.problem


def _lines(found: Fitted) -> list[str]:
    """What was found, for a person."""
    from makerlab.cli.recordings_text import two_digits

    fit = found.fit
    lines = [f"{found.y_heading}: {_(fit.model.title)}   {fit.model.formula}"]
    lines += [f"  {line}" for line in _parameters(found)]
    rows = ngettext("{n} row", "{n} rows", len(fit.x)).format(n=len(fit.x))
    left = _("left over (sd): {value}").format(
        value=_with_unit(two_digits(fit.residual_sd), shown_unit(found.y.unit))
    )
    part = _("{start:.1f} s to {end:.1f} s").format(start=found.start_s, end=found.end_s)
    r2 = "> 0.9999" if ALMOST_ONE < fit.r2 < 1 else f"= {fit.r2:.4f}"
    lines.append(f"  R² {r2} · {left} · {rows} · {part}")
    if found.x is None:
        lines.append("  " + _("x is the time in seconds, from {start:.1f} s on.").format(start=found.start_s))
    lines.append("  " + _("±: the true value is within it in 95 of 100 such measurements."))
    return lines + [_(remark) for remark in fit.remarks]


def _parameters(found: Fitted) -> list[str]:
    from makerlab.recording.analysis.rounding import plus_minus

    lines = []
    for estimate in found.fit.estimates:
        value, uncertainty = plus_minus(estimate.value, estimate.uncertainty)
        text = f"{_(estimate.name)} {estimate.symbol} = {value} ± {uncertainty}"
        lines.append(_with_unit(text, found.unit_of(estimate)))
    return lines


def _with_unit(text: str, unit: str) -> str:
    return f"{text}{'' if unit == '°' else ' '}{unit}".rstrip()


def _record(found: Fitted) -> dict[str, Any]:
    fit = found.fit
    return {
        "recording": found.recording.id,
        "model": fit.model.key,
        "formula": fit.model.formula,
        "channel": found.y.name,
        "unit": found.y.unit,
        "x": found.x.name if found.x else "time_s",
        "start_s": round(found.start_s, 6),
        "end_s": round(found.end_s, 6),
        "fits": not fit.problem,
        "problem": _(fit.problem),
        "remarks": [_(remark) for remark in fit.remarks],
        "parameters": [
            {
                "symbol": one.symbol,
                "name": _(one.name),
                "value": _known(one.value),
                "uncertainty": _known(one.uncertainty),
                "unit": found.unit_of(one),
            }
            for one in fit.estimates
        ],
        "r2": _known(fit.r2),
        "residual_sd": _known(fit.residual_sd),
        "rows": len(fit.x),
        "residuals": [_known(float(one)) for one in fit.residuals],
    }


def _known(value: float) -> float | None:
    return float(f"{value:.9g}") if isfinite(value) else None
