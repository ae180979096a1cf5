"""`maker lesson open`: a lesson in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from makerlab.cli.base import MakerCommand
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.lessons.export.blocks import View

HELP = N_("Open LESSON in the browser, as pupils see it.")
EXAMPLES = """\b
maker lesson open lamp-distance
maker lesson open lamp-distance --view teacher --in both"""


@click.command("open", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@click.argument("name", metavar="LESSON")
@click.option(
    "--view", type=click.Choice(["pupil", "teacher"]), default="pupil",
    help=N_("For whom: pupil (usual) or teacher, with the guide and the answers."),
)  # fmt: skip
@click.option(
    "--in", "spoken", type=click.Choice(["zh", "en", "both"]),
    help=N_("The lesson's language; both: side by side (usual: the language of maker)."),
)  # fmt: skip
@click.option("--no-browser", is_flag=True, help=N_("Only make the page and say where it is."))
def open_(name: str, view: View, spoken: str | None, no_browser: bool) -> None:
    import webbrowser

    from makerlab.cli.lesson_export import languages_of
    from makerlab.lessons import disk, library
    from makerlab.lessons.export.page import Source, make_page
    from makerlab.paths import cache_dir

    found = library.find(name)
    source = Source.of(found.files)
    if view == "teacher":
        from makerlab.lessons.export.example import with_example

        source = with_example(source)
    languages = languages_of(source, spoken)
    page = cache_dir() / "lessons" / f"{found.slug}-{view}-{'-'.join(languages)}.html"
    disk.write(page, make_page(source, languages, view).encode())
    click.echo(page)
    if not no_browser and not webbrowser.open(page.as_uri()):
        click.echo(_("No browser could be started: open this file in one."))
