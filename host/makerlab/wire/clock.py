"""Board time: unwrapping it, and finding how it runs against this computer's clock.

A micro:bit's clock runs about 0.7 % slow (micropython-microbit-v2#225), an ESP32's within 0.005 %. The host
knows only when rows arrive, and a row never arrives before it was sent: USB adds 1 to 16 ms, a busy
computer now and then 200. So the line that ties the two clocks together is the one that lies below all
arrivals and as close to them as possible, as in clock-skew estimation for networks (Moon, Skelly and
Towsley 1999). Late arrivals, however late and many, cannot pull it up; a least-squares line they can.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from math import inf, sqrt

from makerlab.wire.events import Header, Row

TICKS_PERIOD = 1 << 30
"""Ticks after which board time on the wire begins anew: MicroPython's ticks_ms and ticks_us."""

USUAL_CLOCK_ERROR = 0.005
"""How far board clocks are off, typically. What the fit says counts as far as it is surer than that."""

UNCERTAINTY_FACTOR = 8.0
"""Bound of the fit's error in units of (mean delay / time watched / root of points): held in 99 of 100
simulated runs of 2 s to 10 min, with even, exponential and stalled delays (bench/stream.py shows some)."""

EXPECTED_DELAYS_S = 8 * 0.008
"""A few points may lie on a line by chance: begin as if eight with USB's mean delay had been seen."""

LEAST_DELAY_S = 0.004
"""A row is on its way at least as long as its bytes and a USB frame take, and no arrival tells how long: of
two boards, one may seem this much later than it is. (An FTDI chip holds some for 16 ms, and some hardly.)"""

JUMP_S = 3.0
"""A row that came so long before it can have been sent shows that the board's clock jumped ahead. Longer than
all rows so far can have been on their way while the computer was busy."""
JUDGING_POINTS = 10
"""Arrivals to have seen first: if the first ones waited, the fit is not what it seems."""
STOOD_S = 60.0
"""A row that is so late shows that the board's clock stood still: buffers on the way hold less."""
MOST_CLOCK_ERROR = 0.02
"""No board's clock that runs is off by more."""

MAX_HULL_POINTS = 256
"""Points kept, so that memory is bounded. Steady clocks need about 20, however long the run."""


def unwrap(ticks: int, near: int) -> int:
    """Board time as it stands on the wire, as the unwrapped time nearest to `near`."""
    half = TICKS_PERIOD // 2
    return near + (ticks - near + half) % TICKS_PERIOD - half


class ClockFit:
    """Ties board time to real seconds, by the rows and the times they arrived at.

    Give it each batch of rows as it arrives (`add`); then `seconds` dates these rows. Those times never
    jump or go back: when the fit learns more, only the pace of what follows changes.

    `trusted`: board time is taken as it is, because arrivals say nothing. `paced`: rows come at a rate.
    """

    def __init__(self, tick_s: float, *, trusted: bool = False, paced: bool = True) -> None:
        self.tick_s = tick_s
        self._trusted = trusted
        self._paced = paced
        self.rate = 1.0
        """Real seconds in one second of the board's clock: 1.007 for a clock that runs 0.7 % slow."""
        self.uncertainty = inf
        """`rate` is right within this (before any guess about usual clocks): 0.001 is 0.1 %."""
        self._usual_rate = 1.0
        self._anchor: tuple[int, float] | None = None
        self._last_at = 0.0
        self._first_row: Row | None = None
        self._last_row: Row | None = None
        self._clear()

    def _clear(self) -> None:
        self._origin: tuple[int, float] | None = None
        self._points = 0
        self._sum_x = self._sum_y = 0.0
        self._hull: list[tuple[float, float]] = []

    @classmethod
    def of(cls, header: Header) -> ClockFit:
        """One for the rows under `header`."""
        return cls(header.tick_s, trusted=header.is_burst, paced=header.is_paced)

    @property
    def rate_ppm(self) -> float:
        """How fast the board's clock runs, in millionths: -7000 for one that is 0.7 % slow."""
        return (1 / self.rate - 1) * 1e6

    def add(self, rows: Sequence[Row], at: float) -> None:
        """Rows that arrived together, the last of them at `at` (seconds of a steady clock).

        Only the last one's arrival is known so well; the others may have waited for it.
        """
        first_ticks, last_ticks = rows[0][1], rows[-1][1]
        if self._origin is None:
            self._origin = (last_ticks, at)
            if self._anchor is None:
                self._anchor = (first_ticks, 0.0)
            else:  # after a restart: time went on as it did here, and these rows follow those before
                span_s = (last_ticks - first_ticks) * self.tick_s * self.rate
                self._anchor = (last_ticks, self._anchor[1] + max(at - self._last_at, span_s))
        origin_ticks, origin_at = self._origin
        self._add_point((last_ticks - origin_ticks) * self.tick_s, at - origin_at)
        self._fit()
        self._anchor = (last_ticks, self.seconds(last_ticks))
        self._last_at = at
        self._first_row = self._first_row or rows[0]
        self._last_row = rows[-1]

    @property
    def anchor(self) -> tuple[int, float]:
        """Ticks and seconds of the last row; with `rate`, they date its batch (see `seconds`)."""
        return self._anchor or (0, 0.0)

    def restart(self, header: Header | None = None) -> None:
        """The board's clock began anew; the next rows are dated from when they arrive. `header`: what they
        then come under, if that is another."""
        if header is not None:
            self.tick_s, self._trusted, self._paced = header.tick_s, header.is_burst, header.is_paced
        self._usual_rate = self.rate
        self._clear()
        self.count_anew()

    def count_anew(self) -> None:
        """Another rate was asked for: `achieved_hz` speaks of the rows from here on."""
        self._first_row = self._last_row = None

    def seconds(self, ticks: int) -> float:
        """Real seconds from the first row to board time `ticks` (unwrapped).

        Until the first row, 0; after a restart until the next row, the time of the row before.
        """
        if self._anchor is None:
            return 0.0
        anchor_ticks, anchor_s = self._anchor
        if self._origin is None:
            return anchor_s
        return anchor_s + (ticks - anchor_ticks) * self.tick_s * self.rate

    def arrived_at(self, ticks: int) -> float | None:
        """When a row of board time `ticks` arrived, or would have, without delay: seconds of the steady
        clock, by all rows so far (since a restart). None before the first."""
        if self._origin is None:
            return None
        origin_ticks, origin_at = self._origin
        earliest = min(y - self.rate * x for x, y in self._hull)
        return origin_at + earliest + self.rate * (ticks - origin_ticks) * self.tick_s

    @property
    def arrival_error_s(self) -> float:
        """`arrived_at` is right within this; inf where arrivals say nothing."""
        if self._trusted or not self._points:
            return inf
        earliest = min(y - self.rate * x for x, y in self._hull)
        mean_delay = (self._sum_y - self.rate * self._sum_x) / self._points - earliest
        delay = mean_delay + EXPECTED_DELAYS_S / self._points
        # The fit's rate times half the time watched, the farthest from its middle.
        return LEAST_DELAY_S + UNCERTAINTY_FACTOR / 2 * delay / sqrt(self._points)

    def jump(self, rows: Sequence[Row], at: float) -> int | None:
        """Which of `rows`, which arrived together `at`, is the first behind a jump of the board's clock; None
        if it ran through. Ask before `add`."""
        if self._trusted or self._points < JUDGING_POINTS:
            return None
        last_ticks = self.anchor[0]
        ticks = rows[-1][1]
        arrived = self.arrived_at(ticks)
        assert arrived is not None
        drift = min(self.uncertainty, MOST_CLOCK_ERROR) * abs(ticks - last_ticks) * self.tick_s
        if -JUMP_S - drift <= at - arrived <= STOOD_S + drift:
            return None
        if at > arrived:
            return 0
        times = [last_ticks, *(row[1] for row in rows)]
        steps = [after - before for before, after in pairwise(times)]
        return steps.index(max(steps))

    def achieved_hz(self) -> float | None:
        """Rows a real second, lost ones included (they were measured); None before the second row, and for
        rows that come at no rate."""
        if self._first_row is None or self._last_row is None or not self._paced:
            return None
        rows, ticks = self._last_row[0] - self._first_row[0], self._last_row[1] - self._first_row[1]
        return rows / (ticks * self.tick_s * self.rate) if rows > 0 and ticks > 0 else None

    def board_hz(self, rate_hz: float) -> float:
        """What to ask of a board to get `rate_hz` rows a real second: a slow clock must be asked for more."""
        return rate_hz * self.rate

    def _add_point(self, x: float, y: float) -> None:
        """Keep the lower convex hull of the points (Andrew's monotone chain; x never goes back)."""
        self._points += 1
        self._sum_x += x
        self._sum_y += y
        hull = self._hull
        if hull and hull[-1][0] >= x:
            if hull[-1][1] <= y:
                return
            hull.pop()
        while len(hull) >= 2 and _turns_right(hull[-2], hull[-1], (x, y)):
            hull.pop()
        hull.append((x, y))
        if len(hull) > MAX_HULL_POINTS:
            del hull[1:-1:2]

    def _fit(self) -> None:
        """Of all lines below the points, the nearest is the hull's edge under their centre."""
        if len(self._hull) < 2 or self._trusted:
            return
        centre_x, centre_y = self._sum_x / self._points, self._sum_y / self._points
        edge = min(bisect_left(self._hull, (centre_x, -inf), 1), len(self._hull) - 1)
        (x0, y0), (x1, y1) = self._hull[edge - 1], self._hull[edge]
        rate = (y1 - y0) / (x1 - x0)
        mean_delay = centre_y - y0 - rate * (centre_x - x0)
        span = self._hull[-1][0] - self._hull[0][0]
        delay = mean_delay + EXPECTED_DELAYS_S / self._points
        self.uncertainty = UNCERTAINTY_FACTOR * delay / span / sqrt(self._points)
        # Weigh the fit against what clocks usually are, each by its variance (a bound is about 4 sigma).
        trust = USUAL_CLOCK_ERROR**2 / (USUAL_CLOCK_ERROR**2 + (self.uncertainty / 4) ** 2)
        self.rate = self._usual_rate + (rate - self._usual_rate) * trust


def _turns_right(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) <= (b[1] - a[1]) * (c[0] - a[0])
