"""The rate of an experiment, kept in real seconds: asked of the board, and put right when its clock is off.

A micro:bit's clock runs up to 0.7 % slow, so ten rows of its seconds are not ten rows a second. Once the
clock fit is sure by how much, the board is asked for that much more. No input or output here: what to send is
returned.
"""

from __future__ import annotations

from collections.abc import Iterable

from makerlab.wire.clock import ClockFit
from makerlab.wire.events import Event, Gap, Header, Samples

GOOD_ENOUGH = 0.0005
"""A rate that is off by less is left alone, and a clock fit less sure than this is not acted on: together
0.1 %, what the achieved rate may be off."""

REAL_CLOCK = 0.05
"""No board's clock is off by more. What looks so is a simulated clock or a stream that stalls."""

ANSWER_S = 1.0
"""For the header that says the new rate; it comes with the next row or earlier."""

BUSY_SHARE = 0.05
"""Of all rows: a board that leaves out more is at its limit, not just delayed now and then."""

SAME = 1e-3
"""Boards' short floats print a rate to about six digits."""


class RateKeeper:
    """Sees all events of one experiment and knows when to ask the board for another rate.

    `wanted_hz` is what the user wants, None for the program's own rate. Rows that came before the board
    took that rate over are left out: they are not what was asked for.
    """

    def __init__(self, wanted_hz: float | None = None) -> None:
        self.wanted_hz = wanted_hz
        self._board_hz: float | None = None
        self._asked_hz: float | None = None
        self._asked_at = 0.0
        self._leaving_out = False
        self._clock: ClockFit | None = None

    def take(self, events: Iterable[Event], at: float) -> tuple[list[Event], bytes]:
        """The events that count, and what to send to the board now (b"" for nothing).

        `at`: when they came, seconds of a steady clock.
        """
        kept: list[Event] = []
        command = b""
        for event in events:
            if isinstance(event, Header) and event.rate_hz is not None:
                command = self._take_header(event, event.rate_hz, at) or command
            elif self._leaving_out and isinstance(event, Samples | Gap):
                continue
            elif isinstance(event, Samples) and self._clock is not None:
                self._clock.add(event.rows, at)
            kept.append(event)
        if self._leaving_out and at - self._asked_at > ANSWER_S:
            self._leaving_out = False  # a program that keeps its own rate
        return kept, command or self._correction(at)

    def _take_header(self, header: Header, rate_hz: float, at: float) -> bytes:
        self._board_hz = rate_hz
        if self._clock is None or self._clock.tick_s != header.tick_s:
            self._clock = ClockFit.of(header)
        if header.is_burst:
            return b""  # its rate is that of the program
        if self.wanted_hz is None:
            self.wanted_hz = rate_hz
        if self._asked_hz is None and not _same(rate_hz, self.wanted_hz):
            self._leaving_out = True
            return self._ask(self.wanted_hz, at)
        if self._asked_hz is None or _same(rate_hz, self._asked_hz):
            self._leaving_out = False
        return b""

    def _correction(self, at: float) -> bytes:
        clock, wanted, board = self._clock, self.wanted_hz, self._board_hz
        if clock is None or wanted is None or board is None or clock.uncertainty > GOOD_ENOUGH:
            return b""
        if self._asked_hz is not None and not _same(board, self._asked_hz):
            return b""  # it does not do what it is asked
        needed = clock.board_hz(wanted)
        if abs(clock.rate - 1) > REAL_CLOCK or abs(needed / board - 1) < GOOD_ENOUGH:
            return b""
        return self._ask(needed, at)

    def _ask(self, rate_hz: float, at: float) -> bytes:
        self._asked_hz, self._asked_at = rate_hz, at
        return b"r %.6g\n" % rate_hz


def highest_hz(rows: int, late: int, achieved_hz: float | None) -> float | None:
    """The highest rate a board can do, seen from `rows` it sent and `late` it left out because it was busy;
    None if it kept up. At its limit a board takes one row after the other, so what it achieves is that."""
    if achieved_hz is None or late <= BUSY_SHARE * (rows + late):
        return None
    return achieved_hz


def _same(one: float, other: float) -> bool:
    return abs(one / other - 1) < SAME / 10
