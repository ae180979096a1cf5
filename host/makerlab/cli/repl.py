"""`maker repl`: type at the board's own prompt."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

import click

from makerlab.cli.base import MakerCommand, with_ports
from makerlab.cli.several import chosen
from makerlab.errors import UsageProblem
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.cli.console import Console
    from makerlab.link.base import Link
    from makerlab.repl.terminal import Terminal

HELP = N_(
    "Type at the board's own prompt: what you type runs there, line by line. A running program goes on until "
    "you press Ctrl-C."
)
KEYS = N_(
    "Ctrl-] or Ctrl-X leaves. Ctrl-C stops the program, Ctrl-D at an empty prompt starts the board anew, the "
    "arrow keys bring back earlier lines, Tab completes. Several lines can be pasted at an empty prompt. "
    "Chinese in quotation marks is sent as \\uXXXX, because the prompt of boards takes only English letters."
)
EXAMPLES = """\b
maker repl
maker repl --port COM3
maker repl --port virtual:esp32"""

POLL_S = 0.01
"""How long one look at the board waits; so much later at most a key goes out."""
QUIET_S = 0.03
"""Without a key for so long, a paste is complete: terminals hand one over in pieces a few ms apart."""
SILENT_S = 1.0
"""Without a sound of the board for so long, what waits for its echo is sent anyway."""
SHOWN_AT_ONCE = 4 << 10
"""Characters written between two looks at the keyboard, so that Ctrl-C works in a flood."""
MOST_UNSHOWN = 64 << 10
"""Characters taken from the board beyond what a slow window has shown."""
CTRL_C = "\x03"


@click.command("repl", cls=MakerCommand, help="\n\n".join((HELP, KEYS, EXAMPLES)))
@with_ports
def repl(ports: tuple[str, ...]) -> None:
    from makerlab.cli.console import console, is_there
    from makerlab.link import open_link
    from makerlab.repl.terminal import Terminal

    if len(ports) > 1:
        raise UsageProblem(
            problem=_("One can type at one board at a time only."), advice=_("Name one --port only.")
        )
    if not is_there():
        raise UsageProblem(
            problem=_("There is no keyboard here to type at (the input is a pipe or a file)."),
            advice=_(
                "Open a terminal window (on Windows not Git Bash). Or send a program with: maker exec -"
            ),
        )
    (port,) = chosen(ports, all_boards=False)
    with open_link(port) as link:
        click.echo(
            _("Connected to {port}. Ctrl-] or Ctrl-X leaves, Ctrl-C stops the program.").format(port=port)
        )
        with console() as screen:
            _converse(link, screen, Terminal())
    with contextlib.suppress(OSError):  # the window may be gone
        click.echo()


def _converse(link: Link, screen: Console, terminal: Terminal) -> None:
    """Until the person leaves or closes the window. Raises LinkError when the board is gone."""
    unshown = ""
    key_at = heard_at = rest_until = time.monotonic()
    terminal.begin()
    while not terminal.left:
        keys = screen.read()
        now = time.monotonic()
        if keys is None:
            return
        if keys:
            key_at = now
            terminal.typed(keys)
        elif now - key_at > QUIET_S:
            terminal.quiet()
        if terminal.waits and now - heard_at > SILENT_S:
            terminal.give_up_waiting()
        if now >= rest_until and (send := terminal.to_send()) is not None:
            link.write(send.data)
            heard_at, rest_until = now, now + send.pause_s
        if len(unshown) < MOST_UNSHOWN or CTRL_C in keys:
            data = link.read(0 if unshown else POLL_S).data
            if data:
                heard_at = now
                unshown += terminal.heard(data)
        if CTRL_C in keys:
            unshown = unshown[-SHOWN_AT_ONCE:]  # the rest of a flood would hide the answer for long
        if unshown:
            screen.write(unshown[:SHOWN_AT_ONCE])
            unshown = unshown[SHOWN_AT_ONCE:]
