"""A board that was unplugged while it measured, found again: by what tells it from all others, wherever it is
plugged in now.

COM ports change with the socket. A micro:bit and an ESP with USB of its own are known by their USB serial
number; one behind a bridge (CH340, CP2102) is asked for its MAC address, but only where nothing else can be
disturbed by the question: on its old port, and on ports that were not there when it went away.
"""

from __future__ import annotations

import contextlib

from makerlab.boards import Usb
from makerlab.connect import Connection, connect
from makerlab.errors import MakerError, ReplError
from makerlab.labels import board_id, find
from makerlab.link.ports import PortInfo, list_ports, look_up


class Place:
    """Where a board is, and who it is; made while it is there."""

    def __init__(self, connection: Connection) -> None:
        self.port = connection.port
        self.board_id = ""
        """As labels.board_id gives it; "" for a board that has none."""
        with contextlib.suppress(ReplError):
            self.board_id = find.id_of(connection.session)
        self.board = connection.board.key
        self.runtime = f"MicroPython {connection.identity.version}".rstrip()
        info = None if self._has_one_address else look_up(self.port)[0]
        self._usb: Usb | None = info.usb if info is not None else None
        self._there: frozenset[str] = frozenset()

    def lost(self) -> None:
        """The board has just gone away."""
        if not self._has_one_address:
            self._there = frozenset(info.port for info in list_ports())

    def look(self) -> Connection | None:
        """The board, stopped at its prompt, if it is back; None if it is not, or not yet ready to talk."""
        for port in self._candidates():
            try:
                connection = connect(port)
            except MakerError:
                continue  # not there, still starting, in another program's hands, or another kind of board
            if self._is_ours(connection):
                self.port = port
                return connection
            with connection:
                continue  # another one: left at its prompt
        return None

    @property
    def _has_one_address(self) -> bool:
        """Whether it can only come back where it was: a virtual board, or one behind a network address."""
        return "://" in self.port or bool(board_id.of_address(self.port))

    def _candidates(self) -> list[str]:
        if self._has_one_address:
            return [self.port]
        infos = list_ports()
        told = [info.port for info in infos if self.board_id and board_id.of_usb(info.usb) == self.board_id]
        if told:
            return told
        old = [info for info in infos if info.port == self.port]
        new = [info.port for info in infos if info.port not in self._there and self._can_be(info)]
        return [self.port, *new] if not old or self._can_be(old[0]) else new

    def _can_be(self, info: PortInfo) -> bool:
        """Whether our board may be what the system sees there, as far as it tells."""
        same = (info.usb and info.usb.id) == (self._usb and self._usb.id)
        return same and board_id.of_usb(info.usb) in ("", self.board_id)

    def _is_ours(self, connection: Connection) -> bool:
        if connection.board.key != self.board:
            return False
        try:
            return not self.board_id or find.id_of(connection.session) == self.board_id
        except MakerError:
            return False
