"""`maker boards`: which boards are plugged in, and what they run."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from makerlab.cli.base import MakerCommand, with_json
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from makerlab.survey import Change, Seen, Watcher

HELP = N_(
    "Show which boards are plugged in: the port, what it can be, and what it runs. "
    "A board is asked gently: no program is stopped and no board is reset."
)
EXAMPLES = """\b
maker boards
maker boards --watch
maker boards --json"""

LOOK_EVERY_S = 0.5
ASK_AGAIN_EVERY = 6
"""Looks between two tries at a port that another program holds."""
MOST_NAMES = 2
"""Of possible boards shown by name; beyond that it says what kind of thing it is."""


@click.command("boards", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@click.option("--watch", is_flag=True, help=N_("Go on looking, until Ctrl-C."))
@with_json
def boards(watch: bool, as_json: bool) -> None:
    from makerlab.survey import Watcher, survey

    if watch:
        try:
            _watch(Watcher(), as_json)
        except KeyboardInterrupt:
            return
    seen = survey()
    if as_json:
        click.echo(json.dumps([one.as_json() for one in seen], ensure_ascii=False, indent=2))
        return
    if seen:
        _console().print(_table(seen))
    for line in _advice(seen):
        click.echo(line)  # not through rich, which would break "--port virtual:esp32" in two


def _watch(watcher: Watcher, as_json: bool) -> None:
    """Show what is there and every change, for ever."""
    if as_json:
        for change in _changes(watcher):
            record = {"event": change.event, **change.seen.as_json()}
            click.echo(json.dumps(record, ensure_ascii=False))
        return
    console = _console()
    if not console.is_terminal:
        for change in _changes(watcher):
            click.echo("  ".join((_events()[change.event], *filter(None, _cells(change.seen)))))
        return
    from rich.live import Live

    with Live(_live([]), console=console, auto_refresh=False) as live:
        for _change in _changes(watcher):
            live.update(_live(list(watcher.seen.values())), refresh=True)


def _changes(watcher: Watcher) -> Iterable[Change]:
    looks = 0
    while True:
        yield from watcher.look(ask_again=looks % ASK_AGAIN_EVERY == 0)
        looks += 1
        time.sleep(LOOK_EVERY_S)


def _events() -> dict[str, str]:
    return {"plugged": _("plugged in"), "unplugged": _("unplugged"), "changed": _("changed")}


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False)


def _table(seen: list[Seen]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    # Lines of box drawing are two columns wide in a Chinese console and would tear the table.
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    labelled = any(one.label for one in seen)
    for title in (_("Port"), *([_("Label")] if labelled else []), _("Board"), _("Runs"), _("USB")):
        table.add_column(title, overflow="fold")
    for one in seen:
        port, label, *others = _cells(one)
        table.add_row(*(Text(cell) for cell in (port, *([label] if labelled else []), *others)))
    return table


def _live(seen: list[Seen]) -> RenderableType:
    """The table, what to do where something is wrong, and how to end."""
    from rich.console import Group
    from rich.text import Text

    lines = [Text(line) for line in (*_advice(seen), _("Ctrl-C ends."))]
    return Group(*([_table(seen)] if seen else []), *lines)


def _cells(seen: Seen) -> tuple[str, str, str, str, str]:
    """Port, label, board, what runs, and what is known of the USB side."""
    from makerlab.repl.probe import describe

    runs = describe(seen.found) if seen.found is not None else ""
    return seen.info.port, seen.label, _board(seen), runs, seen.usb_chip or seen.info.description


def _board(seen: Seen) -> str:
    from makerlab.boards import catalogue

    if seen.board is not None:
        return seen.board.shown_name
    if seen.found is not None and seen.found.machine:
        return seen.found.machine
    can_be = seen.can_be
    if can_be and len(can_be) <= MOST_NAMES:
        return _(" or ").join(one.shown_name for one in can_be)
    adapter = catalogue().adapter(seen.info.usb) if seen.info.usb is not None else None
    return adapter.shown_name if adapter is not None else _("unknown")


def _advice(seen: list[Seen]) -> list[str]:
    """What to do, a line for each thing that is not as it should be."""
    from makerlab.boards import LookAlike
    from makerlab.errors import BootLoop, NoBoard

    if not seen:
        nothing = NoBoard()
        return [nothing.message, nothing.hint]
    lines = []
    for one in seen:
        if isinstance(one.board, LookAlike):
            lines.append(f"{one.info.port}: {one.board.shown_advice}")
        elif one.found is not None and one.found.error is not None:
            lines.append(f"{one.info.port}: {one.found.error.hint}")
        elif one.found is not None and one.found.kind == "boot-loop":
            lines.append(f"{one.info.port}: {BootLoop(port=one.info.port).hint}")
    return lines
