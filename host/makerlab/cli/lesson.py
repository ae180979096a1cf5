"""`maker lesson`: write, check, test, pack and share lessons. Each command has its own file."""

from __future__ import annotations

import click

from makerlab.cli.base import MakerGroup
from makerlab.i18n import N_

COMMANDS: dict[str, tuple[str, str]] = {
    "new": ("makerlab.cli.lesson_new:new", N_("Make a lesson to begin with.")),
    "check": ("makerlab.cli.lesson_check:check", N_("Find the mistakes in a lesson.")),
    "test": ("makerlab.cli.lesson_test:test", N_("Run a lesson on virtual boards and judge its data.")),
    "judge": ("makerlab.cli.lesson_judge:judge", N_("Judge measured data by a lesson: why, and no marks.")),
    "build": ("makerlab.cli.lesson_build:build", N_("Pack a lesson into one file.")),
    "sign": ("makerlab.cli.lesson_sign:sign", N_("Sign a pack with your key.")),
    "verify": ("makerlab.cli.lesson_verify:verify", N_("See who signed a pack, and whether it is whole.")),
    "install": ("makerlab.cli.lesson_install:install", N_("Take in a lesson of others.")),
    "list": ("makerlab.cli.lesson_list:list_", N_("List the lessons on this computer.")),
    "search": ("makerlab.cli.lesson_search:search", N_("Find lessons by words, grade and board.")),
    "show": ("makerlab.cli.lesson_show:show", N_("Show what a lesson is about and what it takes.")),
    "open": ("makerlab.cli.lesson_open:open_", N_("Open a lesson in the browser.")),
    "export": ("makerlab.cli.lesson_export:export", N_("Write it as a page, a PDF, a course or a book.")),
    "publish": ("makerlab.cli.lesson_publish:publish", N_("Put packs into a folder for others.")),
    "fork": ("makerlab.cli.lesson_fork:fork", N_("Make a lesson of your own from another.")),
    "diff": ("makerlab.cli.lesson_diff:diff", N_("See what is other in one lesson than in another.")),
    "credits": ("makerlab.cli.lesson_credits:credits_", N_("See whom to name for a lesson.")),
    "keys": ("makerlab.cli.lesson_keys:keys", N_("Keys for signing, and whom you trust.")),
    "remove": ("makerlab.cli.lesson_remove:remove", N_("Take an installed lesson off this computer.")),
}

HELP = N_("Lessons: a folder that a teacher writes, checked by machine and shared as one file.")
EXAMPLES = """\b
maker lesson new my-lesson
maker lesson check my-lesson"""


@click.group("lesson", cls=MakerGroup, lazy=COMMANDS, help=HELP + "\n\n" + EXAMPLES)
def lesson() -> None:
    pass
