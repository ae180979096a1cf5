"""`maker lesson remove`: take an installed lesson off this computer."""

from __future__ import annotations

import click

from makerlab.cli.base import MakerCommand
from makerlab.errors import MakerError
from makerlab.i18n import N_, _

HELP = N_("Remove the installed lesson NAME from this computer.")
EXAMPLES = """\b
maker lesson remove lamp-distance"""


class NotInstalled(MakerError):
    what = N_("{name} was not installed: it lies in {path}.")
    todo = N_("Only lessons taken in with maker lesson install are removed; nothing was done.")


@click.command("remove", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@click.argument("name", metavar="NAME")
def remove(name: str) -> None:
    from makerlab.lessons import library

    found = library.find_kept(name)
    if found.pack is None or found.path != library.place_of(found.id):
        raise NotInstalled(name=found.slug, path=found.path)
    library.remove(found.id)
    click.echo(_("{title} was removed.").format(title=found.lesson.shown_title))
