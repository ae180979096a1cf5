"""`maker recordings compare`: several recordings on one time axis."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import isfinite, isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from makerlab.cli.base import MakerCommand, with_json
from makerlab.cli.notebook_option import with_notebook
from makerlab.cli.recordings_range import save_picture, with_picture
from makerlab.i18n import N_, _
from makerlab.recording.units import shown_unit

if TYPE_CHECKING:
    from makerlab.recording.about import Recording
    from makerlab.recording.analysis.comparing import Alignment, Compared
    from makerlab.recording.analysis.comparison import Comparison, Difference
    from makerlab.wire.events import Channel

HELP = N_(
    "Lay the recordings ID... over each other on one time axis, and say how they differ from the first one; "
    "for eight or more, their mean and spread."
)
EXAMPLES = """\b
maker recordings compare 17 18
maker recordings compare 17 18 19 --align event --event lid --out cups.png"""

TABLE_LINES = 10
"""Times at which values are shown."""


@click.command("compare", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@click.argument("which", metavar="ID...", nargs=-1, required=True)
@click.option(
    "--align",
    type=click.Choice(["start", "event", "clock"]),
    help=N_(
        "What comes to time 0: their starts, something that happened in all of them, or the same time of "
        "day. Usual: clock for boards recorded together, else start."
    ),
)
@click.option("--event", default="", metavar="TEXT", help=N_("Words of what happened, for --align event."))
@click.option("--channel", "channels", multiple=True, metavar="NAME", help=N_("Only this channel."))
@with_picture
@with_json
@with_notebook
def compare(
    which: tuple[str, ...], align: Alignment | None, event: str, channels: tuple[str, ...], out: Path | None,
    as_json: bool, notebook: Path | None,
) -> None:  # fmt: skip
    from makerlab.cli.recordings_text import existing
    from makerlab.recording.analysis.comparing import (
        TooFewToCompare,
        compared,
        needs_session,
        usual_alignment,
    )

    if len(which) < 2:
        raise TooFewToCompare(example="maker recordings compare 17 18")
    with existing(notebook) as book:
        recordings = [book.get(one) for one in which]
        if len({one.id for one in recordings}) < len(recordings):
            raise TooFewToCompare(example="maker recordings compare 17 18")
        alignment: Alignment = align or ("event" if event else usual_alignment(recordings))
        session = needs_session(recordings, alignment)
        columns = [book.samples(one.id, on_session=session) for one in recordings]
    found = compared(recordings, columns, alignment, event, channels)
    if as_json:
        click.echo(json.dumps(_record(recordings, alignment, found), ensure_ascii=False))
    else:
        for one in found:
            _show(one, alignment)
    if out is not None:
        from makerlab.recording.pictures import of_comparison

        title = _(" · ").join(dict.fromkeys(recording.about.title for recording in recordings))
        save_picture(of_comparison(found, title, _aligned(found[0].comparison, alignment)), out)


def _show(found: Compared, alignment: Alignment) -> None:
    """A channel: values at some times, then the differences or the spread."""
    from makerlab.cli.tables import print_heading

    comparison = found.comparison
    print_heading(found.heading)
    click.echo(_aligned(comparison, alignment))
    if comparison.spread is None:
        _show_values(found)
        for difference in comparison.differences:
            _show_difference(found.channel, comparison, difference)
    else:
        _show_spread(found)


def _aligned(comparison: Comparison, alignment: Alignment) -> str:
    """At what they are laid over each other, and how sure that is."""
    from makerlab.cli.recordings_text import two_digits

    at = {
        "start": _("Laid over each other at their starts"),
        "event": _("Laid over each other at what happened"),
        "clock": _("Laid over each other by the clock"),
    }[alignment]
    error = comparison.alignment_error_s
    if not isfinite(error):
        return at + _("; how sure that is nobody knows, because they were not measured together.")
    return at + _(", sure to {seconds} s.").format(seconds=two_digits(error))


def _show_values(found: Compared) -> None:
    from makerlab.cli.tables import add_row, new_table, print_table

    comparison = found.comparison
    table = new_table(_("time (s)"), *(curve.label for curve in comparison.curves))
    for place in _places(comparison):
        values = [_value(found.channel, float(one)) for one in comparison.values[:, place]]
        add_row(table, f"{comparison.time_s[place]:.1f}", *values)
    print_table(table)


def _show_difference(channel: Channel, comparison: Comparison, difference: Difference) -> None:
    names = f"{difference.label} - {comparison.curves[0].label}"
    if not difference.n:
        click.echo(_("{names}: never both known at the same time").format(names=names))
        return
    unit = shown_unit(channel.unit)
    text = _(
        "{names}: mean {mean} {unit} (sd {sd}), lowest {low} at {low_s:.1f} s, "
        "highest {high} at {high_s:.1f} s"
    )
    line = text.format(
        names=names,
        mean=_value(channel, difference.mean, signed=True),
        unit=unit,
        sd=_value(channel, difference.sd),
        low=_value(channel, difference.low, signed=True),
        low_s=difference.low_s,
        high=_value(channel, difference.high, signed=True),
        high_s=difference.high_s,
    )
    click.echo(" ".join(line.split()))
    if isfinite(difference.by_alignment) and difference.by_alignment > abs(difference.mean):
        text = _("  The uncertain alignment alone could make {value} {unit}: this difference means little.")
        click.echo(text.format(value=_value(channel, difference.by_alignment), unit=unit).rstrip())


def _show_spread(found: Compared) -> None:
    from makerlab.cli.tables import add_row, new_table, print_table

    comparison = found.comparison
    spread = comparison.spread
    assert spread is not None
    table = new_table(_("time (s)"), _("recordings"), _("mean"), _("spread (sd)"))
    for place in _places(comparison):
        add_row(
            table, f"{comparison.time_s[place]:.1f}", f"{spread.count[place]:.0f}",
            _value(found.channel, float(spread.mean[place])), _value(found.channel, float(spread.sd[place])),
        )  # fmt: skip
    print_table(table)
    if spread.outlier is not None:
        text = _("Far off from the others: {label}")
        click.echo(text.format(label=comparison.curves[spread.outlier].label))


def _places(comparison: Comparison) -> list[int]:
    """Some points of the axis, evenly."""
    points = len(comparison.time_s)
    lines = min(TABLE_LINES, points)
    return [round(line * (points - 1) / max(1, lines - 1)) for line in range(lines)]


def _value(channel: Channel, value: float, signed: bool = False) -> str:
    """With a digit more than was measured: it is calculated."""
    if isnan(value):
        return "-"
    sign = "+" if signed else ""
    return f"{value:{sign}.4g}" if channel.decimals is None else f"{value:{sign}.{channel.decimals + 1}f}"


def _record(
    recordings: Sequence[Recording], alignment: Alignment, found: Sequence[Compared]
) -> dict[str, Any]:
    return {
        "recordings": [
            {"id": one.id, "title": one.about.title, "label": one.about.label} for one in recordings
        ],
        "align": alignment,
        "channels": [_channel_record(one) for one in found],
    }


def _channel_record(found: Compared) -> dict[str, Any]:
    comparison = found.comparison
    spread = comparison.spread
    record: dict[str, Any] = {
        "name": found.channel.name,
        "unit": found.channel.unit,
        "alignment_error_s": _known(comparison.alignment_error_s),
        "time_s": [round(float(one), 6) for one in comparison.time_s],
        "values": [[_known(float(value)) for value in row] for row in comparison.values],
        "differences": [
            {
                "n": one.n,
                **{
                    key: _known(float(getattr(one, key)))
                    for key in ("mean", "sd", "low", "low_s", "high", "high_s", "by_alignment")
                },
            }
            for one in comparison.differences
        ],
    }
    if spread is not None:
        record["mean"] = [_known(float(value)) for value in spread.mean]
        record["sd"] = [_known(float(value)) for value in spread.sd]
        record["outlier"] = spread.outlier
    return record


def _known(value: float) -> float | None:
    return float(f"{value:.9g}") if isfinite(value) else None
