"""`maker lesson open`: a lesson in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from makerlab.cli.base import MakerCommand
from makerlab.cli.lesson_shown import shown, with_view
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.lessons.export.blocks import View

HELP = N_("Open LESSON in the browser, as pupils see it.")
EXAMPLES = """\b
maker lesson open lamp-distance
maker lesson open lamp-distance --view teacher --in both"""


@click.command("open", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@click.argument("name", metavar="LESSON")
@with_view
@click.option("--no-browser", is_flag=True, help=N_("Only make the page and say where it is."))
def open_(name: str, view: View, spoken: str | None, no_browser: bool) -> None:
    import webbrowser

    from makerlab.lessons import disk
    from makerlab.lessons.export.page import make_page
    from makerlab.paths import cache_dir

    lesson = shown(name, view, spoken)
    page = cache_dir() / "lessons" / f"{lesson.name}.html"
    disk.write(page, make_page(lesson.source, lesson.languages, view).encode())
    click.echo(page)
    if not no_browser and not webbrowser.open(page.as_uri()):
        click.echo(_("No browser could be started: open this file in one."))
