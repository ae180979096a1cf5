"""`maker run`: put an experiment on a board, show it live, keep its data."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from makerlab.cli.base import MakerCommand, with_ports
from makerlab.errors import UsageProblem
from makerlab.i18n import N_, _

HELP = N_(
    "Run WHAT on a board: the name of an experiment (thermometer, light, motion) or your own .py file. "
    "What the board needs is put there first; its data is shown live and saved as a CSV file for Excel."
)
EXAMPLES = """\b
maker run thermometer --port virtual:esp32 --for 10s
maker run light --port COM3 --samples 200 --rate 20
maker run my_program.py --out result.csv"""

_UNITS_S = {"": 1.0, "ms": 0.001, "s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0}
_UNITS_S |= {"毫秒": 0.001, "秒": 1.0, "分": 60.0, "分钟": 60.0, "小时": 3600.0}
MAX_RATE_HZ = 1000


def duration(_ctx: click.Context, _param: click.Parameter, value: str | None) -> float | None:
    """A time such as 10s, 1.5min, 2h or 10秒, in seconds."""
    if value is None:
        return None
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([^\d\s.]*)\s*", value)
    if match is None or match[2].lower() not in _UNITS_S or float(match[1]) == 0:
        raise click.BadParameter(_("{value} is not a time; write it as 10s, 5min or 2h.").format(value=value))
    return float(match[1]) * _UNITS_S[match[2].lower()]


@click.command("run", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@click.argument("what", metavar="WHAT")
@with_ports
@click.option(
    "--for", "seconds", callback=duration, metavar="TIME", help=N_("Measure for so long: 10s, 5min, 2h.")
)
@click.option("--samples", type=click.IntRange(min=1), metavar="N", help=N_("Measure so many rows."))
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True, max=MAX_RATE_HZ),
    metavar="HZ",
    help=N_("Rows a second, instead of the experiment's own rate."),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help=N_("Where to save; default: a new file here, named after the experiment and the time."),
)
@click.option("--plot/--no-plot", default=True, help=N_("Show the curves, or only the numbers."))
def run(
    what: str, ports: tuple[str, ...], seconds: float | None, samples: int | None, rate: float | None,
    out: Path | None, plot: bool,
) -> None:  # fmt: skip
    from makerlab.cli.live import Figures, view_for
    from makerlab.cli.measuring import Measuring
    from makerlab.connect import connect
    from makerlab.experiment.find import find
    from makerlab.experiment.run import Until, prepare, start
    from makerlab.recording.csv_file import CsvRecorder

    if len(ports) > 1:
        raise UsageProblem(
            problem=_("One board at a time can be measured."), advice=_("Name one --port only.")
        )
    experiment, folder = find(what)
    with connect(ports[0] if ports else None, _say_connecting) as connection:
        prepared = prepare(experiment, folder, connection.board)
        program = start(connection.session, prepared, connection.small, _say_sending)
        title = f"{experiment.shown_title} · {connection.board.shown_name} · {connection.port}"
        figures = Figures(experiment)
        view = view_for(sys.stdout.isatty())(figures, title, seconds, plot)
        with CsvRecorder(experiment.name, experiment.shown_channel, out) as recorder:
            measuring = Measuring(program, prepared, figures, view, recorder)
            measuring.run(Until(seconds, samples), rate)
    measuring.report()


def _say_connecting(port: str) -> None:
    click.echo(_("Connecting to {port} ...").format(port=port))


def _say_sending(name: str) -> None:
    click.echo(_("Sending {name} to the board ...").format(name=name))
