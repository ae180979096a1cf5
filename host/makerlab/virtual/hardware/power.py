"""Reset, sleep, watchdog, clock and identity."""

from __future__ import annotations

import hashlib

from makerlab.virtual.clock import Alarm
from makerlab.virtual.hardware.part import Machine, Part, whole

POWER_ON, RESET, WATCHDOG, DEEP_SLEEP, SOFT = "power_on", "reset", "watchdog", "deep_sleep", "soft"
"""Why the board started."""
LOCAL_ADDRESS = 0x02
"""First byte of a hardware address that nobody else uses: the bit for "locally administered"."""


class Power(Part):
    """Reset, sleep, and who this board is."""

    def __init__(self, board: Machine, serial: int) -> None:
        self._board = board
        self._serial = serial
        self.commands = {"reset": self._reset, "cause": self._cause, "sleep": self._sleep, "id": self._id}

    def _reset(self) -> str:
        self._board.restart(RESET)

    def _cause(self) -> str:
        return self._board.reset_cause

    def _sleep(self, milliseconds: str, deep: str) -> str:
        """Sleep (for ever with -1); after a deep sleep the board starts anew."""
        duration = whole(milliseconds, -1)
        until = None if duration < 0 else self._board.clock.now() + duration / 1000
        # Deep asleep, a board hears nothing; from a light sleep an interrupt wakes it.
        while self._board.wait(lambda: False, until) is None and deep == "1":
            pass
        if deep == "1":
            self._board.restart(DEEP_SLEEP)
        return ""

    def _id(self, length: str) -> str:
        """A hardware address of `length` bytes in hex, always the same for the same board."""
        digest = hashlib.sha256(f"{self._board.profile.key} {self._serial}".encode()).digest()
        return bytes([LOCAL_ADDRESS, *digest])[: whole(length, 1, 16)].hex()


class Watchdog(Part):
    """Resets a board whose program does not feed it in time."""

    def __init__(self, board: Machine) -> None:
        self._board = board
        self._alarm: Alarm | None = None
        self._timeout_s = 0.0
        self.commands = {"start": self._start, "feed": self._feed}

    def reset(self) -> None:
        if self._alarm:
            self._alarm.cancel()
        self._alarm = None

    def _start(self, milliseconds: str) -> str:
        self._timeout_s = whole(milliseconds, 1) / 1000
        return self._feed()

    def _feed(self) -> str:
        self.reset()
        when = self._board.clock.now() + self._timeout_s
        self._alarm = self._board.clock.at(when, lambda: self._board.reset(WATCHDOG))
        return ""


class Rtc(Part):
    """The real-time clock, and the little memory beside it that survives a reset."""

    MEMORY_BYTES = 512
    """As hex it must fit in one answer; an ESP32 has 2048."""

    def __init__(self, board: Machine) -> None:
        self._board = board
        self._memory = ""
        self.commands = {"get": self._get, "set": self._set, "memory": self._memory_is, "keep": self._keep}

    def _get(self) -> str:
        """Microseconds since 2000."""
        return str(round(self._board.wall_s() * 1e6))

    def _set(self, seconds: str) -> str:
        self._board.set_wall_s(whole(seconds, 0, 1 << 33))
        return ""

    def _memory_is(self) -> str:
        return self._memory

    def _keep(self, data: str = "") -> str:
        self._memory = data[: 2 * self.MEMORY_BYTES]
        return ""
