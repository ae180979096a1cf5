"""`maker recordings delete`: for good, so it asks."""

from __future__ import annotations

from pathlib import Path

import click

from makerlab.cli.base import MakerCommand
from makerlab.cli.notebook_option import with_notebook
from makerlab.errors import UsageProblem
from makerlab.i18n import N_, _, ngettext

HELP = N_("Delete the recordings ID... for good. It shows them and asks before it does.")
EXAMPLES = """\b
maker recordings delete 17
maker recordings delete 3 4 5 --yes"""


@click.command("delete", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@click.argument("which", metavar="ID...", nargs=-1, required=True)
@click.option("--yes", "-y", is_flag=True, help=N_("Do not ask."))
@with_notebook
def delete(which: tuple[str, ...], yes: bool, notebook: Path | None) -> None:
    from makerlab.cli.recordings_text import existing, shown_length, shown_start

    with existing(notebook) as book:
        found = {one.id: one for one in map(book.get, which)}
        if not yes:
            for one in found.values():
                begun, length = shown_start(one.about.started_at), shown_length(one.seconds)
                click.echo(f"  {one.id}  {begun}  {one.about.title}  {length}", err=True)
            if not _agreed(len(found)):
                return
        book.delete(found)
    click.echo(ngettext("{n} recording deleted.", "{n} recordings deleted.", len(found)).format(n=len(found)))


def _agreed(count: int) -> bool:
    question = ngettext("Delete it for good?", "Delete these {n} for good?", count).format(n=count)
    try:
        return click.confirm(question, err=True)
    except click.Abort:
        click.echo(err=True)  # the question has no line end
        raise UsageProblem(
            problem=_("Nobody answered whether to delete, so nothing was deleted."),
            advice=_("Add --yes if they may be deleted."),
        ) from None
