"""Timers: events that come once or again and again."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from makerlab.virtual.clock import Alarm
from makerlab.virtual.hardware.events import Events
from makerlab.virtual.hardware.part import Machine, Part, whole

SHORTEST_S = 0.001
"""A board's own timers are about as fast when their handler is a Python function."""

MAX_PERIOD_US = 1 << 53
"""285 years: whatever adds up from days and hours."""


@dataclass
class _Timer:
    event: int
    period_s: float
    again: bool
    due: float
    alarm: Alarm | None = None


class Timers(Part):
    """Timers by the number of their event."""

    def __init__(self, board: Machine, events: Events) -> None:
        self._board = board
        self._events = events
        self._running: dict[int, _Timer] = {}
        self._lock = threading.Lock()
        self.commands = {"start": self._start, "stop": self._stop}

    def reset(self) -> None:
        with self._lock:
            for timer in self._running.values():
                if timer.alarm:
                    timer.alarm.cancel()
            self._running.clear()

    def _start(self, event: str, period_us: str, again: str) -> str:
        self._stop(event)
        period_s = max(SHORTEST_S, whole(period_us, 0, MAX_PERIOD_US) / 1e6)
        timer = _Timer(whole(event), period_s, again == "1", self._board.clock.now())
        with self._lock:
            self._running[timer.event] = timer
            self._set(timer)
        return ""

    def _stop(self, event: str) -> str:
        with self._lock:
            timer = self._running.pop(whole(event), None)
            if timer and timer.alarm:
                timer.alarm.cancel()
        return ""

    def _set(self, timer: _Timer) -> None:
        # From the time it was due, not from now: a timer does not drift. What it missed is left out.
        timer.due = max(timer.due + timer.period_s, self._board.clock.now())
        timer.alarm = self._board.clock.at(timer.due, lambda: self._ring(timer))

    def _ring(self, timer: _Timer) -> None:
        with self._lock:
            if self._running.get(timer.event) is not timer:
                return
            if timer.again:
                self._set(timer)
            else:
                del self._running[timer.event]
        self._events.fire(timer.event)
