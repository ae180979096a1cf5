"""A soldered-on microphone: how loud it is, and when it became loud or quiet."""

from __future__ import annotations

from collections import deque

from makerlab.virtual.hardware.catch_up import CatchUp
from makerlab.virtual.hardware.part import Machine, Part, whole
from makerlab.virtual.hardware.senses import Senses

QUANTITY = "sound_db"
LOWEST_DB, HIGHEST_DB = 35.0, 100.0
"""What levels 0 and 255 stand for (codal-core, LevelDetectorSPL.h)."""
TOP = 255
LOUD, QUIET = "loud", "quiet"
FIRST_THRESHOLDS = {LOUD: 157, QUIET: 98}
"""75 and 60 dB."""
STEP_S = 0.02
REMEMBERED_S = 10.0
MAX_EVENTS = 8
"""Waiting to be asked for (codal_port/microbit_microphone.c)."""


class Hearing(Part):
    """Levels from 0 to 255, and the events LOUD and QUIET."""

    def __init__(self, board: Machine, senses: Senses) -> None:
        self._board = board
        self._senses = senses
        self._moments = CatchUp(STEP_S, REMEMBERED_S)
        self._thresholds = dict(FIRST_THRESHOLDS)
        self._last = QUIET
        self._events: deque[str] = deque(maxlen=MAX_EVENTS)
        self.commands = {
            "level": self._level_now, "db": self._db, "events": self._events_since, "set": self._set,
        }  # fmt: skip

    def reset(self) -> None:
        self._thresholds = dict(FIRST_THRESHOLDS)
        self._last = QUIET
        self._events.clear()
        self._moments.begin(self._board.uptime_s())

    def _level(self, moment: float) -> int:
        share = (self._senses.soldered(QUANTITY, moment) - LOWEST_DB) / (HIGHEST_DB - LOWEST_DB)
        return round(min(max(share, 0.0), 1.0) * TOP)

    def _level_now(self) -> str:
        return str(self._level(self._board.uptime_s()))

    def _db(self) -> str:
        return f"{self._senses.soldered(QUANTITY, self._board.uptime_s()):.1f}"

    def _events_since(self) -> str:
        """Events since the last question, one word each."""
        for moment in self._moments.moments(self._board.uptime_s()):
            level = self._level(moment)
            if level > self._thresholds[LOUD] and self._last != LOUD:
                self._last = LOUD
            elif level < self._thresholds[QUIET] and self._last != QUIET:
                self._last = QUIET
            else:
                continue
            self._events.append(self._last)
        events = " ".join(self._events)
        self._events.clear()
        return events

    def _set(self, event: str, level: str) -> str:
        self._thresholds[LOUD if event == LOUD else QUIET] = whole(level, 0, TOP)
        return ""
