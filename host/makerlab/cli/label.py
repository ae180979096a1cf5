"""`maker label`: names for boards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from makerlab.cli import names
from makerlab.cli.base import MakerCommand, MakerGroup, with_json
from makerlab.errors import MakerError, UsageProblem
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.cli.several import Task
    from makerlab.labels.book import Entry

HELP = N_(
    "Names for boards, such as 第3组-1. A name belongs to the board itself: it stays when the board gets "
    "another port or is flashed anew, and it can stand wherever a port can."
)
EXAMPLES = """\b
maker label set COM3 第3组-1
maker label blink 第3组-1
maker run light --port 第3组-1"""

SET_HELP = N_("Give the board at PORT the name LABEL.")
SET_EXAMPLES = """\b
maker label set COM3 第3组-1"""
LIST_HELP = N_("List the boards that have a name, and where each was seen last.")
LIST_EXAMPLES = """\b
maker label list
maker label list --json"""
REMOVE_HELP = N_("Take the name LABEL away from its board.")
REMOVE_EXAMPLES = """\b
maker label remove 第3组-1"""
BLINK_HELP = N_(
    "Let boards show themselves: the display of a micro:bit or the lamp of an ESP32 blinks for five seconds. "
    "WHICH is a label or a port; several blink together. What runs on them is stopped first."
)
BLINK_EXAMPLES = """\b
maker label blink 第3组-1
maker label blink COM3 COM4"""


class NoId(MakerError):
    what = N_("The board on {port} has no number by which it could be known again.")
    todo = N_("Only boards with MicroPython of our kinds can have a label: maker boards")


class NotKept(MakerError):
    what = N_("{port} is forgotten afterwards: it can have no label.")
    todo = N_("Take one that is kept, for example: virtual:esp32/second")


@click.group("label", cls=MakerGroup, help=HELP + "\n\n" + EXAMPLES)
def label() -> None:
    pass


@label.command("set", cls=MakerCommand, help=SET_HELP + "\n\n" + SET_EXAMPLES)
@click.argument("port", metavar="PORT")
@click.argument("name", metavar="LABEL")
def set_(port: str, name: str) -> None:
    from makerlab.labels import store
    from makerlab.labels.book import checked

    name = checked(name)
    (where,) = names.ports_of([port])
    entry = _identified(where, name)
    before = store.load()
    old = before.of_id(entry.id)
    store.save(before.with_entry(entry))
    if old is not None and old.label != name:
        click.echo(_("{old} is called {label} now.").format(old=old.label, label=name))
    else:
        click.echo(_("The board on {port} is called {label} now.").format(port=entry.port, label=name))


def _identified(port: str, name: str) -> Entry:
    """The board at `port` with this name; it is only opened where its USB side does not say which it is."""
    from makerlab.boards import Board, candidates
    from makerlab.connect import connect
    from makerlab.labels import board_id, find
    from makerlab.labels.book import Entry
    from makerlab.link.ports import look_up

    if board_id.of_address(port) and "fresh=1" in port:
        raise NotKept(port=port)
    if not board_id.of_address(port) and (known := find.id_at(port)):
        info, _not_there = look_up(port)
        boards = [one for one in candidates(info.usb if info else None) if isinstance(one, Board)]
        return Entry(known, name, boards[0].key if len(boards) == 1 else "", port)
    with connect(port) as connection:
        found = find.id_of(connection.session)
        if not found:
            raise NoId(port=port)
        return Entry(found, name, connection.board.key, port)


@label.command("list", cls=MakerCommand, help=LIST_HELP + "\n\n" + LIST_EXAMPLES)
@with_json
def list_(as_json: bool) -> None:
    from makerlab.boards import catalogue
    from makerlab.cli.columns import columns
    from makerlab.labels import board_id, store

    book = store.load()
    if as_json:
        rows = [
            {"label": one.label, "id": board_id.shown(one.id), "board": one.board, "port": one.port}
            for one in book
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not len(book):
        click.echo(_("No board has a label yet. Give one: maker label set PORT 第3组-1"))
        return
    known = catalogue().boards
    cells = [
        (
            one.label,
            known[one.board].shown_name if one.board in known else one.board,
            one.port,
            board_id.shown(one.id),
        )
        for one in book
    ]
    widths = [max(columns(row[at]) for row in cells) for at in range(3)]
    for row in cells:
        padded = (text + " " * (width - columns(text)) for text, width in zip(row, widths, strict=False))
        click.echo("   ".join((*padded, row[-1])))


@label.command("remove", cls=MakerCommand, help=REMOVE_HELP + "\n\n" + REMOVE_EXAMPLES)
@click.argument("name", metavar="LABEL")
def remove(name: str) -> None:
    from makerlab.labels import store

    store.save(store.load().without(name))
    click.echo(_("No board is called {label} any more.").format(label=name))


@label.command("blink", cls=MakerCommand, help=BLINK_HELP + "\n\n" + BLINK_EXAMPLES)
@click.argument("which", metavar="WHICH...", nargs=-1)
def blink(which: tuple[str, ...]) -> None:
    from makerlab.cli.several import on_boards, report

    if not which:
        raise UsageProblem(
            problem=_("Which board should blink?"),
            advice=_("Example: {command}").format(command="maker label blink 第3组-1"),
        )
    ports = list(dict.fromkeys(names.ports_of(which)))
    try:
        report(on_boards(ports, _blink), lambda said: said)
    except KeyboardInterrupt:
        return


def _blink(task: Task) -> str:
    from makerlab.labels.blink import program
    from makerlab.repl.traceback import TYPED

    with task.connect() as connection:
        task.say(_("blinking"))
        run = connection.session.start(program(connection.board))
        try:
            while not run.ended:
                run.read(0.05)
                task.look()
        finally:
            run.stop()
        if (error := run.error(TYPED, "")) is not None:
            raise error
    return _("Done blinking.")
