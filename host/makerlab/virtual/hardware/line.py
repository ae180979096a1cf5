"""The serial line to the computer, for programs that read it without waiting."""

from __future__ import annotations

from makerlab.virtual.hardware.part import Machine, Part, whole

MAX_BYTES = 500
"""In one answer: the guest takes no more (Wasi.RESULT_BYTES, two digits a byte)."""
BREATH_S = 0.002
"""A program that asks again and again finds nothing there: so long it waits for a byte each time, instead of
keeping a core of this computer busy. At 115200 baud 23 bytes arrive meanwhile."""


class Line(Part):
    """What has arrived; and the line may be led to other pins, where nobody is."""

    def __init__(self, board: Machine) -> None:
        self._board = board
        self.commands = {"any": self._any, "read": self._read, "lead": self._lead}

    def reset(self) -> None:
        self._board.uart.redirected = False

    def _any(self) -> str:
        return str(int(self._board.console_readable()))

    def _read(self, count: str) -> str:
        """At most `count` bytes, in hex."""
        size = whole(count, 0, MAX_BYTES)
        uart = self._board.uart
        self._board.wait(uart.readable, self._board.clock.now() + BREATH_S)
        with uart.changed:
            return uart.take(size).hex()

    def _lead(self, away: str) -> str:
        self._board.uart.redirected = away == "1"
        return ""
