"""Which boards have been plugged in since the last look: pure.

A board is known by the USB socket it is in, because one with its own USB changes its port's name, and is away
for a moment, while it is flashed. Where the system does not tell the socket, the port's name has to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Plugged(Protocol):
    """What is asked of a port (link.ports.PortInfo)."""

    @property
    def port(self) -> str: ...

    @property
    def location(self) -> str: ...


P = TypeVar("P", bound=Plugged)


class Arrivals:
    """`look` again and again; `finished` when a board has its verdict, from then on it may be taken out."""

    def __init__(self) -> None:
        self._here: set[str] = set()
        self._at_work: set[str] = set()

    def look(self, listed: Iterable[P]) -> list[P]:
        """Of the ports that are there now, those of boards that have come."""
        now = {_socket(info): info for info in listed}
        self._here &= now.keys() | self._at_work
        new = [info for socket, info in now.items() if socket not in self._here]
        self._here |= now.keys()
        self._at_work |= {_socket(info) for info in new}
        return new

    def finished(self, info: Plugged) -> None:
        self._at_work.discard(_socket(info))

    @property
    def busy(self) -> bool:
        """Whether a board has no verdict yet."""
        return bool(self._at_work)


def _socket(info: Plugged) -> str:
    return info.location or info.port
