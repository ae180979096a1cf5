"""`maker recordings import`: files as recordings."""

from __future__ import annotations

from pathlib import Path

import click

from makerlab.cli.base import MakerCommand
from makerlab.cli.notebook_option import with_notebook
from makerlab.i18n import N_, _, ngettext

HELP = N_(
    "Put FILE... into the notebook as recordings: what maker recordings export wrote, MY_DATA.HTM of a "
    "micro:bit, the files log-0001.txt, ... of the module logbook, or a CSV table with named columns. "
    "Either all of them are taken or none."
)
EXAMPLES = """\b
maker recordings import E:\\MY_DATA.HTM
maker recordings import log-0001.txt log-0002.txt --title "Fridge"
maker recordings import class.xlsx"""


@click.command("import", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--title", default="", metavar="TEXT", help=N_("What the recording is called in the notebook."))
@with_notebook
def import_(files: tuple[str, ...], title: str, notebook: Path | None) -> None:
    from makerlab.cli.local_files import named
    from makerlab.recording.formats.importing import add, read_paths
    from makerlab.recording.store.notebook import Notebook

    found = read_paths([path for word in files for path in named(word)])
    with Notebook(notebook) as book:
        ids = add(book, found, title)
    for id, one in zip(ids, found, strict=True):
        text = ngettext(
            "Recording {id}: {title}, {n} row, from {file}",
            "Recording {id}: {title}, {n} rows, from {file}",
            one.rows,
        )
        name = title or one.about.title
        click.echo(text.format(id=id, title=name, n=one.rows, file=one.about.imported_from))
        for remark in one.remarks:
            click.echo("  " + remark)
    click.echo(_("See it: {command}").format(command=f"maker recordings show {ids[-1]}"))
