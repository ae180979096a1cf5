"""`maker sensors`: what can be connected to a board, and how."""

from __future__ import annotations

import difflib
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
from makerlab.errors import MakerError, UsageProblem
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.boards import Board
    from makerlab.sensors import Quantity, Sensor

HELP = N_("The sensors there are drivers for: what they measure, how to wire them, what to mind.")
EXAMPLES = """\b
maker sensors list
maker sensors show bh1750"""
LIST_EXAMPLES = """\b
maker sensors list
maker sensors list --board microbit-v1"""
SHOW_EXAMPLES = """\b
maker sensors show bh1750
maker sensors show hcsr04 --board esp32c3"""

LIST_HELP = N_("List the sensors.")
SHOW_HELP = N_("Show one sensor: wiring for each board, what to mind, and a program to copy.")


NAME_WIDTH = 24
"""Of a sensor's name; longer ones go on in a second line."""


class NoSensor(MakerError):
    what = N_("There is no sensor called {name}.")
    todo = N_("{advice}")


@click.group("sensors", cls=MakerGroup, help=HELP + "\n\n" + EXAMPLES)
def sensors() -> None:
    pass


@sensors.command("list", cls=MakerCommand, help=LIST_HELP + "\n\n" + LIST_EXAMPLES)
@with_board
@with_json
def list_(board: str | None, as_json: bool) -> None:
    from makerlab.sensors import sensors

    only = one_board(board) if board else None
    shown = [one for one in sensors().sensors.values() if only is None or only.key in one.boards]
    if as_json:
        click.echo(json.dumps([_record(one) for one in shown], ensure_ascii=False, indent=2))
        return
    table = new_table(_("Name"), _("Sensor"), _("What for"))
    key_width = max(len(one.key) for one in shown)
    widths = (key_width, NAME_WIDTH, max(NAME_WIDTH, console_width() - key_width - NAME_WIDTH - 2 * GAP))
    for one in shown:
        add_row(table, one.key, one.shown_name, one.shown_about, widths=widths)
    print_table(table)
    click.echo()
    click.echo(_("More about one of them: {command}").format(command="maker sensors show bh1750"))


@sensors.command("show", cls=MakerCommand, help=SHOW_HELP + "\n\n" + SHOW_EXAMPLES)
@click.argument("name")
@with_board
@with_json
def show(name: str, board: str | None, as_json: bool) -> None:
    from makerlab.boards import catalogue

    sensor = _sensor(name)
    boards = [catalogue().boards[key] for key in sensor.boards]
    if board:
        boards = [one_board(board)]
        if boards[0].key not in sensor.boards:
            raise UsageProblem(
                problem=_("{sensor} does not work with {board}.").format(
                    sensor=sensor.shown_name, board=boards[0].shown_name
                ),
                advice=_("It works with: {boards}.").format(boards=_(", ").join(sensor.boards)),
            )
    if as_json:
        click.echo(json.dumps(_full_record(sensor, boards), ensure_ascii=False, indent=2))
        return
    _show(sensor, boards)


def _show(sensor: Sensor, boards: list[Board]) -> None:
    from makerlab.sensors import sensors

    known = sensors()
    click.echo(click.style(sensor.shown_name, bold=True))
    click.echo(sensor.shown_about)
    print_heading(_("Measures"))
    table = new_table(_("Channel"), _("Quantity"), _("Range"), _("Accuracy"))
    for one in sensor.quantities.values():
        add_row(table, one.key, one.shown_name + _where(one, sensor), _range(one), one.accuracy)
    print_table(table)
    click.echo(_("One measurement takes {time} ms.").format(time=sensor.measure_ms))
    if sensor.wires:
        print_heading(_("Wiring: {connection}").format(connection=sensor.connection.shown_name))
        table = new_table(_("Board"), *(wire.sensor for wire in known.wiring(sensor, boards[0])))
        for board in boards:
            add_row(table, board.shown_name, *(wire.board for wire in known.wiring(sensor, board)))
        print_table(table)
    if sensor.addresses:
        addresses = _(", ").join(f"0x{address:02X}" for address in sensor.addresses)
        click.echo(_("Address on the bus: {addresses}").format(addresses=addresses))
    notes = list(dict.fromkeys(note for board in boards for note in known.shown_notes(sensor, board)))
    if rivals := known.rivals(sensor):
        notes.append(
            _(
                "It has the same address as {others}: not both on one bus, unless one is given another."
            ).format(others=_(", ").join(rival.key for rival in rivals))
        )
    if notes:
        print_heading(_("Mind"))
        print_points(notes)
    print_heading(_("A program for {board}").format(board=boards[0].shown_name))
    print_program(known.program(sensor, boards[0]))
    click.echo()
    click.echo(_("Save it as a .py file and run it: {command}").format(command="maker run FILE.py"))


def _sensor(name: str) -> Sensor:
    """Raises NoSensor, with the nearest names."""
    from makerlab.sensors import sensors

    known = sensors().sensors
    key = name.lower().replace("-", "").replace("_", "")
    for sensor in known.values():
        if key == sensor.key.replace("_", ""):
            return sensor
    near = difflib.get_close_matches(key, known, 1, 0.5)
    advice = _("Did you mean {name}?").format(name=near[0]) if near else _("See: {command}")
    raise NoSensor(name=name, advice=advice.format(command="maker sensors list"))


def _range(quantity: Quantity) -> str:
    from makerlab.recording.units import shown_unit

    return f"{_figure(quantity.low)} ... {_figure(quantity.high)} {shown_unit(quantity.unit)}".rstrip()


def _figure(value: float) -> str:
    return f"{value:.10g}".replace("-", "−")


def _where(quantity: Quantity, sensor: Sensor) -> str:
    """Which boards have it, in brackets; "" for all of the sensor's."""
    from makerlab.boards import catalogue

    if quantity.boards == sensor.boards:
        return ""
    return _(" ({boards} only)").format(
        boards=_(", ").join(catalogue().boards[key].shown_name for key in quantity.boards)
    )


# -- for scripts -------------------------------------------------------------------------------------------


def _record(sensor: Sensor) -> dict[str, Any]:
    return {
        "sensor": sensor.key,
        "name": dict(sensor.name),
        "about": dict(sensor.about),
        "module": sensor.module,
        "connection": sensor.connection.key,
        "boards": list(sensor.boards),
        "addresses": [f"0x{address:02X}" for address in sensor.addresses],
        "measure_ms": sensor.measure_ms,
        "quantities": [
            {
                "channel": one.key,
                "name": dict(one.name),
                "unit": one.unit,
                "scale": float(one.scale),
                "low": one.low,
                "high": one.high,
                "accuracy": one.accuracy,
                "boards": list(one.boards),
            }
            for one in sensor.quantities.values()
        ],
    }


def _full_record(sensor: Sensor, boards: list[Board]) -> dict[str, Any]:
    from makerlab.sensors import sensors

    known = sensors()
    return {
        **_record(sensor),
        "wiring": {
            board.key: {wire.sensor: wire.board for wire in known.wiring(sensor, board)} for board in boards
        },
        "programs": {board.key: known.program(sensor, board) for board in boards},
        "notes": [dict(known.notes[key]) for key in sensor.notes],
        "same_address": [rival.key for rival in known.rivals(sensor)],
    }
