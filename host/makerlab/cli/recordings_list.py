"""`maker recordings list`: 10,000 of them in less time than it takes to look up; so no table of rich's."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from makerlab.cli.base import MakerCommand, with_json
from makerlab.cli.columns import columns, cut
from makerlab.cli.notebook_option import with_notebook
from makerlab.i18n import N_, _, ngettext, pick
from makerlab.recording.about import Summary

HELP = N_("List the recordings, newest first. With words behind it: those that have all of them somewhere.")
MORE = N_(
    "Words are looked for in the title, the note, the experiment, and the label and kind of the board. In a "
    "terminal it shows the newest; the others with --all."
)
EXAMPLES = """\b
maker recordings list
maker recordings list 冷却 第3组
maker recordings list --json"""

SHOWN = 30
"""In a terminal, if nobody asks for all: what a screen holds."""
TITLE_COLUMNS = 34
CHANNELS_COLUMNS = 28
CHANNELS = 5
"""Which column they are."""
LEAST_COLUMNS = 8
"""Less of them says nothing."""
GAP = "  "


@click.command("list", cls=MakerCommand, help="\n\n".join((HELP, MORE, EXAMPLES)))
@click.argument("words", metavar="[TEXT]...", nargs=-1)
@click.option("--all", "every", is_flag=True, help=N_("Show all, however many."))
@with_json
@with_notebook
def list_(words: tuple[str, ...], every: bool, as_json: bool, notebook: Path | None) -> None:
    from makerlab.cli.recordings_text import existing
    from makerlab.recording.store.problems import NothingRecorded

    limit = SHOWN + 1 if sys.stdout.isatty() and not (every or as_json) else None
    search = " ".join(words)
    try:
        with existing(notebook) as book:
            found = book.find(search, limit)
    except NothingRecorded:
        if not as_json:
            raise
        found = []
    if as_json:
        encode = json.JSONEncoder(ensure_ascii=False).encode
        click.echo("[" + ",".join(["\n" + encode(_record(one)) for one in found]) + "\n]")
        return
    if not found:
        if not words:
            raise NothingRecorded()
        click.echo(
            _("No recording has “{text}” in it. All there are: maker recordings list").format(text=search)
        )
        return
    shown = found[: limit - 1] if limit else found
    head = (_("no."), _("begun"), _("title"), _("board"), _("length"), _("channels"), "")
    rows = [head, *_cells(shown)]
    if sys.stdout.isatty():
        rows = _fitted(rows, shutil.get_terminal_size().columns)
    click.echo("\n".join(_lines(rows)))
    if len(shown) < len(found):
        click.echo(_("... and older ones: maker recordings list --all"))


def _record(one: Summary) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "note": one.note,
        "experiment": one.experiment,
        "label": one.label,
        "board": one.board,
        "session": one.session,
        "started_at": one.started_at.isoformat(),
        "seconds": round(one.seconds, 6),
        "rows": one.rows,
        "lost": one.lost,
        "channels": list(one.channels),
        "ended": one.ended,
    }


def _cells(found: Sequence[Summary]) -> list[tuple[str, ...]]:
    """A row for each. What all have in common is looked up once: there may be 10,000."""
    from makerlab.cli.recordings_text import shown_length, shown_start

    states = {"running": _("being measured"), "cut": _("cut off"), "complete": ""}
    comma = _(", ")
    return [
        (
            str(one.id),
            shown_start(one.started_at),
            _short(one.title, TITLE_COLUMNS),
            _short(one.label or one.board, CHANNELS_COLUMNS),
            shown_length(one.seconds),
            _short(comma.join(_shown(name, one) for name in one.channels), CHANNELS_COLUMNS),
            comma.join(filter(None, (_lost(one.lost), states[one.ended]))),
        )
        for one in found
    ]


def _shown(name: str, one: Summary) -> str:
    """A channel as its reader calls it."""
    titles = one.channel_titles.get(name)
    return pick(dict(titles)) if titles else name


def _fitted(rows: Sequence[tuple[str, ...]], width: int) -> list[tuple[str, ...]]:
    """With the channels cut so that a row is a line of the terminal, if that leaves anything of them."""
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    room = width - sum(widths) + widths[CHANNELS] - len(GAP) * (len(widths) - 1)
    if room < LEAST_COLUMNS:
        return list(rows)
    return [(*row[:CHANNELS], cut(row[CHANNELS], room), *row[CHANNELS + 1 :]) for row in rows]


def _lost(rows: int) -> str:
    return ngettext("{n} row lost", "{n} rows lost", rows).format(n=rows) if rows else ""


def _short(text: str, width: int) -> str:
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    return text if len(text) * 2 <= width else cut(text, width)


def _lines(rows: Sequence[tuple[str, ...]]) -> list[str]:
    padded = []
    for column in zip(*rows, strict=True):
        widths = {text: columns(text) for text in set(column)}  # most come many times
        width = max(widths.values())
        padded.append([text + " " * (width - widths[text]) for text in column])
    return [GAP.join(cells).rstrip() for cells in zip(*padded, strict=True)]
