"""`maker recordings replay`: a recording once more, as live."""

from __future__ import annotations

import sys
import time
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

import click

from makerlab.cli.base import MakerCommand, with_json
from makerlab.cli.notebook_option import with_notebook
from makerlab.errors import UsageProblem
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.cli.figures import Figures
    from makerlab.cli.view import View
    from makerlab.experiment.model import Experiment
    from makerlab.recording.about import Recording
    from makerlab.recording.calculated.derive import Transform
    from makerlab.recording.csv_file import CsvRecorder
    from makerlab.wire.events import Event

HELP = N_(
    "Show recording ID (or last) once more as it was measured, with its gaps, marks and faults; on the "
    "screen, for scripts (--json) or as the table that maker run saves (--out)."
)
EXAMPLES = """\b
maker recordings replay last
maker recordings replay 17 --speed 10
maker recordings replay 17 --speed max --out again.csv"""

SLOWEST, FASTEST = 0.01, 10_000.0
AS_FAST_AS_POSSIBLE = "max"
UPDATE_S = 0.1
"""Between two looks of the view at what there is: at high speed a second of the recording is nothing."""


def speed(_ctx: click.Context, _param: click.Parameter, value: str) -> float:
    """How many times as fast; inf for max."""
    if value == AS_FAST_AS_POSSIBLE:
        return inf
    try:
        factor = float(value.removesuffix("x"))
    except ValueError:
        factor = 0.0
    if not SLOWEST <= factor <= FASTEST:
        raise UsageProblem(
            problem=_("--speed cannot be {value}.").format(value=repr(value)),
            advice=_("Write how many times as fast, such as 10, or max."),
        )
    return factor


@click.command("replay", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@click.argument("which", metavar="ID")
@click.option(
    "--speed", "factor", callback=speed, default="1", metavar="N|max",
    help=N_("How many times as fast as it was measured; max: at once."),
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE.csv", help=N_("Save it as a table as well.")
)
@click.option("--plot/--no-plot", "curves", default=True, help=N_("Show the curves, or only the numbers."))
@with_json
@with_notebook
def replay(
    which: str, factor: float, out: Path | None, curves: bool, as_json: bool, notebook: Path | None
) -> None:
    from makerlab.cli.figures import Figures
    from makerlab.cli.measuring import CtrlC
    from makerlab.cli.recordings_text import existing
    from makerlab.recording.calculated.derive import Transform
    from makerlab.recording.csv_file import CsvRecorder
    from makerlab.recording.replay import replay as play

    with existing(notebook) as book:
        recording = book.get(which)
        experiment = _experiment(recording)
        figures = Figures(experiment, recording.about.rate_hz)
        view = _view(figures, recording, curves, as_json)
        table = CsvRecorder(experiment.name, experiment.shown_channel, out) if out is not None else None
        consumer = _Shown(Transform(recording.about.calibration, recording.about.derived), view, table)
        with consumer, CtrlC() as ctrl_c:
            play(
                book.batches(recording.id),
                consumer,
                factor,
                time.monotonic,
                time.sleep,
                lambda: ctrl_c.times > 0,
            )
    view.report(table.paths if table is not None else [], None, "")


class _Shown:
    """Takes what the board sent as `maker run` does, without the notebook."""

    def __init__(self, transform: Transform, view: View, table: CsvRecorder | None) -> None:
        self._transform, self._view, self._table = transform, view, table
        self._updated = 0.0

    def __enter__(self) -> _Shown:
        if self._table is not None:
            self._table.__enter__()
        self._view.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._view.__exit__(*exc_info)
        if self._table is not None:
            self._table.close()

    def take(self, events: list[Event], at: float) -> None:
        shown = self._transform.take(events)
        self._view.figures.take(shown, at)
        self._view.take(shown, at)
        if (now := time.monotonic()) - self._updated >= UPDATE_S:
            self._updated = now
            self._view.update(at)
        if self._table is not None:
            self._table.take(shown, at)


def _experiment(recording: Recording) -> Experiment:
    """The recording as an experiment: what the view needs of one."""
    from makerlab.experiment.model import ChannelInfo, Experiment

    about = recording.about
    channels = {
        channel.name: ChannelInfo(
            about.channel_titles.get(channel.name) or {"en": channel.name}, channel.unit
        )
        for channel in recording.channels
    }
    title = {"zh": about.title, "en": about.title}
    return Experiment(about.experiment or about.title, {}, title, rate_hz=about.rate_hz, channels=channels)


def _view(figures: Figures, recording: Recording, curves: bool, as_json: bool) -> View:
    from makerlab.experiment.until import Until

    about = recording.about
    where = about.label or about.port or about.imported_from
    if as_json:
        from makerlab.cli.json_view import JsonView

        return JsonView(figures, where, about.board)
    begun = f"{about.started_at:%Y-%m-%d %H:%M:%S}"
    title = _("{title} · recording {id} of {begun}").format(title=about.title, id=recording.id, begun=begun)
    if sys.stdout.isatty():
        from makerlab.cli.live import LiveView

        return LiveView(figures, title, Until(seconds=recording.seconds or None), curves)
    from makerlab.cli.view import PlainView

    return PlainView(figures, title)
