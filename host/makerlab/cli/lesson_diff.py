"""`maker lesson diff`: what is other in one lesson than in another."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from makerlab.cli.base import MakerCommand, with_json
from makerlab.cli.lesson_text import one_line
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.lessons.library import Found
    from makerlab.lessons.packs.differences import FieldChange, FileChange

HELP = N_("Show what is other in the lesson NEW than in OLD: in lesson.yaml by step and field, then by file.")
MORE = N_("OLD and NEW are names as maker lesson list shows them, folders or packs.")
EXAMPLES = """\b
maker lesson diff light-1.0.0.mkl light-1.1.0.mkl
maker lesson diff lamp-distance my-lamp --lines"""

MARKS = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("*", "yellow")}
ITEM = re.compile(r"[^.\[]+\[[^\]]*\]")
"""The beginning of a place: `steps[measure]` of `steps[measure].minutes`."""
INDENT = 4
LINE_COLOURS = {"+": "green", "-": "red"}


@click.command("diff", cls=MakerCommand, help="\n\n".join((HELP, MORE, EXAMPLES)))
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--lines", is_flag=True, help=N_("Show the changed lines of texts and programs as well."))
@with_json
def diff(old: str, new: str, lines: bool, as_json: bool) -> None:
    from makerlab.lessons import library
    from makerlab.lessons.packs import differences

    before, after = library.find(old), library.find(new)
    fields = differences.fields(before.files, after.files)
    files = differences.files(before.files, after.files)
    if as_json:
        record = {
            "old": _named(before), "new": _named(after),
            "fields": [asdict(one) for one in fields], "files": [asdict(one) for one in files],
        }  # fmt: skip
        click.echo(json.dumps(record, ensure_ascii=False, indent=2))
        return
    click.echo(f"{before.id} {before.lesson.version} -> {after.id} {after.lesson.version}")
    if not fields and not files:
        click.echo(_("The two are the same lesson."))
    _show_fields(fields)
    _show_files(files, lines)


def _named(found: Found) -> dict[str, str]:
    return {"id": found.id, "version": found.lesson.version, "digest": found.digest}


def _show_fields(changes: Sequence[FieldChange]) -> None:
    """What was changed with both values; what came or went under the item of a list that it belongs to."""
    from makerlab.cli.columns import cut
    from makerlab.cli.tables import console_width

    width = console_width() - INDENT - 2
    heading = ""
    for one in changes:
        mark, colour = MARKS[one.kind]
        item, field = _divided(one)
        if f"{mark} {item}" != heading:
            heading = f"{mark} {item}"
            click.echo(click.style(f"{mark} lesson.yaml: {item}", fg=colour))
        for sign, text in (("-", one.before), ("+", one.after)):
            if text is not None:
                line = f"{field}: {one_line(text)}" if field else one_line(text)
                click.echo(" " * INDENT + click.style(f"{sign} {cut(line, width)}", fg=LINE_COLOURS[sign]))


def _divided(change: FieldChange) -> tuple[str, str]:
    """The item of a list that came or went, and the field of it; all of the place for a change."""
    found = ITEM.match(change.place)
    if change.kind == "changed" or found is None:
        return change.place, ""
    return found[0], change.place[found.end() :].lstrip(".")


def _show_files(changes: Sequence[FileChange], lines: bool) -> None:
    from makerlab.lessons.plain import plain

    for one in changes:
        mark, colour = MARKS[one.kind]
        counts = f"  +{one.added} -{one.removed}" if one.lines else ""
        click.echo(click.style(f"{mark} {one.file}", fg=colour) + counts)
        for line in one.lines if lines else ():
            click.echo(" " * INDENT + click.style(plain(line, len(line)), fg=LINE_COLOURS[line[0]]))
