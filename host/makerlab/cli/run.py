"""`maker run`: put an experiment on a board, show it live, keep its data."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from makerlab.cli import names
from makerlab.cli.base import MakerCommand, print_note, with_json, with_ports
from makerlab.cli.notebook_option import with_notebook
from makerlab.cli.run_options import average, condition, count, definitions, duration, pause, rate
from makerlab.cli.sending import with_mpy
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.cli.figures import Figures
    from makerlab.cli.view import View
    from makerlab.connect import Connection
    from makerlab.experiment.measuring import Wish
    from makerlab.experiment.until import Until
    from makerlab.recording.calculated.derive import Derived
    from makerlab.recording.calculated.expression_tree import Expression

HELP = N_(
    "Run WHAT on a board: the name of an experiment (see maker experiments list), your own .py file, or a "
    "lesson (its name, folder or pack). What the board needs is put there first; its data is shown live, "
    "saved as a CSV file for Excel, and kept in the notebook (see maker recordings). Meanwhile the space bar "
    "and the digits make marks."
)
EXAMPLES = """\b
maker run thermometer --port virtual:esp32 --for 10s
maker run light --port COM3 --samples 200 --rate 20
maker run my_program.py --out result.csv
maker run humidity --from "humidity > 70" --until "humidity < 65"
maker run lamp-distance --port COM3 --port COM4"""


@dataclass(frozen=True)
class Request:
    """How a measurement is to be shown and kept. `average`: of how many rows the view shows the mean."""

    out: Path | None
    plot: bool
    as_json: bool
    average: int
    notebook: Path | None
    title: str
    note: str


@click.command("run", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@click.argument("what", metavar="WHAT")
@with_ports
@click.option(
    "--for", "seconds", callback=duration, metavar="TIME", help=N_("Measure for so long: 10s, 5min, 2h.")
)
@click.option("--samples", callback=count, metavar="N", help=N_("Measure so many rows."))
@click.option(
    "--until", "stop", callback=condition, metavar="CONDITION",
    help=N_("Measure until it is true: \"temperature > 40\"."),
)  # fmt: skip
@click.option(
    "--from", "begin", callback=condition, metavar="CONDITION",
    help=N_(
        "Begin with the first row of which it is true: \"light < 20\". With --for it is waited as long for "
        "that row, a minute at least."
    ),
)  # fmt: skip
@click.option(
    "--rate",
    "rate_hz",
    callback=rate,
    metavar="HZ",
    help=N_("Rows a second, instead of the experiment's own rate."),
)
@click.option(
    "--derive", multiple=True, callback=definitions, metavar="NAME=FORMULA",
    help=N_("One more channel, calculated: \"drop = first(temperature) - temperature\"."),
)  # fmt: skip
@click.option(
    "--average", callback=average, metavar="N",
    help=N_("Show the mean of the last N rows; every row is saved as it is."),
)  # fmt: skip
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help=N_("Where to save; default: a new file here, named after the experiment and the time."),
)
@click.option("--title", default="", metavar="TEXT", help=N_("What the recording is called in the notebook."))
@click.option("--note", default="", metavar="TEXT", help=N_("What should be known of it later."))
@with_notebook
@click.option(
    "--wait", "wait_s", callback=pause, metavar="TIME", default="60s",
    help=N_("For how long to wait for a board that is unplugged meanwhile; 0: not at all. Usual: 60s."),
)  # fmt: skip
@click.option("--plot/--no-plot", default=True, help=N_("Show the curves, or only the numbers."))
@with_mpy
@with_json
def run(
    what: str, ports: tuple[str, ...], seconds: float | None, samples: int | None, stop: Expression | None,
    begin: Expression | None, rate_hz: float | None, derive: tuple[Derived, ...], average: int,
    out: Path | None, title: str, note: str, notebook: Path | None, wait_s: float, plot: bool, mpy: bool,
    as_json: bool,
) -> None:  # fmt: skip
    from makerlab.cli.run_options import definitions_in_names, in_names
    from makerlab.cli.run_what import subject
    from makerlab.experiment.measuring import Wish, check_names
    from makerlab.experiment.until import Until
    from makerlab.virtual.address import with_scene

    chosen = subject(what)
    experiment = chosen.experiment
    ports = tuple(with_scene(port, chosen.scene) for port in ports)
    if (seconds, samples, stop) == (None, None, None):
        seconds = chosen.seconds
    until = Until(seconds, samples, in_names(stop, experiment), in_names(begin, experiment))
    derived = definitions_in_names(derive, experiment)
    wants_data = until != Until() or out is not None or as_json or bool(derived)
    wish = Wish(experiment, chosen.folder, until, rate_hz, wants_data, mpy, derived, wait_s, chosen.lesson)
    if experiment.channels:  # else they are known when the program names them
        check_names(wish, list(experiment.channels))
    request = Request(out, plot, as_json, average, notebook, title, note)
    if len(several := list(dict.fromkeys(ports))) > 1:
        from makerlab.cli.run_several import run_several

        run_several(several, wish, request)
    else:
        _run_one(ports[0] if ports else None, wish, request)


def _run_one(port: str | None, wish: Wish, request: Request) -> None:
    from makerlab.cli.calibrated import calibrated
    from makerlab.cli.figures import Figures
    from makerlab.cli.keeping import Keeper, Outputs
    from makerlab.cli.measuring import run_shown
    from makerlab.connect import connect
    from makerlab.experiment.measuring import begin_on
    from makerlab.recording.csv_file import CsvRecorder

    def say(text: str) -> None:
        if not request.as_json:
            click.echo(text)

    def say_connecting(port: str) -> None:
        say(_("Connecting to {port} ...").format(port=port))

    def say_sending(name: str, done: int, _size: int) -> None:
        if done == 0:
            say(_("Sending {name} to the board ...").format(name=name))

    # The file first: a wrong place for it must not be found out after somebody has waited.
    with (
        CsvRecorder(wish.experiment.name, wish.experiment.shown_channel, request.out) as table,
        Keeper(request.notebook) as keeper,
        connect(port, say_connecting) as connection,
    ):
        names.learn(connection)
        measuring = begin_on(connection, wish, say_sending)
        for line in calibrated(measuring):
            say(line)
        label = names.label(connection.port)
        writer = keeper.record(measuring.about(label=label, title=request.title, note=request.note))
        if keeper.problem is not None:
            print_note(keeper.problem.message, keeper.problem.hint)
        view = _view(Figures(wish.experiment, wish.rate_hz, request.average), connection, wish.until, request)
        outputs = Outputs(measuring.transform, view, table, writer)
        run_shown(measuring, outputs, with_keys=view.takes_keys)
    view.report(table.paths, outputs.recording, keeper.found_by(outputs.recording))
    name = measuring.prepared.name
    if measuring.is_plain and wish.rate_hz is not None:
        text = _("{name} keeps its own time: --rate is for programs that use run() of the module lab.")
        say(text.format(name=name))
    if (error := outputs.error_after(measuring)) is not None:
        raise error
    if not measuring.rows:
        say(_("{name} sent no numbers, so there is nothing to save.").format(name=name))


def _view(figures: Figures, connection: Connection, until: Until, request: Request) -> View:
    """The view that fits where the output goes."""
    if request.as_json:
        from makerlab.cli.json_view import JsonView

        return JsonView(figures, connection.port, connection.board.key)
    title = f"{figures.experiment.shown_title} · {connection.board.shown_name} · {connection.port}"
    if request.average > 1:
        title += " · " + _("mean of {n} rows").format(n=request.average)
    if sys.stdout.isatty():
        from makerlab.cli.live import LiveView

        return LiveView(figures, title, until, request.plot, display=connection.session.link.display)
    from makerlab.cli.view import PlainView

    return PlainView(figures, title)
