"""The command `maker`. The table below is all of it; each command is imported when it is called."""

from __future__ import annotations

import click

from makerlab import __version__
from makerlab.cli.base import MakerGroup
from makerlab.i18n import N_

COMMANDS = {
    "boards": ("makerlab.cli.boards:boards", N_("Show which boards are plugged in.")),
    "run": ("makerlab.cli.run:run", N_("Run an experiment or a program: see it live and keep its data.")),
    "recordings": ("makerlab.cli.recordings:recordings", N_("Find, show and keep what was measured.")),
    "calibrate": ("makerlab.cli.calibrate:calibrate", N_("Correct a channel by two known values.")),
    "experiments": ("makerlab.cli.experiments:experiments", N_("Show the experiments and how to do them.")),
    "lesson": ("makerlab.cli.lesson:lesson", N_("Write, check and share lessons.")),
    "sensors": ("makerlab.cli.sensors:sensors", N_("Show the sensors and how to wire them.")),
    "page": ("makerlab.cli.page:page", N_("See it in the browser: live curves and recordings.")),
    "put": ("makerlab.cli.put:put", N_("Copy files to a board.")),
    "get": ("makerlab.cli.get:get", N_("Copy files from a board.")),
    "ls": ("makerlab.cli.ls:ls", N_("List the files on a board.")),
    "rm": ("makerlab.cli.rm:rm", N_("Remove files from a board.")),
    "sync": ("makerlab.cli.sync:sync", N_("Make a board's files equal to a folder.")),
    "repl": ("makerlab.cli.repl:repl", N_("Type at a board's own prompt.")),
    "exec": ("makerlab.cli.exec:exec_", N_("Run a line of Python on a board.")),
    "reset": ("makerlab.cli.reset:reset", N_("Start a board anew.")),
    "flash": ("makerlab.cli.flash:flash", N_("Flash MicroPython on boards and prove that they work.")),
    "firmware": (
        "makerlab.cli.firmware:firmware",
        N_("Fetch and keep the images that boards are flashed with."),
    ),
    "label": ("makerlab.cli.label:label", N_("Give boards names, such as 第3组-1.")),
    "roster": ("makerlab.cli.roster:roster", N_("The names of all boards as a table for Excel.")),
    "doctor": ("makerlab.cli.doctor:doctor", N_("Find out why something does not work.")),
    "virtual": ("makerlab.cli.virtual:virtual", N_("Serve virtual boards to other programs.")),
}

EXAMPLES = """\b
maker boards
maker run thermometer --port virtual:esp32 --for 10s
maker run light --port COM3 --lang zh"""

HELP = N_("Science experiments with MicroPython on ESP32 and BBC micro:bit boards, or without a board.")


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"maker {__version__}")
        ctx.exit()


@click.group(
    cls=MakerGroup,
    lazy=COMMANDS,
    invoke_without_command=True,
    help=HELP + "\n\n" + EXAMPLES,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
)
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), help=N_("Language: zh (中文) or en; it may stand anywhere.")
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
    help=N_("Show the version and end."),
)  # fmt: skip
@click.pass_context
def maker(ctx: click.Context, lang: str | None) -> None:
    # --lang was taken out of the line before click saw it (cli/base.py); it stands here for --help.
    del lang
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
