"""A virtual board in simulated time: ten minutes of it take as long as its program has to compute.

The board's time goes on while it waits, with every look at its clock and with every byte it sends; not while
it computes, because how long this computer takes for that says nothing about a board.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from makerlab.link.base import Link
from makerlab.virtual.board import VirtualBoard
from makerlab.virtual.clock import Alarm, Clock
from makerlab.virtual.profile import Profile

LOOK_S = 25e-6
"""A look at the clock, with what stands between two of them in lab: about ten for a row of three channels,
whose text an ESP32 makes in 0.25 ms (15 times as fast as a micro:bit V1)."""
BYTE_S = 10 / 921_600
FIFO_BYTES = 128
"""What an ESP32's serial port holds: its program waits for what is more."""


class SimulatedClock(Clock):
    """Simulated for the board's own thread; for all others, which wait for it, the time of this computer."""

    def __init__(self) -> None:
        self.board_s = 0.0

    def now(self) -> float:
        if not _is_board():
            return super().now()
        self.board_s += LOOK_S
        return self.board_s

    def wait(self, condition: threading.Condition, timeout_s: float | None) -> None:
        if timeout_s is None or not _is_board():
            super().wait(condition, timeout_s)
        else:
            self.board_s += timeout_s

    def at(self, when: float, what: Callable[[], None]) -> Alarm:
        return super().at(super().now(), what)  # asked for soon; nothing here waits for a certain time


def _is_board() -> bool:
    return threading.current_thread().name.startswith("virtual ")


class TimedBoard(VirtualBoard):
    def __init__(self, profile: Profile) -> None:
        self.simulated = SimulatedClock()
        super().__init__(profile, clock=self.simulated)

        self._sent_at = 0.0
        """When the line has sent everything."""

    def console_write(self, data: bytes) -> None:
        clock = self.simulated
        self._sent_at = max(clock.board_s, self._sent_at) + len(data) * BYTE_S
        clock.board_s = max(clock.board_s, self._sent_at - FIFO_BYTES * BYTE_S)
        super().console_write(data)


class BoardLink(Link):
    """The board as a link. A class of its own: virtual.link would give it a clock of the computer's."""

    def __init__(self, board: TimedBoard) -> None:
        super().__init__("simulated")
        self._board = board
        board.start()
        self._start()

    def reset(self) -> bool:
        self._board.reset()
        return True

    def _receive(self) -> bytes:
        return self._board.read(0.1)

    def _send(self, data: bytes, timeout_s: float) -> None:
        self._board.write(data, timeout_s)

    def _shut(self) -> None:
        self._board.close()
