"""`maker recordings edit`: another title, a note."""

from __future__ import annotations

from pathlib import Path

import click

from makerlab.cli.base import MakerCommand
from makerlab.cli.notebook_option import with_notebook
from makerlab.errors import UsageProblem
from makerlab.i18n import N_, _

HELP = N_("Give recording ID another title or a note, so that it is found again. What was measured stays.")
EXAMPLES = """\b
maker recordings edit last --note "lid off"
maker recordings edit 17 --title "冷却，有盖子" --note \"\""""


@click.command("edit", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@click.argument("which", metavar="ID")
@click.option("--title", metavar="TEXT", help=N_("What it is called."))
@click.option("--note", metavar="TEXT", help=N_('What else is to be known; "" for nothing.'))
@with_notebook
def edit(which: str, title: str | None, note: str | None, notebook: Path | None) -> None:
    from makerlab.cli.recordings_text import existing

    if title is None and note is None:
        raise UsageProblem(
            problem=_("Nothing to change."),
            advice=_("Example: {command}").format(command=f"maker recordings edit {which} --note ..."),
        )
    with existing(notebook) as book:
        id = book.get(which).id
        book.edit(id, title, note)
        about = book.get(id).about
    click.echo(" · ".join(filter(None, (f"{id}  {about.title}", about.note))))
