"""`maker recordings export`: recordings as files for other programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from makerlab.cli.base import MakerCommand
from makerlab.cli.notebook_option import with_notebook
from makerlab.errors import UsageProblem
from makerlab.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from makerlab.recording.formats.content import Content
    from makerlab.recording.formats.exporting import Kind, Progress

HELP = N_(
    "Save the recordings ID... as files: csv (opens in Excel and WPS), xlsx (Excel, with a chart), json, or "
    "datapackage (Frictionless, for archives). maker recordings import takes all of them back."
)
EXAMPLES = """\b
maker recordings export last
maker recordings export 17 18 --format xlsx --out class.xlsx
maker recordings export 17 --format datapackage"""

KINDS = ("csv", "xlsx", "json", "datapackage")
SLOW_ROWS = 200_000
"""From so many rows on an Excel file takes long enough to be told how far it is."""


@click.command("export", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@click.argument("which", metavar="ID...", nargs=-1, required=True)
@click.option(
    "--format", "kind", type=click.Choice(KINDS),
    help=N_("The kind of file; usual: what the name behind --out ends in, else csv."),
)  # fmt: skip
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE|FOLDER",
    help=N_("A new file, or a folder for it; usual: this folder, named after the recording."),
)
@click.option(
    "--raw", is_flag=True, help=N_("As it was measured: without calibration and calculated channels.")
)
@with_notebook
def export(
    which: tuple[str, ...], kind: Kind | None, out: Path | None, raw: bool, notebook: Path | None
) -> None:
    from makerlab.cli.recordings_text import existing
    from makerlab.recording.formats.exporting import content_of
    from makerlab.recording.formats.exporting import export as write

    kind = kind or _kind(out)
    if kind == "csv" and len(which) > 1 and out is not None and not out.is_dir():
        raise UsageProblem(
            problem=_("A CSV file holds one recording, and these are {n}.").format(n=len(which)),
            advice=_("Name a folder behind --out, or take --format xlsx."),
        )
    with existing(notebook) as book:
        contents = [content_of(book, one, raw=raw) for one in dict.fromkeys(which)]
    for together in [[one] for one in contents] if kind == "csv" else [contents]:
        path = _path(out, together, kind)
        write(together, kind, path, _progress(together))
        rows = sum(content.rows for content in together)
        text = ngettext("Saved in: {path} ({n} row)", "Saved in: {path} ({n} rows)", rows)
        click.echo(text.format(path=path, n=rows))


def _kind(out: Path | None) -> Kind:
    from makerlab.recording.formats.exporting import SUFFIXES

    suffix = out.suffix.lower() if out is not None else ""
    return next((kind for kind, its in SUFFIXES.items() if its == suffix), "csv")


def _path(out: Path | None, contents: list[Content], kind: Kind) -> Path:
    from makerlab.recording.formats.exporting import usual_path

    folder = Path() if out is None else out
    return usual_path(folder, contents, kind) if folder.is_dir() else folder


def _progress(contents: list[Content]) -> Progress:
    rows = sum(content.rows for content in contents)

    def say(done: int) -> None:
        if rows >= SLOW_ROWS and sys.stderr.isatty():
            end = "\n" if done >= rows else ""
            click.echo(
                "\r" + _("{done:,} of {rows:,} rows").format(done=done, rows=rows) + end, nl=False, err=True
            )

    return say
