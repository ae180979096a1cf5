"""`maker recordings`: what was measured, found again. Each subcommand is imported when it is called."""

from __future__ import annotations

import click

from makerlab.cli.base import MakerGroup
from makerlab.i18n import N_

COMMANDS: dict[str, tuple[str, str]] = {}

HELP = N_("Everything that was measured: find it, look at it, keep it.")
EXAMPLES = """\b
maker recordings list
maker recordings show last
maker recordings backup E:\\notebook.sqlite3"""


@click.group("recordings", cls=MakerGroup, lazy=COMMANDS, help=HELP + "\n\n" + EXAMPLES)
def recordings() -> None:
    pass
