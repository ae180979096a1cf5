"""Time for virtual boards: one clock for everything a board does, and alarms.

Real time by default. A clock of another kind (simulated time) implements the same three methods.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable

_log = logging.getLogger(__name__)


class Clock:
    """The time of this computer."""

    def now(self) -> float:
        """Seconds from some fixed moment on, never backwards."""
        return time.monotonic()

    def wait(self, condition: threading.Condition, timeout_s: float | None) -> None:
        """Wait on `condition`, which the caller holds, for at most `timeout_s` (None: for ever)."""
        condition.wait(timeout_s)

    def at(self, when: float, what: Callable[[], None]) -> Alarm:
        """Call `what` at `when`, in a thread of its own that serves all alarms: it must not wait."""
        return _ringer.at(when, what)


class Alarm:
    """One call to come; `cancel` it if it must not."""

    def __init__(self, what: Callable[[], None]) -> None:
        self._what: Callable[[], None] | None = what

    def cancel(self) -> None:
        self._what = None

    def ring(self) -> None:
        if (what := self._what) is not None:
            what()


class _Ringer:
    """One thread for the alarms of all boards; it sleeps until the next is due."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[tuple[float, int, Alarm]] = []
        self._order = itertools.count()
        self._thread: threading.Thread | None = None

    def at(self, when: float, what: Callable[[], None]) -> Alarm:
        alarm = Alarm(what)
        with self._changed:
            heapq.heappush(self._waiting, (when, next(self._order), alarm))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="virtual clock", daemon=True)
                self._thread.start()
            if self._waiting[0][2] is alarm:
                self._changed.notify()
        return alarm

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting or self._waiting[0][0] > time.monotonic():
                    left = self._waiting[0][0] - time.monotonic() if self._waiting else None
                    self._changed.wait(left)
                alarm = heapq.heappop(self._waiting)[2]
            try:
                alarm.ring()
            except Exception:  # one board's trouble must not silence the others
                _log.exception("an alarm failed")


_ringer = _Ringer()
