"""`maker lesson export`: a lesson as a page, a PDF, a course or a book."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from makerlab.cli.base import MakerCommand
from makerlab.cli.lesson_shown import shown, with_view
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.lessons.export.blocks import View
    from makerlab.lessons.export.page import Source

HELP = N_("Write LESSON in another form: a page, a PDF, a course for a learning platform, or a book.")
MORE = N_(
    "LESSON is a folder, a pack (.mkl) or the name of a lesson on this computer. A page is one file with "
    "everything in it, for any browser, without internet; the PDF is made by Chrome, Edge or Chromium."
)
EXAMPLES = """\b
maker lesson export html lamp-distance
maker lesson export pdf lamp-distance --view teacher
maker lesson export scorm12 lamp-distance --in both"""

ENDINGS = {"html": ".html", "pdf": ".pdf", "scorm12": ".zip", "imscc": ".imscc", "epub": ".epub"}


@click.command("export", cls=MakerCommand, help="\n\n".join((HELP, MORE, EXAMPLES)))
@click.argument("form", metavar="FORM", type=click.Choice(list(ENDINGS)))
@click.argument("name", metavar="LESSON")
@with_view
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=N_("A new file, or a folder for it; usual: this folder."),
)
def export(form: str, name: str, view: View, spoken: str | None, out: Path | None) -> None:
    lesson = shown(name, view, spoken)
    source, languages = lesson.source, lesson.languages
    out = _new_file(out or Path(), lesson.name + ENDINGS[form])
    if form == "pdf":
        from makerlab.lessons.export.pdf import write_pdf

        click.echo(_("Printing with the browser ..."), err=True)
        write_pdf(source, languages, view, out)
    else:
        from makerlab.lessons import disk

        disk.write(out, _made(form, source, languages, view))
    click.echo(_("{file}: {size:,} bytes").format(file=out, size=out.stat().st_size))


def _new_file(out: Path, name: str) -> Path:
    """The file `out`, or the folder's next one that is not taken. Raises FileTaken."""
    from makerlab.recording.csv_file import FileTaken
    from makerlab.recording.formats.exporting import free

    if out.is_dir():
        return free(out / name)
    if out.exists():
        raise FileTaken(path=out)
    return out


def _made(form: str, source: Source, languages: list[str], view: View) -> bytes:
    if form == "html":
        from makerlab.lessons.export.page import make_page

        return make_page(source, languages, view).encode()
    if form == "scorm12":
        from makerlab.lessons.export.scorm import scorm12

        return scorm12(source, languages, view)
    # Books and cartridges are in one language: they are read one page after the other.
    if form == "imscc":
        from makerlab.lessons.export.imscc import imscc

        return imscc(source, languages[0], view)
    from makerlab.lessons.export.epub import epub

    return epub(source, languages[0], view)
