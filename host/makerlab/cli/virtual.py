"""`maker virtual`: virtual boards for other programs (mpremote, Thonny, ampy, a second `maker`)."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import click

from makerlab.cli.base import MakerCommand, with_json
from makerlab.errors import UsageProblem
from makerlab.i18n import N_, _
from makerlab.virtual.address import MAX_BAUD, MIN_BAUD
from makerlab.virtual.profile import ESP32, PROFILES

if TYPE_CHECKING:
    from makerlab.virtual.board import VirtualBoard
    from makerlab.virtual.serve import Door, Server

HELP = N_(
    "Serve virtual boards to other programs, until Ctrl-C. Each stands behind an address of this computer "
    "that can be opened like a board's port, by one program at a time. "
    "A board keeps its files until the next time, unless --fresh gives you empty ones."
)
ADVICE = N_(
    "maker and mpremote open socket:// addresses. Thonny and ampy want a device file: --pty, which Linux and "
    "macOS have. No reset line leads through either: Ctrl-D, or machine.reset(), starts a board anew."
)
EXAMPLES = """\b
maker virtual
maker virtual --count 30 --scene warm_cup
maker virtual --pty --fresh"""

MAX_BOARDS = 99
"""Names have two digits; a class has thirty boards."""
FIRST_PORT = 4001
"""So that board-07 is on 4007."""
MAX_PORT = 65535
WAIT_SLICE_S = 0.1
"""Longest wait in one piece: on Windows Ctrl-C is only noticed between two of them."""


@click.command("virtual", cls=MakerCommand, help=HELP + "\n\n" + ADVICE + "\n\n" + EXAMPLES)
@click.option("--board", "kind", type=click.Choice(list(PROFILES)), default=ESP32.key,
              help=N_("Which kind of board."))  # fmt: skip
@click.option("--count", type=click.IntRange(1, MAX_BOARDS), default=1, metavar="N",
              help=N_("How many boards: board-01, board-02, ..."))  # fmt: skip
@click.option("--scene", metavar="SCENE", help=N_("What their sensors see: a scene's name, or a .yaml file."))
@click.option("--baud", type=click.IntRange(MIN_BAUD, MAX_BAUD), metavar="N",
              help=N_("As slow as a cable of so many bits a second, such as 115200."))  # fmt: skip
@click.option("--tcp-port", "first_port", type=click.IntRange(0, MAX_PORT), metavar="FIRST",
              help=N_("The first board's TCP port, instead of 4001; 0: any that are free."))  # fmt: skip
@click.option("--display", is_flag=True, help=N_("Draw what the boards' displays show (micro:bit)."))
@click.option("--pty", is_flag=True, help=N_("Device files instead of TCP ports (Linux and macOS)."))
@click.option(
    "--flashable", is_flag=True,
    help=N_("Boards that can be flashed, with a reset line; --fresh: with nothing on them."),
)  # fmt: skip
@click.option("--fresh/--keep", help=N_("Empty boards, forgotten afterwards; or those of last time."))
@with_json
def virtual(
    kind: str, count: int, scene: str | None, baud: int | None, first_port: int | None, display: bool,
    pty: bool, flashable: bool, fresh: bool, as_json: bool,
) -> None:  # fmt: skip
    from makerlab.virtual.link import make
    from makerlab.virtual.serve import Server

    ports = _ports(count, first_port, pty)
    if flashable:
        if kind != ESP32.key or pty or display or baud:
            raise UsageProblem(
                problem=_("Only an ESP32 can be flashable, and without --pty, --display and --baud."),
                advice=_("Its speed is the one that its client sets. Leave those options out."),
            )
        _serve_flashable(ports, scene, fresh, as_json)
        return
    options = {"fresh": int(fresh), "scene": scene, "baud": baud, "display": int(display)}
    query = urlencode({key: value for key, value in options.items() if value})
    shown = []
    try:
        with Server() as server, ExitStack() as cleanup:
            boards = []
            for index, port in enumerate(ports, 1):
                name = f"board-{index:02d}"
                board, store = make(f"virtual:{kind}/{name}" + (f"?{query}" if query else ""), name)
                if store is not None:
                    cleanup.callback(store.close)
                cleanup.callback(board.close)
                boards.append(board)
                address = server.add(_door(board, port))
                shown.append({"name": name, "board": kind, "port": address, "fresh": fresh})
            for board in boards:
                board.start()
            server.start()
            _show(shown, as_json)
            if display:
                server.meanwhile = _draw_displays(cleanup, boards)
            wait(server)
    except KeyboardInterrupt:
        pass


def _serve_flashable(ports: list[int | None], scene: str | None, fresh: bool, as_json: bool) -> None:
    """Serve boards with their ROM's loader, until Ctrl-C."""
    from makerlab.errors import PortTaken
    from makerlab.virtual.rom.make import fresh as blank
    from makerlab.virtual.rom.make import kept
    from makerlab.virtual.rom.serve import Socket

    query = "?" + urlencode({"scene": scene}) if scene else ""
    shown = []
    with contextlib.suppress(KeyboardInterrupt), ExitStack() as cleanup:
        for index, port in enumerate(ports, 1):
            name = f"board-{index:02d}"
            board, store = (blank(index), None) if fresh else kept(f"virtual:{ESP32.key}/{name}{query}")
            if store is not None:
                cleanup.enter_context(store)
            try:
                plug = cleanup.enter_context(Socket(board, port=port or 0))
            except OSError as error:
                raise PortTaken(port=port) from error
            shown.append({"name": name, "board": ESP32.key, "port": plug.address, "fresh": fresh})
        _show(shown, as_json, "flash")
        while True:
            time.sleep(WAIT_SLICE_S)


def wait(server: Server) -> None:
    """Until Ctrl-C (KeyboardInterrupt)."""
    server.wait()


def _draw_displays(cleanup: ExitStack, boards: list[VirtualBoard]) -> Callable[[], None]:
    """Begin to draw the boards' displays below what is printed; call what is returned now and then."""
    from rich.columns import Columns
    from rich.console import Console, Group
    from rich.live import Live
    from rich.text import Text

    from makerlab.cli.display import draw

    def picture() -> Columns:
        shown = (
            Group(Text(f"board-{index:02d}", "bold"), *draw(board.hardware.screen.pixels), "")
            for index, board in enumerate(boards, 1)
        )
        return Columns(shown, padding=(0, 3))

    live = cleanup.enter_context(Live(picture(), console=Console(highlight=False), auto_refresh=False))
    return lambda: live.update(picture(), refresh=True)


def _ports(count: int, first: int | None, pty: bool) -> list[int | None]:
    """Each board's TCP port, None where it gets a device file instead."""
    if pty:
        if sys.platform == "win32":
            raise UsageProblem(
                problem=_("Windows has no device files for virtual boards."),
                advice=_("Leave out --pty and open the socket:// address with maker or mpremote."),
            )
        if first is not None:
            raise UsageProblem(
                problem=_("--pty and --tcp-port do not go together."),
                advice=_("Name one of them: a board has one address."),
            )
        return [None] * count
    if first == 0:
        return [0] * count
    first = first or FIRST_PORT
    if first + count - 1 > MAX_PORT:
        raise UsageProblem(
            problem=_("There are no TCP ports beyond {last}.").format(last=MAX_PORT),
            advice=_("Begin lower: --tcp-port {first}").format(first=FIRST_PORT),
        )
    return list(range(first, first + count))


def _door(board: VirtualBoard, port: int | None) -> Door:
    from makerlab.virtual import serve

    if port is not None:
        return serve.TcpDoor(board, port)
    if sys.platform == "win32":
        raise AssertionError("_ports does not let this happen")
    return serve.PtyDoor(board)


def _show(boards: list[dict[str, object]], as_json: bool, command: str = "run thermometer") -> None:
    if as_json:
        # One line, because whoever reads it cannot wait for the end.
        click.echo(json.dumps(boards, ensure_ascii=False))
        return
    for board in boards:
        click.echo(f"{board['name']}  {board['port']}")
    example = f"maker {command} --port {boards[0]['port']}"
    click.echo(_("Try it in another window: {command}").format(command=example))
    click.echo(_("Ctrl-C ends."))
