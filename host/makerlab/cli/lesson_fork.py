"""`maker lesson fork`: a lesson of one's own made from another, with credit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from makerlab.cli.base import MakerCommand
from makerlab.cli.lesson_id import id_of
from makerlab.i18n import N_, _, pick

if TYPE_CHECKING:
    from makerlab.lessons.model import Relation

HELP = N_(
    "Make a lesson of your own from the lesson NAME, in the new folder DIR. It says where it comes from and "
    "keeps the licence."
)
MORE = N_(
    "NAME is as maker lesson list shows it, a folder or a pack. A lesson whose licence forbids changed "
    "versions (ND) cannot be forked."
)
EXAMPLES = """\b
maker lesson fork lamp-distance my-lamp
maker lesson fork lamp-distance my-lamp --id my-school/lamp --author 王老师
maker lesson fork light.mkl my-lamp --id my-school/lamp --relation translation"""


@click.command("fork", cls=MakerCommand, help="\n\n".join((HELP, MORE, EXAMPLES)))
@click.argument("name", metavar="NAME")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--id",
    "new_id",
    metavar="ID",
    help=N_("Its own id: your school/a short name (usual: made of your name and DIR)."),
)
@click.option(
    "--author", default="", metavar="NAME",
    help=N_("Your name (usual: that of your key, if you have one); in both languages: 王老师/Ms Wang."),
)  # fmt: skip
@click.option(
    "--relation", default="remix",
    type=click.Choice(["remix", "translation", "port", "adaptation", "excerpt"]),
    help=N_("What you make of it (usual: remix)."),
)  # fmt: skip
@click.option("--changes", default="", metavar="TEXT", help=N_("What is other in it, in a sentence."))
def fork(name: str, folder: Path, new_id: str | None, author: str, relation: Relation, changes: str) -> None:
    from makerlab.lessons import disk, library
    from makerlab.lessons.new.plan import slug_of
    from makerlab.lessons.packs import licences, lineage

    names = _names(author or _own_name())
    new_id = id_of(new_id, names["en"], slug_of(folder.name) or "lesson")
    if not names["zh"]:
        names = _names(_("our school"))
    parent = library.find(name)
    text = {language: changes for language in parent.lesson.languages} if changes else lineage.NOTHING_YET
    made = lineage.fork(parent.files, parent.digest, new_id, names, relation, text)
    disk.write_folder(folder, made)
    license = parent.lesson.license
    click.echo(
        _("{folder}: made from {id} {version}, licence {license}.").format(
            folder=folder, id=parent.id, version=parent.lesson.version, license=license
        )
    )
    click.echo(_("Its id is {id}, its author {name}.").format(id=new_id, name=pick(names)))
    if licences.keeps_licence(license):
        click.echo(_("Its licence must stay: {license}.").format(license=license))
    if licences.forbids_selling(license):
        click.echo(_("It must not be used for money: {license}.").format(license=license))
    click.echo(_("Change it, then look it over: maker lesson check {folder}").format(folder=folder))


def _names(author: str) -> dict[str, str]:
    """A name by language; one that stands for both goes into both."""
    zh, _slash, en = author.partition("/")
    return {"zh": zh.strip(), "en": en.strip() or zh.strip()}


def _own_name() -> str:
    """That of the only key; "" where there is none, or no telling which."""
    from makerlab.lessons.packs.keyring import Keyring

    own = Keyring().own()
    return own[0].name if len(own) == 1 else ""
