"""From `--port` (or nothing) to a session with a board that is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from makerlab.boards import Board, identify
from makerlab.errors import NotMicroPython
from makerlab.link import open_link
from makerlab.link.ports import list_ports, pick_port
from makerlab.repl.identity import Identity, ask_identity
from makerlab.repl.machine import Pace
from makerlab.repl.session import Session


@dataclass(frozen=True)
class Connection:
    """A board at the raw prompt: `session` with it, what it is (`board`) and says (`identity`)."""

    port: str
    session: Session
    board: Board
    identity: Identity

    def close(self) -> None:
        self.session.link.close()


def connect(port: str | None, progress: Callable[[str], None] = lambda port: None) -> Connection:
    """Open `port`, or the only one there is, stop what runs there and ask the board what it is.

    `progress` is called with the port's name once it is known. Raises NoBoard, SeveralBoards, LinkError,
    BoardSilent or NotMicroPython; the port is closed again then.
    """
    name = port or pick_port(list_ports())
    progress(name)
    link = open_link(name)
    try:
        session = Session(link)
        session.enter()
        identity = ask_identity(session)
        board = identify(identity.platform, identity.machine)
        if board is None:
            raise NotMicroPython(port=name, found=f"MicroPython ({identity.machine or identity.platform})")
        session.pace = pace_of(board)
        return Connection(name, session, board, identity)
    except BaseException:
        link.close()
        raise
