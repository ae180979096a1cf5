"""`maker lesson publish`: a folder of packs that others can search and install from."""

from __future__ import annotations

from pathlib import Path

import click

from makerlab.cli.base import MakerCommand, print_note
from makerlab.errors import MakerError, UsageProblem
from makerlab.i18n import N_, _

HELP = N_(
    "Put the lesson packs FILE (none, or several) into FOLDER, and write the list of all packs there: "
    "index.json and search.json."
)
MORE = N_(
    "FOLDER works unchanged on a USB stick, on a share of the school, or copied to a web server. Several "
    "people can publish into the same folder, also at the same time. Without FILE the list is made anew, "
    "after packs were copied in or deleted by hand."
)
EXAMPLES = """\b
maker lesson publish E:\\lessons light-1.0.0.mkl
maker lesson publish E:\\lessons"""


class NoFolder(MakerError):
    what = N_("There is no folder {folder} to make a list of.")
    todo = N_("Name the packs to put into it as well: maker lesson publish {folder} FILE.mkl")


@click.command("publish", cls=MakerCommand, help="\n\n".join((HELP, MORE, EXAMPLES)))
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.argument("paths", metavar="FILE...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--key", "name", default="", metavar="NAME", help=N_("Sign the list with this key of yours."))
@click.option("--unsigned", is_flag=True, help=N_("Do not sign the list, though you have a key."))
def publish(folder: Path, paths: tuple[Path, ...], name: str, unsigned: bool) -> None:
    from makerlab.cli.lesson_sign import Forged
    from makerlab.cli.lesson_text import now
    from makerlab.lessons import library
    from makerlab.lessons.model import SUFFIX
    from makerlab.lessons.packs import publish as publishing
    from makerlab.lessons.packs import signature
    from makerlab.lessons.packs.keyring import Keyring

    if folder.suffix == SUFFIX:
        raise UsageProblem(
            problem=_("The folder to publish into is missing."),
            advice=_("Example: {command}").format(command=f"maker lesson publish lessons {folder}"),
        )
    if not paths and not folder.is_dir():
        raise NoFolder(folder=folder)
    packs = []
    for path in paths:
        pack = library.read_pack(path)
        if signature.state(pack, {}) == "damaged":
            raise Forged(path=path)
        packs.append(pack)
    ring = Keyring()
    key = None if unsigned or not (name or ring.own()) else ring.own_key(name)
    done = publishing.publish(folder, packs, key, now())
    click.echo(
        _("{folder}: lessons {count}, list signed by {name}.").format(
            folder=folder, count=len(done.index.entries), name=key.name
        )
        if key
        else _("{folder}: lessons {count}, list not signed.").format(
            folder=folder, count=len(done.index.entries)
        )
    )
    for error in done.left_out.values():
        print_note(error.message, error.hint)
