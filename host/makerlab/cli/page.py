"""`maker page`: live curves and recordings in the browser."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from makerlab.cli.base import MakerCommand, print_note, with_ports
from makerlab.cli.notebook_option import with_notebook
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.web.serving import PageServer

HELP = N_(
    "Open the page in the browser: choose boards and an experiment, or a lesson with its steps beside the "
    "curves; see the curves live, look at recordings, compare and export them. It is served by this computer "
    "alone and needs no internet."
)
SHARING = N_(
    "With --share others in the classroom's network can look on, on a tablet or the board at the wall: they "
    "scan the QR code or type the join code, and can change nothing."
)
EXAMPLES = """\b
maker page
maker page --share
maker page --port COM3 --no-browser"""

MIN_TCP_PORT, MAX_TCP_PORT = 1024, 65_535
"""Below, only an administrator may serve."""


@click.command("page", cls=MakerCommand, help=HELP + "\n\n" + SHARING + "\n\n" + EXAMPLES)
@with_ports
@click.option(
    "--tcp-port",
    type=click.IntRange(MIN_TCP_PORT, MAX_TCP_PORT),
    metavar="N",
    help=N_("The TCP port to serve the page at; default: 8765, or the next free one."),
)
@click.option("--share", is_flag=True, help=N_("Let others in the classroom's network look on."))
@click.option(
    "--browser/--no-browser", default=True, help=N_("Open the browser, or only print the link to open.")
)
@with_notebook
def page(
    ports: tuple[str, ...], tcp_port: int | None, share: bool, browser: bool, notebook: Path | None
) -> None:
    from makerlab.web.running import PageRuns, running

    if (there := running()) is not None:
        if share or tcp_port is not None or ports or notebook:
            raise PageRuns(url=there.link)
        click.echo(_("The page is open already: {url}").format(url=there.link))
        if browser:
            _open(there.link)
        return
    from makerlab.web.serving import PageServer

    address = ""
    if share:
        from makerlab.web.share import network_address

        address = network_address()
    server = PageServer(tcp_port, address, ports, notebook=notebook)
    _say(server)
    if browser:
        _open(server.doors.link)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if server.notebook.is_read_only:
        click.echo(_("The page has ended."))
    else:
        click.echo(_("The page has ended. What was recorded is kept."))


def _say(server: PageServer) -> None:
    doors = server.doors
    click.echo(_("The page: {url}").format(url=doors.link))
    if doors.shared is not None:
        from makerlab.web.share import for_terminal

        url = doors.shared.url
        click.echo(
            _("For others in the classroom: {url}  (join code {code})").format(url=url, code=doors.code)
        )
        if sys.stdout.isatty():
            click.echo(for_terminal(doors.join_link))
    if server.notebook.is_read_only:
        from makerlab.recording.store.problems import NotebookReadOnly

        problem = NotebookReadOnly(path=server.notebook.path)
        print_note(problem.message, problem.hint)
    click.echo(_("Ctrl-C ends."))


def _open(link: str) -> None:
    """In the browser, where there is a desktop to show it on."""
    if sys.platform.startswith("linux") and not {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys():
        return
    import webbrowser

    webbrowser.open(link)
