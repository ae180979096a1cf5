"""`maker lesson`: write, check, test, pack and share lessons. Each command has its own file."""

from __future__ import annotations

import click

from makerlab.cli.base import MakerGroup
from makerlab.i18n import N_

COMMANDS: dict[str, tuple[str, str]] = {
    "check": ("makerlab.cli.lesson_check:check", N_("Find the mistakes in a lesson.")),
}

HELP = N_("Lessons: a folder that a teacher writes, checked by machine and shared as one file.")
EXAMPLES = """\b
maker lesson new light-and-distance
maker lesson check light-and-distance"""


@click.group("lesson", cls=MakerGroup, lazy=COMMANDS, help=HELP + "\n\n" + EXAMPLES)
def lesson() -> None:
    pass
