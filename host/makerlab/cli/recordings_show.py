"""`maker recordings show`: what is in a recording, on a screen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from makerlab.cli.base import MakerCommand, with_json
from makerlab.cli.notebook_option import with_notebook
from makerlab.i18n import N_, _, ngettext
from makerlab.recording.analysis.channel_choice import heading_of, title_of

if TYPE_CHECKING:
    from makerlab.cli.curve import Bucket
    from makerlab.recording.about import Columns, Envelope, Recording
    from makerlab.recording.analysis.statistics import Statistics
    from makerlab.recording.store.notebook import Notebook
    from makerlab.wire.events import Channel

HELP = N_(
    "Show recording ID (or last): when and with what it was measured, the figures of each channel, its "
    "curve, what happened and what is missing."
)
EXAMPLES = """\b
maker recordings show last
maker recordings show 17 --program
maker recordings show 17 --log"""

SHOWN_EVENTS = 20
"""Events, and gaps; a curve has room for no more either."""
CURVE_LINES = 6
LABEL_COLUMNS = 10
FAST = N_("the board's ran {percent:.3f} % fast")


@click.command("show", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@click.argument("which", metavar="ID")
@click.option("--program", is_flag=True, help=N_("Print only the program that measured."))
@click.option("--log", is_flag=True, help=N_("Print only what the program printed beside its data."))
@with_json
@with_notebook
def show(which: str, program: bool, log: bool, as_json: bool, notebook: Path | None) -> None:
    from makerlab.cli.recordings_text import existing

    with existing(notebook) as book:
        recording = book.get(which)
        if program:
            click.echo(recording.about.program, nl=not recording.about.program.endswith("\n"))
        elif log:
            for line in _log(recording):
                click.echo(line)
        elif as_json:
            click.echo(json.dumps(_record(book, recording), ensure_ascii=False, indent=2))
        else:
            _show(book, recording)


def _show(book: Notebook, recording: Recording) -> None:
    from makerlab.cli.tables import print_heading, print_rows

    about = recording.about
    click.echo(click.style(f"{recording.id}  {about.title}", bold=True))
    for name, value in _facts(book, recording):
        click.echo("  " + _("{name}: {value}").format(name=name, value=value))
    columns = book.samples(recording.id)
    titles = (
        _("channel"), _("values"), _("lowest"), _("highest"), _("mean"), _("spread (sd)"), _("missing")
    )  # fmt: skip
    rows = []
    for channel, figures in _figures(recording, columns):
        if figures is None:
            rows.append((heading_of(recording, channel), "0", "", "", "", "", str(len(columns.time_s))))
            continue
        numbers = [channel_text(channel, one) for one in (figures.low, figures.high)]
        # A mean of many values is finer than each of them.
        numbers += [channel_text(channel, one, 1) for one in (figures.mean, figures.sd)]
        low, high, mean, sd = numbers
        missing = f"{figures.missing:,}" if figures.missing else ""
        rows.append((heading_of(recording, channel), f"{figures.n:,}", low, high, mean, sd, missing))
    click.echo()
    print_rows(titles, rows)
    _show_curves(book, recording)
    if told := list(_told(recording)):
        print_heading(_("What happened"))
        for time_s, text in told[:SHOWN_EVENTS]:
            click.echo(f"  {time_s:>9.2f} s  {text}")
        if (more := len(told) - SHOWN_EVENTS) > 0:
            click.echo("  " + ngettext("... and {n} more", "... and {n} more", more).format(n=more))


def channel_text(channel: Channel, value: float, more: int = 0) -> str:
    """A figure in the channel's unit, with as many digits as it was measured with, and `more`."""
    if channel.decimals is None:
        return f"{value:.6g}"
    return f"{value:.{channel.decimals + more}f}"


def _facts(book: Notebook, recording: Recording) -> Iterator[tuple[str, str]]:
    """What is known about it, each with its name."""
    from makerlab.boards import catalogue
    from makerlab.cli.recordings_text import shown_length

    about, clock = recording.about, recording.clock
    boards = catalogue().boards
    yield _("begun"), f"{about.started_at:%Y-%m-%d %H:%M:%S} ({about.started_at:%z})"
    rows = ngettext("{n} row", "{n} rows", recording.rows).format(n=recording.rows)
    yield _("length"), f"{shown_length(recording.seconds)} · {rows}"
    if recording.ended == "cut":
        yield _("end"), _("cut off: maker was ended or lost power; at most the last second is missing")
    elif recording.ended == "running":
        yield _("end"), _("it is being measured now")
    missing = sum(1 for gap in recording.gaps if gap.lost is None)
    if recording.lost or missing:
        gaps = ngettext("{n} gap", "{n} gaps", len(recording.gaps)).format(n=len(recording.gaps))
        lost = ngettext("{n} row lost", "{n} rows lost", recording.lost).format(n=recording.lost)
        yield _("missing"), f"{gaps} · {lost}"
    board = boards[about.board].shown_name if about.board in boards else about.board
    known = (
        (_("experiment"), about.experiment),
        (_("lesson"), " ".join(about.lesson.split()[:2])),
        (_("board"), " · ".join(filter(None, (about.label, board, about.port)))),
        (_("runtime"), about.runtime),
        (_("imported from"), about.imported_from),
        (_("note"), about.note),
    )
    yield from ((name, text) for name, text in known if text)
    if about.calibration:
        yield _("calibrated"), _(", ").join(title_of(recording, name) for name in about.calibration)
    for derived in about.derived:
        yield _("calculated"), f"{derived.name} = {derived.formula}"
    if recording.parts and recording.parts[0].form == "plain":
        yield _("clock"), _("this computer's; whether rows were lost nobody knows")
    elif clock.uncertainty < 1 and not about.imported_from:
        percent, error = (1 - 1 / clock.rate) * 100, max(clock.uncertainty * 100, 0.001)
        slow = _("the board's ran {percent:.3f} % slow") if percent > 0 else _(FAST)
        yield _("clock"), f"{slow.format(percent=abs(percent))} (± {error:.3f} %)"
    others = [one.id for one in book.find(session=about.session) if one.id != recording.id]
    if others:
        together = _(", ").join(map(str, sorted(others)))
        if clock.alignment_error_s < 1:
            agree = _("on their common axis its times are right within {ms:.0f} ms").format(
                ms=clock.alignment_error_s * 1000
            )
            together = f"{together} · {agree}"
        yield _("measured together with"), together


def _figures(recording: Recording, columns: Columns) -> Iterator[tuple[Channel, Statistics | None]]:
    from makerlab.recording.analysis.statistics import statistics

    for channel in recording.channels:
        yield channel, statistics(columns.values[channel.name])


def _told(recording: Recording) -> list[tuple[float, str]]:
    """Events and gaps in words, in order."""
    from makerlab.recording.formats.wording import lost_text, said

    titles = {channel.name: title_of(recording, channel.name) for channel in recording.channels}
    told = [(event.time_s, said(event, titles)) for event in recording.events]
    for gap in recording.gaps:
        length_s = gap.end_s - gap.start_s
        text = lost_text(gap)
        told.append((gap.start_s, f"{text} ({length_s:.2f} s)" if length_s else text))
    return sorted((one for one in told if one[1]), key=lambda one: one[0])


def _log(recording: Recording) -> Iterator[str]:
    next_number = 0
    for line in recording.log:
        if left_out := line.number - next_number:
            text = ngettext("... {n} line left out ...", "... {n} lines left out ...", left_out)
            yield text.format(n=left_out)
        next_number = line.number + 1
        yield "".join(char if char.isprintable() or char == "\t" else "\ufffd" for char in line.line)


def _show_curves(book: Notebook, recording: Recording) -> None:
    """A curve for each channel, interrupted where rows are missing."""
    from rich.console import Console

    from makerlab.cli.curve import draw_columns
    from makerlab.cli.live import draws_finely

    if recording.rows < 2 or recording.seconds <= 0:
        return
    console = Console()
    fine = draws_finely(console)
    # Block characters may be two columns wide.
    width = max(10, console.width - LABEL_COLUMNS - 3 if fine else console.width // 2 - LABEL_COLUMNS)
    envelope = book.envelope(recording.id, buckets=width * (2 if fine else 1))
    for channel in recording.channels:
        buckets = _buckets(recording, envelope, channel.name, width * (2 if fine else 1))
        if not any(buckets):
            continue
        curve = draw_columns(buckets, CURVE_LINES if fine else 1, fine)
        click.echo()
        click.echo(heading_of(recording, channel))
        for index, line in enumerate(curve.lines):
            label = curve.top if index == 0 else curve.bottom if index == len(curve.lines) - 1 else ""
            click.echo(f"{label:>{LABEL_COLUMNS}} {line}".rstrip())
        end = f"{recording.seconds:.1f} s"
        click.echo(" " * (LABEL_COLUMNS + 1) + "0" + end.rjust((width if fine else 2 * width) - 1))


def _buckets(recording: Recording, envelope: Envelope, name: str, count: int) -> list[Bucket | None]:
    """What to draw in each of `count` columns; None where there is nothing: in gaps."""
    import numpy as np

    low, high = envelope.low[name], envelope.high[name]
    known = ~np.isnan(low)
    if not known.any():
        return [None] * count
    edges = np.linspace(0.0, recording.seconds, count + 1)
    middle = (edges[1:] + edges[:-1]) / 2
    # Between rows that are farther apart than a column, the line from one to the next.
    lows = np.interp(middle, envelope.time_s[known], low[known])
    highs = np.interp(middle, envelope.time_s[known], high[known])
    place = np.minimum((envelope.time_s[known] / recording.seconds * count).astype(int), count - 1)
    there = np.zeros(count, bool)
    there[place] = True
    first_low, first_high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(first_low, place, low[known])
    np.maximum.at(first_high, place, high[known])
    lows, highs = np.where(there, first_low, lows), np.where(there, first_high, highs)
    shown = np.ones(count, bool)
    for gap in recording.gaps:
        shown &= there | (middle <= gap.start_s) | (middle >= gap.end_s)
    return [(float(lows[index]), float(highs[index])) if shown[index] else None for index in range(count)]


def _record(book: Notebook, recording: Recording) -> dict[str, Any]:
    about, clock = recording.about, recording.clock
    columns = book.samples(recording.id)
    return {
        "id": recording.id,
        "title": about.title,
        "note": about.note,
        "experiment": about.experiment,
        "lesson": about.lesson,
        "label": about.label,
        "board": about.board,
        "board_id": about.board_id,
        "runtime": about.runtime,
        "port": about.port,
        "imported_from": about.imported_from,
        "session": about.session,
        "started_at": about.started_at.isoformat(),
        "ended": recording.ended,
        "rate_hz": about.rate_hz,
        "seconds": round(recording.seconds, 6),
        "rows": recording.rows,
        "lost": recording.lost,
        "clock": {
            "offset_s": clock.offset_s,
            "rate": clock.rate,
            "uncertainty": _finite(clock.uncertainty),
            "alignment_error_s": _finite(clock.alignment_error_s),
        },
        "channels": [
            {
                "name": channel.name,
                "title": title_of(recording, channel.name),
                "unit": channel.unit,
                "values": figures.n if figures else 0,
                "missing": figures.missing if figures else len(columns.time_s),
                "low": figures.low if figures else None,
                "high": figures.high if figures else None,
                "mean": figures.mean if figures else None,
                "sd": figures.sd if figures else None,
            }
            for channel, figures in _figures(recording, columns)
        ],
        "gaps": [gap._asdict() for gap in recording.gaps],
        "events": [event._asdict() for event in recording.events],
    }


def _finite(number: float) -> float | None:
    return number if number < float("inf") else None
