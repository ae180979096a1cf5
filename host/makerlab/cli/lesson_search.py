"""`maker lesson search`: lessons by words, here and wherever lists of lessons were looked at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from makerlab.cli.base import MakerCommand, with_json
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.cli.lesson_list import Row
    from makerlab.lessons.packs.keys import PublicKey

HELP = N_("Find lessons by words, in Chinese or English; without words all of them.")
MORE = N_(
    "Looks at the lessons on this computer and at every list that was looked at before, without a network. "
    "--from looks at a list anew: a folder (a stick, a share of the school) or a web address."
)
EXAMPLES = """\b
maker lesson search 保温
maker lesson search light --grade 5 --board microbit-v1
maker lesson search --from http://192.168.1.10/lessons"""


@click.command("search", cls=MakerCommand, help="\n\n".join((HELP, MORE, EXAMPLES)))
@click.argument("words", metavar="WORD...", nargs=-1)
@click.option("--grade", type=click.IntRange(1, 9), metavar="N", help=N_("For this grade."))
@click.option("--board", default="", metavar="BOARD", help=N_("For this board, such as esp32."))
@click.option("--minutes", type=click.IntRange(1), metavar="N", help=N_("No longer than this."))
@click.option("--from", "source", default="", metavar="PLACE", help=N_("Look at this list, and at no other."))
@with_json
def search(
    words: tuple[str, ...], grade: int | None, board: str, minutes: int | None, source: str, as_json: bool
) -> None:
    from makerlab.cli.lesson_list import record, show_rows

    _check_board(board)
    rows, signer = _found(" ".join(words), grade or 0, board, minutes or 0, source)
    if as_json:
        click.echo(json.dumps([record(row) for row in rows], ensure_ascii=False, indent=2))
    elif rows:
        show_rows(rows)
        if source:
            click.echo(_signed(signer))
    else:
        click.echo(_("No lesson fits. Try other words, or look somewhere else: --from FOLDER"))


def _check_board(key: str) -> None:
    from makerlab.boards import catalogue
    from makerlab.errors import UsageProblem

    known = catalogue().boards
    if key and not any(one == key or one.startswith(f"{key}-") for one in known):
        raise UsageProblem(
            problem=_("There is no board “{key}”.").format(key=key),
            advice=_("There are: {names}").format(names=_(", ").join(known)),
        )


def _found(
    query: str, grade: int, board: str, minutes: int, source: str
) -> tuple[list[Row], PublicKey | None]:
    """The lessons that fit, each once: one that is here is not offered again; and who signed the list at
    `source`."""
    from makerlab.cli.lesson_list import Row, rows_of
    from makerlab.lessons import library
    from makerlab.lessons.packs import index, places, search

    rows: list[Row] = []
    signer = None
    if source:
        place = places.Place.named(source)
        lists = [(place, place.index())]
        signer = lists[0][1].signer
    else:
        lists = list(places.remembered())
        found, _broken = library.shelf()
        here = {row.entry.digest: row for row in rows_of(found)}
        terms = [search.terms_of(index.texts_of(one.lesson)) for one in found]
        own = index.made(zip((row.entry for row in here.values()), terms, strict=True))
        rows = [here[entry.digest] for entry in index.fitting(own, query, grade, board, minutes)]
    seen = {(row.entry.id, row.entry.version) for row in rows}
    for place, listed in lists:
        for entry in index.fitting(listed, query, grade, board, minutes):
            if (entry.id, entry.version) not in seen:
                seen.add((entry.id, entry.version))
                rows.append(Row(entry, "offered", place=place.address))
    return rows, signer


def _signed(signer: PublicKey | None) -> str:
    """Who put a list together."""
    from makerlab.cli.lesson_text import state_words
    from makerlab.lessons.packs.keyring import Keyring

    if signer is None:
        return _("Nobody has signed this list.")
    name = Keyring().trusted().get(signer.key)
    return _("List signed by {name} ({fingerprint}): {state}").format(
        name=name or signer.name, fingerprint=signer.fingerprint,
        state=state_words("trusted" if name else "unknown"),
    )  # fmt: skip
