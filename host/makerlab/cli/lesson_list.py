"""`maker lesson list`, and the table of lessons that `search` shows as well."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from makerlab.cli.base import MakerCommand, print_note, with_json
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.lessons.library import Found
    from makerlab.lessons.packs.index import Entry
    from makerlab.lessons.packs.signature import State

HELP = N_("List the lessons on this computer: those that came with makerlab, and those that were installed.")
EXAMPLES = """\b
maker lesson list
maker lesson list --json"""

ORIGIN_WORDS = {
    "shipped": N_("comes with makerlab"),
    "folder": N_("from a school's bundle"),
    "pack": N_("installed"),
}


class Row(NamedTuple):
    """A lesson and where it is: on this computer (`state` of its signatures, "" for a folder), or at
    `place`."""

    entry: Entry
    origin: str
    state: State | str = ""
    place: str = ""


@click.command("list", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@with_json
def list_(as_json: bool) -> None:
    from makerlab.lessons import library

    found, broken = library.shelf()
    rows = rows_of(found)
    if as_json:
        records = [record(row) for row in rows]
        records += [
            {"path": str(one.path), "origin": one.origin, "state": "damaged", "problem": one.error.message}
            for one in broken
        ]
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
        return
    if rows:
        show_rows(rows)
    else:
        click.echo(_("There are no lessons yet. Look for some: maker lesson search --from FOLDER"))
    for one in broken:
        print_note(one.error.message, one.error.hint)


def rows_of(found: Sequence[Found]) -> list[Row]:
    """Lessons on this computer. Keys are only looked at when there are packs."""
    from makerlab.lessons.packs import index, signature
    from makerlab.lessons.packs.keyring import Keyring

    trusted = Keyring().trusted() if any(one.pack for one in found) else {}
    rows = []
    for one in found:
        size = sum(map(len, one.files.values()))
        signers = one.pack.signatures if one.pack else ()
        entry = index.entry_of(one.lesson, one.digest, size, signers)
        state = signature.state(one.pack, trusted) if one.pack else ""
        rows.append(Row(entry, one.origin, state))
    return rows


def show_rows(rows: Sequence[Row]) -> None:
    from makerlab.cli.lesson_text import one_line
    from makerlab.cli.tables import print_rows

    titles = (_("Lesson"), _("Name"), _("Version"), _("Grades"), _("Minutes"), _("Where"))
    cells = [
        (
            one_line(row.entry.shown_title),
            row.entry.slug,
            row.entry.version,
            _(", ").join(map(str, row.entry.grades)),
            str(row.entry.minutes),
            _where(row),
        )
        for row in rows
    ]
    print_rows(titles, cells, wrapped=(0, len(titles) - 1))


def _where(row: Row) -> str:
    from makerlab.cli.lesson_text import state_words

    if row.place:
        return PurePath(row.place).name or row.place
    origin = _(ORIGIN_WORDS[row.origin])
    if not row.state:
        return origin
    return origin + _(", ") + state_words(row.state, coloured=False)  # type: ignore[arg-type]


def record(row: Row) -> dict[str, Any]:
    return {
        **row.entry.value(), "slug": row.entry.slug, "origin": row.origin, "state": row.state,
        "place": row.place,
    }  # fmt: skip
