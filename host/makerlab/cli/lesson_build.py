"""`maker lesson build`: a lesson's folder as one file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from makerlab.cli.base import MakerCommand, fail
from makerlab.errors import MakerError
from makerlab.i18n import N_, _

HELP = N_("Pack the lesson in folder DIR into one file (.mkl) that can be passed on.")
MORE = N_(
    "The same lesson gives the same file on every computer. Signatures that the file has already stay in it "
    "if the lesson is the same. A lesson with mistakes is not packed."
)
EXAMPLES = """\b
maker lesson build my-lesson
maker lesson build my-lesson --out light.mkl"""
NOTES = "notes/"


class HasMistakes(MakerError):
    what = N_("{folder} has mistakes (listed above), so nothing was packed.")
    todo = N_("Mend them: maker lesson check {folder}. Or pack it as it is: --unchecked")


@click.command("build", cls=MakerCommand, help="\n\n".join((HELP, MORE, EXAMPLES)))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE.mkl",
    help=N_("Where to write it (usual: the lesson's name and version, here)."),
)  # fmt: skip
@click.option("--no-notes", is_flag=True, help=N_("Leave out the notes of lesson study (folder notes)."))
@click.option("--unchecked", is_flag=True, help=N_("Pack it even if maker lesson check finds mistakes."))
def build(folder: Path, out: Path | None, no_notes: bool, unchecked: bool) -> None:
    from makerlab.cli.lesson_text import SHOWN_DIGEST
    from makerlab.lessons import disk, library
    from makerlab.lessons.folder import read_folder
    from makerlab.lessons.model import SUFFIX
    from makerlab.lessons.packs import pack

    files = read_folder(folder)
    if no_notes:
        files = {name: content for name, content in files.items() if not name.startswith(NOTES)}
    if not unchecked:
        _check(folder, files)
    made = pack.build(files)
    out = out or Path(f"{made.slug}-{made.version}{SUFFIX}")
    if out.suffix != SUFFIX:
        out = out.with_name(out.name + SUFFIX)
    try:
        before = library.read_pack(out) if out.exists() else None
    except MakerError:
        before = None
    if before is not None and before.digest == made.digest:
        for key_id, content in before.signatures.items():
            made = made.with_signature(key_id, content)
    data = made.data()
    disk.write(out, data)
    click.echo(
        _("{file}: {id} {version}, files {count}, {size:,} bytes, digest {digest}...").format(
            file=out, id=made.id, version=made.version, count=len(made.files), size=len(data),
            digest=made.digest[:SHOWN_DIGEST],
        )
    )  # fmt: skip


def _check(folder: Path, files: dict[str, bytes]) -> None:
    """Show the mistakes and end, if there are any; warnings are not for this place."""
    from makerlab.cli.lesson_check import show
    from makerlab.lessons.check.everything import check

    errors = [one for one in check(files) if one.severity == "error"]
    if errors:
        show(folder, errors)
        sys.stdout.flush()
        fail(HasMistakes(folder=folder))
