"""`maker experiments`: what there is to find out, what it takes, and how to run it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from makerlab.cli.base import MakerCommand, MakerGroup, with_json
from makerlab.cli.one_board import one_board, with_board
from makerlab.cli.tables import (
    GAP,
    add_row,
    console_width,
    new_table,
    print_heading,
    print_points,
    print_program,
    print_table,
)
from makerlab.errors import UsageProblem
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.boards import Board
    from makerlab.experiment.model import Edition, Experiment

HELP = N_("The experiments: their questions, what to connect, what to watch for, and their programs.")
EXAMPLES = """\b
maker experiments list
maker experiments show pendulum"""
LIST_EXAMPLES = """\b
maker experiments list
maker experiments list --board microbit-v1"""
SHOW_EXAMPLES = """\b
maker experiments show pendulum
maker experiments show distance --board microbit-v2"""

LIST_HELP = N_("List the experiments and their questions.")
SHOW_HELP = N_("Show one experiment: its question, what it measures, its wiring for each board, its program.")

REAL_PORT = "COM3"
"""In an example."""
NARROWEST = 8
"""Columns of a table's column of wires."""


@click.group("experiments", cls=MakerGroup, help=HELP + "\n\n" + EXAMPLES)
def experiments() -> None:
    pass


@experiments.command("list", cls=MakerCommand, help=LIST_HELP + "\n\n" + LIST_EXAMPLES)
@with_board
@with_json
def list_(board: str | None, as_json: bool) -> None:
    from makerlab.cli.columns import columns
    from makerlab.experiment.find import by_name, names

    only = one_board(board) if board else None
    shown = [by_name(name) for name in names()]
    if only is not None:
        shown = [one for one in shown if one.edition(only.key, only.family)]
    if as_json:
        click.echo(json.dumps([_record(one) for one in shown], ensure_ascii=False, indent=2))
        return
    table = new_table(_("Name"), _("Experiment"), _("Question"))
    first, second = (max(columns(text) for text in texts) for texts in (
        [one.name for one in shown], [one.shown_title for one in shown],
    ))  # fmt: skip
    widths = (first, second, max(second, console_width() - first - second - 2 * GAP))
    for one in shown:
        add_row(table, one.name, one.shown_title, one.shown_question, widths=widths)
    print_table(table)
    click.echo()
    click.echo(_("More about one of them: {command}").format(command="maker experiments show pendulum"))


@experiments.command("show", cls=MakerCommand, help=SHOW_HELP + "\n\n" + SHOW_EXAMPLES)
@click.argument("name")
@with_board
@with_json
def show(name: str, board: str | None, as_json: bool) -> None:
    from makerlab.boards import catalogue
    from makerlab.experiment.find import find_experiment

    experiment = find_experiment(name)
    boards = [one for one in catalogue().boards.values() if experiment.edition(one.key, one.family)]
    if board:
        only = one_board(board)
        if only not in boards:
            raise UsageProblem(
                problem=_("{experiment} does not run on {board}.").format(
                    experiment=experiment.shown_title, board=only.shown_name
                ),
                advice=_("It runs on: {boards}.").format(boards=_(", ").join(one.key for one in boards)),
            )
        boards = [only]
    editions = {one.key: edition for one in boards if (edition := experiment.edition(one.key, one.family))}
    if as_json:
        click.echo(json.dumps(_full_record(experiment, editions), ensure_ascii=False, indent=2))
        return
    _show(experiment, boards, editions)


def _show(experiment: Experiment, boards: list[Board], editions: dict[str, Edition]) -> None:
    click.echo(click.style(experiment.shown_title + _(" ({name})").format(name=experiment.name), bold=True))
    click.echo(experiment.shown_question)
    print_heading(_("Measures"))
    table = new_table(_("Channel"), _("Quantity"), _("Unit"))
    for channel in experiment.channels:
        measuring = [one for one in boards if channel in experiment.measured(editions[one.key])]
        if measuring:
            others = [one for one in boards if one not in measuring]
            title = experiment.shown_channel(channel)
            if others:
                title += _(" (not on {boards})").format(boards=_names(others))
            add_row(table, channel, title, _units(experiment, channel, measuring, editions))
    print_table(table)
    if experiment.rate_hz is not None:
        click.echo(_("Rows a second: {rate:g}; another rate: --rate").format(rate=experiment.rate_hz))
    _show_wiring(boards, editions)
    print_heading(_("Mind"))
    print_points(experiment.shown_mind)
    print_heading(_("The program for {board}").format(board=boards[0].shown_name))
    print_program(editions[boards[0].key].source)
    if len({edition.source for edition in editions.values()}) > 1:
        click.echo()
        click.echo(_("Other boards have another program:"))
        print_program(f"maker experiments show {experiment.name} --board {boards[-1].key}")
    print_heading(_("Run it"))
    command = f"maker run {experiment.name} --port"
    print_program(f"{command} {REAL_PORT}")
    if virtual := [one.key for one in boards if one.key in _virtual_boards()]:
        print_program(f"{command} virtual:{virtual[0]}    " + _("(without any board)"))


def _show_wiring(boards: list[Board], editions: dict[str, Edition]) -> None:
    """A table for all boards that have the same ends to connect, a row for those with the same pins."""
    tables: dict[tuple[tuple[str, ...], tuple[str, ...]], dict[tuple[str, ...], list[Board]]] = {}
    for board in boards:
        edition = editions[board.key]
        table = edition.sensors, tuple(wire.shown_to for wire in edition.wiring)
        tables.setdefault(table, {}).setdefault(tuple(wire.pin for wire in edition.wiring), []).append(board)
    for (sensors, ends), rows in tables.items():
        if ends:
            _show_wires(sensors, ends, rows)
        else:
            bare = [board for alike in rows.values() for board in alike]
            only = "" if bare == boards else _(" ({boards})").format(boards=_names(bare))
            print_heading(_("Nothing to connect") + only)
    if connected := list(dict.fromkeys(key for sensors, _ends in tables for key in sensors)):
        click.echo()
        click.echo(_("More about what is connected:"))
        for key in connected:
            print_program(f"maker sensors show {key}")


def _show_wires(
    sensors: tuple[str, ...], ends: tuple[str, ...], rows: dict[tuple[str, ...], list[Board]]
) -> None:
    from makerlab.cli.columns import columns, wrap
    from makerlab.sensors import sensors as known

    titles = " + ".join(known().sensors[key].shown_name for key in sensors)
    print_heading(_("Wiring: {connection}").format(connection=titles) if titles else _("Wiring"))
    first = max(columns(board.shown_name) for boards in rows.values() for board in boards) + 1
    rest = (console_width() - first) // len(ends) - GAP
    table = new_table(_("Board"), *("\n".join(wrap(end, max(NARROWEST, rest))) for end in ends))
    for pins, boards in rows.items():
        add_row(table, _(",\n").join(board.shown_name for board in boards), *pins)
    print_table(table)


def _names(boards: list[Board]) -> str:
    return _(", ").join(board.shown_name for board in boards)


def _units(experiment: Experiment, channel: str, boards: list[Board], editions: dict[str, Edition]) -> str:
    """The unit; where boards have different ones, the commonest first, the others with their boards."""
    from makerlab.recording.units import shown_unit

    found: dict[str, list[Board]] = {}
    for board in boards:
        found.setdefault(shown_unit(experiment.unit(channel, editions[board.key])), []).append(board)
    (usual, _boards), *others = sorted(found.items(), key=lambda item: -len(item[1]))
    named = [
        (unit or _("a number")) + _(" ({boards})").format(boards=_names(there)) for unit, there in others
    ]
    return _("; ").join([usual or (_("a number") if others else ""), *named])


def _virtual_boards() -> tuple[str, ...]:
    from makerlab.virtual.profile import PROFILES

    return tuple(PROFILES)


# -- for scripts -------------------------------------------------------------------------------------------


def _record(experiment: Experiment) -> dict[str, Any]:
    return {
        "experiment": experiment.name,
        "title": dict(experiment.title),
        "question": dict(experiment.question),
        "rate_hz": experiment.rate_hz,
        "scene": experiment.scene,
        "boards": list(experiment.editions),
        "channels": [
            {"channel": name, "title": dict(channel.title), "unit": channel.unit}
            for name, channel in experiment.channels.items()
        ],
    }


def _full_record(experiment: Experiment, editions: dict[str, Edition]) -> dict[str, Any]:
    return {
        **_record(experiment),
        "mind": [dict(text) for text in experiment.mind],
        "editions": {
            board: {
                "program": edition.file,
                "source": edition.source,
                "sensors": list(edition.sensors),
                "wiring": [{"pin": wire.pin, "to": dict(wire.to)} for wire in edition.wiring],
                "units": {name: experiment.unit(name, edition) for name in experiment.measured(edition)},
            }
            for board, edition in editions.items()
        },
    }
