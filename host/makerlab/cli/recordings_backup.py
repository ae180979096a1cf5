"""`maker recordings backup`: everything that was measured, in one checked file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from makerlab.cli.base import MakerCommand
from makerlab.cli.notebook_option import with_notebook
from makerlab.i18n import N_, _

HELP = N_("Copy the whole notebook into the new file FILE (or into a folder), and check the copy.")
MORE = N_("It may be measured meanwhile. Look into the copy with --notebook FILE.")
EXAMPLES = """\b
maker recordings backup E:\\notebook.sqlite3
maker recordings list --notebook E:\\notebook.sqlite3"""


@click.command("backup", cls=MakerCommand, help="\n\n".join((HELP, MORE, EXAMPLES)))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@with_notebook
def backup(file: Path, notebook: Path | None) -> None:
    from makerlab.cli.recordings_text import existing
    from makerlab.recording.file_names import default_name

    if file.is_dir():
        file = file / default_name("makerlab", datetime.now(), ".sqlite3")
    with existing(notebook) as book:
        book.backup(file)
        count = len(book.find())
    size = file.stat().st_size
    click.echo(
        _("Backup in: {path}").format(path=file)
        + " "
        + _("({count} recordings, {size:,} bytes, checked)").format(count=count, size=size)
    )
