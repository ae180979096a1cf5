"""`maker recordings plot`: the curves of a recording as a picture."""

from __future__ import annotations

from pathlib import Path

import click

from makerlab.cli.base import MakerCommand
from makerlab.cli.notebook_option import with_notebook
from makerlab.cli.recordings_range import moment, save_picture, with_picture, with_range
from makerlab.errors import UsageProblem
from makerlab.i18n import N_, _

HELP = N_(
    "Draw the curves of recording ID (or last) as a picture, for the wall or a report: with units, what "
    "happened, and gaps left open."
)
EXAMPLES = """\b
maker recordings plot last
maker recordings plot 17 --out curve.svg
maker recordings plot 17 --channel temperature --from 1min --to 5min"""


@click.command("plot", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@click.argument("which", metavar="ID")
@with_picture
@click.option("--channel", "channels", multiple=True, metavar="NAME", help=N_("Only this channel."))
@with_range
@click.option(
    "--smooth", "smooth_s", callback=moment, metavar="TIME",
    help=N_("Draw a moving average over so long; what is stored stays as it is."),
)  # fmt: skip
@with_notebook
def plot(
    which: str, out: Path | None, channels: tuple[str, ...], start_s: float | None, end_s: float | None,
    smooth_s: float | None, notebook: Path | None,
) -> None:  # fmt: skip
    from makerlab.cli.recordings_text import existing
    from makerlab.recording.file_names import default_name
    from makerlab.recording.formats.exporting import free
    from makerlab.recording.pictures import of_recording

    with existing(notebook) as book:
        recording = book.get(which)
        columns = book.samples(recording.id, start_s, end_s)
    if not len(columns.time_s):
        raise UsageProblem(
            problem=_("Recording {id} has no rows there.").format(id=recording.id),
            advice=_("It is {seconds:.1f} s long: choose --from and --to in it.").format(
                seconds=recording.seconds
            ),
        )
    picture = of_recording(recording, columns, channels, smooth_s or 0.0)
    if out is None:
        name = default_name(f"{recording.id} {recording.about.title}", recording.about.started_at, ".png")
        out = free(Path(name))
    save_picture(picture, out)
