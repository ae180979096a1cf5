"""A virtual board in simulated time: a day of it takes as long as its program has to compute.

The board's time goes on while it waits, with every look at its clock and with every byte it sends; not while
it computes, because how long this computer takes for that says nothing about a board. So the same program in
the same scene sends the same bytes on every computer.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable

from makerlab.link.base import Link
from makerlab.virtual.board import VirtualBoard
from makerlab.virtual.clock import Alarm, Clock
from makerlab.virtual.flash import Store
from makerlab.virtual.profile import Profile
from makerlab.virtual.scene import Scene

LOOK_S = 25e-6
"""A look at the clock, with what stands between two of them in lab: about ten for a row of three channels,
whose text an ESP32 makes in 0.25 ms (15 times as fast as a micro:bit V1)."""
BYTE_S = 10 / 921_600
FIFO_BYTES = 128
"""What an ESP32's serial port holds: its program waits for what is more."""


class SimulatedClock(Clock):
    """Simulated for the board's own thread; for all others, which wait for it, the time of this computer.

    Alarms that the board sets ring in its own thread when its time has come to them and it looks (`ring`).
    """

    def __init__(self) -> None:
        self.board_s = 0.0
        self.thread: threading.Thread | None = None
        """The board's own."""
        self._ident: int | None = None
        self._alarms: list[tuple[float, int, Alarm]] = []
        self._order = itertools.count()

    def now(self) -> float:
        if not self.is_board():
            return super().now()
        self.board_s += LOOK_S
        return self.board_s

    def wait(self, condition: threading.Condition, timeout_s: float | None) -> None:
        if timeout_s is None or not self.is_board():
            super().wait(condition, timeout_s)
        else:
            # No further than to what may end the wait: whoever waits looks again.
            self.board_s += min(timeout_s, max(0.0, self.next_alarm_s - self.board_s))
            self.ring()

    def at(self, when: float, what: Callable[[], None]) -> Alarm:
        if not self.is_board():
            return super().at(when, what)
        return self.plan(when, what)

    def plan(self, when: float, what: Callable[[], None]) -> Alarm:
        """Call `what`, in the board's thread, at the board's time `when`. Before the board starts, or from
        its own thread."""
        alarm = Alarm(what)
        heapq.heappush(self._alarms, (when, next(self._order), alarm))
        return alarm

    @property
    def next_alarm_s(self) -> float:
        return self._alarms[0][0] if self._alarms else float("inf")

    def ring(self) -> None:
        """What is due by now. From the board's thread, where it holds nobody's lock."""
        while self._alarms and self._alarms[0][0] <= self.board_s:
            heapq.heappop(self._alarms)[2].ring()

    def is_board(self) -> bool:
        # By its number: this is asked for every look at the clock, and Thread objects take longer to find.
        if self._ident is None and self.thread is not None:
            self._ident = self.thread.ident
        return threading.get_ident() == self._ident


class TimedBoard(VirtualBoard):
    """A virtual board with a simulated clock."""

    def __init__(
        self, profile: Profile, *, store: Store | None = None, scene: Scene | None = None, serial: int = 0
    ) -> None:
        self.simulated = SimulatedClock()
        super().__init__(profile, store=store, scene=scene, clock=self.simulated, serial=serial)
        self.simulated.thread = self._thread
        self._booted_at = 0.0  # this thread's time is another
        self._sent_at = 0.0
        """When the line has sent everything."""
        self._in_hardware = False

    def uptime_s(self) -> float:
        uptime_s = super().uptime_s()
        if not self._in_hardware:  # a part that asks may hold its lock
            self.simulated.ring()
        return uptime_s

    def host_call(self, name: str, payload: str) -> str:
        self.simulated.ring()
        self._in_hardware = True
        try:
            return super().host_call(name, payload)
        finally:
            self._in_hardware = False

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
