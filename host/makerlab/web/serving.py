"""`maker page` while it runs: its addresses, the server, and the end."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from makerlab.errors import LinkError
from makerlab.i18n import N_
from makerlab.recording.store.notebook import Notebook
from makerlab.web.doors import Door, Doors, loopback, network
from makerlab.web.hub import Hub
from makerlab.web.measurement import Measurement
from makerlab.web.plugged_in import PluggedIn
from makerlab.web.running import told
from makerlab.web.server import Page, application

USUAL_PORT = 8765
TRIES = 10
"""Ports from USUAL_PORT on that are tried when it is taken and nobody asked for another."""
BACKLOG = 128
GOODBYE_S = 1
"""For pages to be told that the server ends."""
MOST_CONNECTIONS = 300
"""A class of 40 with three tabs each, and room; more wait."""


class PagePortTaken(LinkError):
    what = N_("TCP port {port} of this computer is taken by another program.")
    todo = N_("Take another one, for example: maker page --tcp-port {other}")


def open_socket(address: str, port: int) -> socket.socket:
    """Listening at that address, and nobody else with it. Raises PagePortTaken."""
    # Of TCP by name: only then asyncio sends small pieces at once (TCP_NODELAY); else each waits up to 40 ms.
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":
            # There SO_REUSEADDR would let another program take the port over.
            server.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((address, port))
        server.listen(BACKLOG)
    except OSError as error:
        server.close()
        raise PagePortTaken(port=port, other=USUAL_PORT + 1000) from error
    return server


def _local_socket(port: int | None) -> socket.socket:
    if port is not None:
        return open_socket("127.0.0.1", port)
    for candidate in range(USUAL_PORT, USUAL_PORT + TRIES):
        with contextlib.suppress(PagePortTaken):
            return open_socket("127.0.0.1", candidate)
    return open_socket("127.0.0.1", 0)


class PageServer:
    """The page, ready: its sockets listen from the start, so a browser may be sent there at once.

    `port`: that TCP port and no other; `share`: this computer's address in the classroom network, "" to be
    seen by nobody; `boards`: ports named on the command line; `folder`: where programs to choose from lie.
    `notebook`: another file than the usual one. Raises PagePortTaken and NotebookProblem.
    """

    def __init__(
        self,
        port: int | None = None,
        share: str = "",
        boards: Sequence[str] = (),
        folder: Path | None = None,
        notebook: Path | None = None,
    ) -> None:
        self.notebook = Notebook(notebook)
        self._sockets = [_local_socket(port)]
        tcp_port = self._sockets[0].getsockname()[1]
        doors: tuple[Door, ...] = (loopback(tcp_port),)
        if share:
            try:
                self._sockets.append(open_socket(share, tcp_port))
            except PagePortTaken:
                self._sockets[0].close()
                raise
            doors += (network(share, tcp_port),)
        self.doors = Doors(doors)
        self.hub = Hub()
        self.boards = PluggedIn(self.hub.tell, lambda: self.page.watchers > 0, boards)
        self.measurement = Measurement(self.hub, self.boards, folder or Path(), self.notebook)
        self.page = Page(self.doors, self.hub, self.boards, self.measurement, self.notebook)
        self._server = uvicorn.Server(
            uvicorn.Config(
                application(self.page),
                http="h11",
                ws_max_size=1024,
                ws_per_message_deflate=False,
                lifespan="off",
                log_config=None,
                log_level="critical",  # what goes wrong is said to whoever asked, and kept (unforeseen.py)
                access_log=False,
                server_header=False,
                date_header=False,
                proxy_headers=False,
                limit_concurrency=MOST_CONNECTIONS,
                timeout_graceful_shutdown=GOODBYE_S,
            )
        )

    def run(self) -> None:
        """Serve until Ctrl-C or `stop`; then every board is stopped, and what was measured is safe."""
        self.boards.start()
        try:
            with told(self.doors):
                self._server.run(sockets=self._sockets)
        finally:
            self.boards.end()
            self.measurement.end()
            self.notebook.close()
            for one in self._sockets:
                one.close()

    def stop(self) -> None:
        """End `run` soon; from any thread."""
        self._server.should_exit = True
