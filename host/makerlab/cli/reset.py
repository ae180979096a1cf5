"""`maker reset`: start the board anew."""

from __future__ import annotations

import time

import click

from makerlab.cli.base import MakerCommand
from makerlab.cli.several import Task, chosen, on_boards, report, with_boards
from makerlab.errors import MakerError
from makerlab.i18n import N_, _

HELP = N_(
    "Start the board anew: its program ends, its memory is emptied, and boot.py and main.py run as after "
    "switching it on."
)
MORE = N_("With --hard the reset button is pressed over the cable, which also helps a board that hangs.")
EXAMPLES = """\b
maker reset
maker reset --port COM3 --hard
maker reset --all"""

CTRL_D = b"\x04"
SOFT_REBOOT = b"soft reboot"
"""What every MicroPython says when it starts anew ("MPY: soft reboot", "soft reboot")."""
WAIT_S = 3.0
"""For that: it comes before boot.py runs."""


class DidNotRestart(MakerError):
    what = N_("The board on {port} did not start anew.")
    todo = N_("Try: maker reset --hard --port {port}. Or press its reset button.")


class NoResetWire(MakerError):
    what = N_("The board on {port} cannot be reset over this cable.")
    todo = N_("Press the reset button on the board, or unplug it and plug it in again.")


@click.command("reset", cls=MakerCommand, help="\n\n".join((HELP, MORE, EXAMPLES)))
@click.option("--hard", is_flag=True, help=N_("Press the reset button over the cable."))
@with_boards
def reset(hard: bool, ports: tuple[str, ...], all_boards: bool) -> None:
    report(on_boards(chosen(ports, all_boards), _press_button if hard else _restart), lambda said: said)


def _restart(task: Task) -> str:
    from makerlab.repl.session import Session

    with task.link() as link:
        session = Session(link)
        session.enter()
        session.leave()
        link.write(CTRL_D)
        deadline = time.monotonic() + WAIT_S
        heard = b""
        while SOFT_REBOOT not in heard:
            if time.monotonic() > deadline:
                raise DidNotRestart(port=task.port)
            task.look()
            heard = heard[-len(SOFT_REBOOT) :] + link.read(0.1).data
    return _("The board has started anew.")


def _press_button(task: Task) -> str:
    with task.link() as link:
        if not link.reset():
            raise NoResetWire(port=task.port)
    return _("The board was reset, as with its button.")
