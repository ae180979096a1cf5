"""The way back: how timers and pins call functions of the guest."""

from __future__ import annotations

from makerlab.virtual.hardware.part import Machine, Part, whole


class Events(Part):
    """The guest names one function of its own that is called with the number of every event."""

    def __init__(self, board: Machine) -> None:
        self._board = board
        self._function = 0
        self.commands = {"to": self._to}

    def fire(self, number: int) -> None:
        """Have the guest handle event `number` soon. For any thread."""
        if self._function:
            self._board.schedule(self._function, number)

    def reset(self) -> None:
        self._function = 0

    def _to(self, address: str) -> str:
        self._function = whole(address, 1, (1 << 32) - 1)
        return ""
