"""`maker run`: put an experiment on a board, show it live, keep its data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from makerlab.cli import names
from makerlab.cli.base import MakerCommand, with_json, with_ports
from makerlab.cli.run_options import count, duration, pause, rate
from makerlab.cli.sending import with_mpy
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.cli.figures import Figures
    from makerlab.cli.view import View
    from makerlab.connect import Connection
    from makerlab.experiment.measuring import Wish
    from makerlab.experiment.until import Until

HELP = N_(
    "Run WHAT on a board: the name of an experiment (see maker experiments list) or your own .py file. "
    "What the board needs is put there first; its data is shown live and saved as a CSV file for Excel."
)
EXAMPLES = """\b
maker run thermometer --port virtual:esp32 --for 10s
maker run light --port COM3 --samples 200 --rate 20
maker run my_program.py --out result.csv"""


@click.command("run", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@click.argument("what", metavar="WHAT")
@with_ports
@click.option(
    "--for", "seconds", callback=duration, metavar="TIME", help=N_("Measure for so long: 10s, 5min, 2h.")
)
@click.option("--samples", callback=count, metavar="N", help=N_("Measure so many rows."))
@click.option(
    "--rate",
    "rate_hz",
    callback=rate,
    metavar="HZ",
    help=N_("Rows a second, instead of the experiment's own rate."),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help=N_("Where to save; default: a new file here, named after the experiment and the time."),
)
@click.option(
    "--wait", "wait_s", callback=pause, metavar="TIME", default="60s",
    help=N_("For how long to wait for a board that is unplugged meanwhile; 0: not at all. Usual: 60s."),
)  # fmt: skip
@click.option("--plot/--no-plot", default=True, help=N_("Show the curves, or only the numbers."))
@with_mpy
@with_json
def run(
    what: str, ports: tuple[str, ...], seconds: float | None, samples: int | None, rate_hz: float | None,
    out: Path | None, wait_s: float, plot: bool, mpy: bool, as_json: bool,
) -> None:  # fmt: skip
    from makerlab.experiment.find import find
    from makerlab.experiment.measuring import Wish
    from makerlab.experiment.until import Until
    from makerlab.virtual.address import with_scene

    experiment, folder = find(what)
    ports = tuple(with_scene(port, experiment.scene) for port in ports)
    wants_data = seconds is not None or samples is not None or out is not None or as_json
    wish = Wish(experiment, folder, Until(seconds, samples), rate_hz, wants_data, mpy, wait_s=wait_s)
    if len(several := list(dict.fromkeys(ports))) > 1:
        from makerlab.cli.run_several import run_several

        run_several(several, wish, out, as_json)
    else:
        _run_one(ports[0] if ports else None, wish, out, plot, as_json)


def _run_one(port: str | None, wish: Wish, out: Path | None, plot: bool, as_json: bool) -> None:
    from makerlab.cli.figures import Figures
    from makerlab.cli.measuring import run_shown
    from makerlab.connect import connect
    from makerlab.experiment.measuring import begin_on
    from makerlab.recording.csv_file import CsvRecorder

    def say(text: str) -> None:
        if not as_json:
            click.echo(text)

    def say_connecting(port: str) -> None:
        say(_("Connecting to {port} ...").format(port=port))

    def say_sending(name: str, done: int, _size: int) -> None:
        if done == 0:
            say(_("Sending {name} to the board ...").format(name=name))

    # The file first: a wrong place for it must not be found out after somebody has waited.
    with (
        CsvRecorder(wish.experiment.name, wish.experiment.shown_channel, out) as recorder,
        connect(port, say_connecting) as connection,
    ):
        names.learn(connection)
        measuring = begin_on(connection, wish, say_sending)
        figures = Figures(wish.experiment, wish.rate_hz)
        view = _view(figures, connection, wish.until, plot, as_json)
        run_shown(measuring, view, [recorder])
    view.report(recorder.paths)
    name = measuring.prepared.name
    if figures.plain and wish.rate_hz is not None:
        text = _("{name} keeps its own time: --rate is for programs that use run() of the module lab.")
        say(text.format(name=name))
    if (error := measuring.error()) is not None:
        raise error
    if not figures.rows:
        say(_("{name} sent no numbers, so there is nothing to save.").format(name=name))


def _view(figures: Figures, connection: Connection, until: Until, plot: bool, as_json: bool) -> View:
    """The view that fits where the output goes."""
    if as_json:
        from makerlab.cli.json_view import JsonView

        return JsonView(figures, connection.port, connection.board.key)
    title = f"{figures.experiment.shown_title} · {connection.board.shown_name} · {connection.port}"
    if sys.stdout.isatty():
        from makerlab.cli.live import LiveView

        return LiveView(figures, title, until, plot, display=connection.session.link.display)
    from makerlab.cli.view import PlainView

    return PlainView(figures, title)
