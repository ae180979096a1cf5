"""From `--port` (or nothing) to a session with a board that is known."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from makerlab.boards import Board, Limits, LookAlike, catalogue
from makerlab.errors import BoardSilent, BootLoop, LinkError, MakerError, NotMicroPython
from makerlab.link import open_link
from makerlab.link.ports import list_ports, pick_port
from makerlab.repl.identity import Identity, ask_identity
from makerlab.repl.machine import Pace
from makerlab.repl.session import Session

SMALL_HEAP_BYTES = 32 << 10
"""A board with less (the micro:bit V1) takes files in small pieces."""


@dataclass(frozen=True)
class Connection:
    """A board at the raw prompt: the `session` with it, what it is (`board`), what it says (`identity`)."""

    port: str
    session: Session
    board: Board
    identity: Identity

    @property
    def small(self) -> bool:
        return is_small(self.board)

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        """Leave the board as the next person expects it: stopped, at its friendly prompt."""
        try:
            with contextlib.suppress(MakerError):
                if kind is not None and not issubclass(kind, LinkError):
                    self.session.enter()  # something may be half done
                if self.session.at_prompt:
                    self.session.leave(to_prompt=False)
        finally:
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
        reach(session)
        identity = ask_identity(session)
        board = catalogue().recognise(identity.platform, identity.machine)
        if not isinstance(board, Board):
            session.leave()
            raise _not_ours(name, board, identity)
        session.pace = pace_of(board.limits)
        return Connection(name, session, board, identity)
    except BaseException:
        link.close()
        raise


def reach(session: Session) -> None:
    """To the raw prompt; by the reset button if the program there does not let itself be stopped."""
    try:
        session.enter()
    except BoardSilent as error:
        if isinstance(error, BootLoop) or not session.link.reset():
            raise
        session.enter()


def is_small(board: Board) -> bool:
    """Whether it has so little memory that what goes onto it must be short."""
    return board.limits.heap_bytes < SMALL_HEAP_BYTES


def pace_of(limits: Limits) -> Pace:
    """How fast a board takes programs, from its data sheet in boards.yaml."""
    return Pace(limits.raw_paste, limits.in_flight_bytes, limits.piece_bytes, limits.pause_s)


def _not_ours(port: str, found: LookAlike | None, identity: Identity) -> NotMicroPython:
    return NotMicroPython(
        port=port, found=found.shown_name if found else identity.machine or identity.platform
    )
