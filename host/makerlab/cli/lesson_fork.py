"""`maker lesson fork`: a lesson of one's own made from another, with credit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from makerlab.cli.base import MakerCommand
from makerlab.errors import UsageProblem
from makerlab.i18n import N_, _

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
maker lesson fork lamp-distance my-lamp --id my-school/lamp --author 王老师
maker lesson fork light.mkl my-lamp --id my-school/lamp --relation translation"""


@click.command("fork", cls=MakerCommand, help="\n\n".join((HELP, MORE, EXAMPLES)))
@click.argument("name", metavar="NAME")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--id", "new_id", required=True, metavar="ID", help=N_("Its own id: your school/a short name."))
@click.option(
    "--author", default="", metavar="NAME",
    help=N_("Your name (usual: that of your key); in both languages: 王老师/Ms Wang."),
)  # fmt: skip
@click.option(
    "--relation", default="remix",
    type=click.Choice(["remix", "translation", "port", "adaptation", "excerpt"]),
    help=N_("What you make of it (usual: remix)."),
)  # fmt: skip
@click.option("--changes", default="", metavar="TEXT", help=N_("What is other in it, in a sentence."))
def fork(name: str, folder: Path, new_id: str, author: str, relation: Relation, changes: str) -> None:
    from makerlab.lessons import disk, library
    from makerlab.lessons.model import LESSON_ID
    from makerlab.lessons.packs import licences, lineage

    if not LESSON_ID.fullmatch(new_id):
        raise UsageProblem(
            problem=_("{id} cannot be a lesson's id.").format(id=new_id),
            advice=_("Write it so, in small letters: {example}").format(example="--id my-school/lamp"),
        )
    parent = library.find(name)
    text = {language: changes for language in parent.lesson.languages} if changes else lineage.NOTHING_YET
    made = lineage.fork(parent.files, parent.digest, new_id, _names(author or _own_name()), relation, text)
    disk.write_folder(folder, made)
    license = parent.lesson.license
    click.echo(
        _("{folder}: made from {id} {version}, licence {license}.").format(
            folder=folder, id=parent.id, version=parent.lesson.version, license=license
        )
    )
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
    from makerlab.lessons.packs.keyring import Keyring

    own = Keyring().own()
    if len(own) == 1:
        return own[0].name
    raise UsageProblem(
        problem=_("Whose lesson will it be?"),
        advice=_("Example: {command}").format(command="--author 王老师"),
    )
