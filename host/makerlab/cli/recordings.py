"""`maker recordings`: what was measured, found again. Each subcommand is imported when it is called."""

from __future__ import annotations

import click

from makerlab.cli.base import MakerGroup
from makerlab.i18n import N_

COMMANDS = {
    "list": ("makerlab.cli.recordings_list:list_", N_("List the recordings, newest first.")),
    "show": ("makerlab.cli.recordings_show:show", N_("Show what is in a recording.")),
    "plot": ("makerlab.cli.recordings_plot:plot", N_("Draw the curves of a recording as a picture.")),
    "compare": ("makerlab.cli.recordings_compare:compare", N_("Lay recordings over each other.")),
    "fit": ("makerlab.cli.recordings_fit:fit", N_("Find the formula that a curve follows.")),
    "replay": ("makerlab.cli.recordings_replay:replay", N_("Show a recording once more, as live.")),
    "export": ("makerlab.cli.recordings_export:export", N_("Save recordings as files for other programs.")),
    "import": ("makerlab.cli.recordings_import:import_", N_("Put files into the notebook as recordings.")),
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
