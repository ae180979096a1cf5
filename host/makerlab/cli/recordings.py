"""`maker recordings`: what was measured, found again. Each subcommand is imported when it is called."""

from __future__ import annotations

import click

from makerlab.cli.base import MakerGroup
from makerlab.i18n import N_

COMMANDS = {
    "list": ("makerlab.cli.recordings_list:list_", N_("List the recordings, newest first.")),
    "show": ("makerlab.cli.recordings_show:show", N_("Show what is in a recording.")),
    "edit": ("makerlab.cli.recordings_edit:edit", N_("Give a recording another title or a note.")),
    "delete": ("makerlab.cli.recordings_delete:delete", N_("Delete recordings for good.")),
    "backup": ("makerlab.cli.recordings_backup:backup", N_("Copy the whole notebook into a file.")),
}

HELP = N_("Everything that was measured: find it, look at it, keep it.")
EXAMPLES = """\b
maker recordings list
maker recordings show last
maker recordings backup E:\\notebook.sqlite3"""


@click.group("recordings", cls=MakerGroup, lazy=COMMANDS, help=HELP + "\n\n" + EXAMPLES)
def recordings() -> None:
    pass
