"""`maker lesson credits`: who is to be named when a lesson is used or passed on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from makerlab.cli.base import MakerCommand, with_json
from makerlab.cli.lesson_text import one_line
from makerlab.i18n import N_, _, pick

if TYPE_CHECKING:
    from makerlab.lessons.packs.lineage import Credit

HELP = N_(
    "Show whom to name for the lesson NAME: its authors and licence, and those of everything it was made "
    "from. The lines can be copied under a sheet or a film."
)
EXAMPLES = """\b
maker lesson credits lamp-distance
maker lesson credits light-1.0.0.mkl --json"""

RELATIONS = {
    "remix": N_("a remix of"),
    "translation": N_("a translation of"),
    "port": N_("made for other boards, from"),
    "adaptation": N_("an adaptation of"),
    "excerpt": N_("an excerpt of"),
}


@click.command("credits", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@click.argument("name", metavar="NAME")
@with_json
def credits_(name: str, as_json: bool) -> None:
    from makerlab.lessons import library
    from makerlab.lessons.packs import licences, lineage

    found = library.find(name)
    chain = lineage.credits(found.lesson, found.digest)
    if as_json:
        click.echo(json.dumps([_record(one) for one in chain], ensure_ascii=False, indent=2))
        return
    for one in chain:
        line = _line(one, one_line(found.lesson.shown_title) if one is chain[0] else "")
        click.echo(f"  {_(RELATIONS[one.relation])} {line}" if one.relation else line)
        if one.changes:
            click.echo(
                "    " + _("What was changed since: {text}").format(text=one_line(pick(dict(one.changes))))
            )
    if any(licences.forbids_selling(one.license) for one in chain):
        click.echo(_("Not to be used for money."))


def _line(one: Credit, title: str) -> str:
    from makerlab.cli.lesson_text import SHOWN_DIGEST, author_names

    named = f"{one.id} {one.version}"
    line = _("{lesson}, by {names}, {license}").format(
        lesson=_("{title} ({name})").format(title=title, name=named) if title else named,
        names=author_names(one.authors),
        license=one.license,
    )
    if not one.digest:
        return line
    return _("{line}, digest {digest}...").format(line=line, digest=one.digest[:SHOWN_DIGEST])


def _record(one: Credit) -> dict[str, Any]:
    return {
        "id": one.id,
        "version": one.version,
        "digest": one.digest,
        "license": one.license,
        "relation": one.relation,
        "changes": dict(one.changes or {}),
        "authors": [
            {"name": dict(author.name), "org": dict(author.org), "role": author.role}
            for author in one.authors
        ],
    }
