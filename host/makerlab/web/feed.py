"""What one board sends, as curves: columns of seconds and values, gaps, events. A `Consumer`.

The page gets a feed in increments. When it holds too many rows, the older ones are thinned out, the lowest
and the highest value of every few kept, and the page gets the whole of it anew: the server alone decides what
there is to draw, and a page that was away catches up in the same way.
"""

from __future__ import annotations

import math
import threading
from array import array
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from makerlab.errors import MakerError
from makerlab.experiment.faults import shown_fault
from makerlab.experiment.rate import highest_hz
from makerlab.i18n import _
from makerlab.recording.units import shown_unit
from makerlab.web.advice import told
from makerlab.wire.clock import ClockFit
from makerlab.wire.events import Event, Fault, Gap, Header, Mark, Restart, Row, Samples, Status, Text

MOST_ROWS = 24_000
"""Of a curve at hand: four minutes of 100 Hz exactly, a lesson of it in outline; 0.8 MB with 3 channels."""
RECENT_ROWS = 8_000
"""Of them that are never thinned out: what the usual window shows."""
THINNED = 4
"""Rows that become two: the lowest and the highest."""
MOST_TOLD = 200
"""Events, gaps and lines of console text told to the page, the last of each."""
MAX_TEXT = 200
"""Characters of a line that are told; garbage without a line end is long."""

State = Literal["waiting", "connecting", "sending", "measuring", "away", "stopping", "done", "failed"]
RUNNING: tuple[State, ...] = ("waiting", "connecting", "sending", "measuring", "away", "stopping")


class Feed:
    """One board's curves. `take` and `close` are called by the thread that measures, all else by the server;
    `lock` guards both, `tell` wakes the server.

    `since` turns an arrival (time.monotonic) into seconds since the beginning of the whole measurement;
    `shown_channel` gives the title of a channel's name.
    """

    def __init__(
        self,
        number: int,
        port: str,
        title: str,
        shown_channel: Callable[[str], str],
        since: Callable[[float], float],
        lock: threading.RLock,
        tell: Callable[[], None],
    ) -> None:
        self.number = number
        self.port = port
        self.title = title
        self.board = ""
        self.recording: int | None = None
        self.generation = 0
        """Counts how often the rows were replaced: then the page needs all of them."""
        self.times = array("d")
        self.columns: list[array[float]] = []
        self._shown_channel = shown_channel
        self._since = since
        self._lock = lock
        self._tell = tell
        self._header: Header | None = None
        self._clock: ClockFit | None = None
        self._start_s = 0.0
        self._state: State = "waiting"
        self._note = ""
        self._error: MakerError | None = None
        self._lost = 0
        self._missing: int | None = None
        """Rows lost since the last one, 0 where nobody knows how many; None: nothing is missing."""
        self._late = 0
        self._rows = 0
        self._gaps: list[tuple[float, float, int]] = []
        self._events: list[tuple[float, str, str, str]] = []
        self._lines: list[str] = []

    # -- the thread that measures ----------------------------------------------------------------------

    def take(self, events: list[Event], at: float) -> None:
        """Take what came `at` (time.monotonic)."""
        if not events:
            return
        with self._lock:
            for event in events:
                self._take(event, at)
        self._tell()

    def close(self) -> None:
        """Nothing more comes; how it ended is said with `say`."""

    def say(self, state: State, note: str = "", error: MakerError | None = None) -> None:
        """How it goes: `note` is a name that belongs to it (a file that is sent)."""
        with self._lock:
            self._state, self._note, self._error = state, note, error
        self._tell()

    # -- the server ------------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        return self._state

    def described(self) -> dict[str, Any]:
        """Everything but the curves, for the page, in the language spoken to it."""
        clock, header = self._clock, self._header
        achieved = clock.achieved_hz() if clock else None
        return {
            "feed": self.number,
            "port": self.port,
            "title": self.title,
            "board": self.board,
            "recording": self.recording,
            "state": self._state,
            "note": self._note,
            "problem": self._error and told(self._error),
            "channels": [
                {
                    "name": one.name,
                    "title": self._shown_channel(one.name),
                    "unit": shown_unit(one.unit),
                    "decimals": one.decimals,
                }
                for one in (header.channels if header else ())
            ],
            "rows": self._rows,
            "lost": self._lost,
            "late": self._late,
            "hz": achieved,
            "asked_hz": header.rate_hz if header and header.is_paced else None,
            "highest_hz": highest_hz(self._rows + self._lost, self._late, achieved),
            "plain": bool(header and header.is_plain),
            "gaps": self._gaps[-MOST_TOLD:],
            "events": [
                {"t": t, "kind": kind, "text": self._event_text(kind, channel, text)}
                for t, kind, channel, text in self._events[-MOST_TOLD:]
            ],
            "lines": self._lines[-MOST_TOLD:],
        }

    # -- inside ----------------------------------------------------------------------------------------

    def _take(self, event: Event, at: float) -> None:
        if isinstance(event, Samples):
            self._take_rows(event.rows, at)
        elif isinstance(event, Header):
            self._take_header(event)
        elif isinstance(event, Gap):
            self._lost += event.lost
            self._missing = (self._missing or 0) + event.lost
        elif isinstance(event, Mark):
            self._event(self._seconds(event.ticks, at), "mark", event.text)
        elif isinstance(event, Fault):
            self._event(self._seconds(event.ticks, at), "fault", event.text, event.channel)
        elif isinstance(event, Status):
            late = event.fields.get("late", "")
            self._late = int(late) if late.isdecimal() else self._late
        elif isinstance(event, Restart):
            if self._clock:
                self._clock.restart()
            self._missing = self._missing or 0
            self._event(self._last_s, "away" if event.unplugged else "restart", "")
        elif isinstance(event, Text) and event.line.strip():
            self._lines.append(_harmless(event.line))
            del self._lines[:-MOST_TOLD]

    def _take_header(self, header: Header) -> None:
        known, self._header = self._header, header
        if known is None or known.channels != header.channels:
            self._replace(array("d"), [array("d") for _channel in header.channels])
        if known is None or known.tick_s != header.tick_s:
            self._clock = None
        elif self._clock and known.rate_hz != header.rate_hz:
            self._clock.count_anew()
        if header.is_plain:
            self._lines.clear()  # the first lines, which turned out to be the data

    def _take_rows(self, rows: list[Row], at: float) -> None:
        header = self._header
        if header is None:
            return
        if self._clock is None:
            self._clock = ClockFit.of(header)
            span_s = (rows[-1][1] - rows[0][1]) * header.tick_s
            self._start_s = max(self._last_s, self._since(at) - span_s)
        self._clock.add(rows, at)
        seconds, start_s = self._clock.seconds, self._start_s
        if self._missing is not None and self.times:
            self._gaps.append((self._last_s, start_s + seconds(rows[0][1]), self._missing))
            del self._gaps[:-MOST_TOLD]
        self._missing = None
        self.times.extend(start_s + seconds(row[1]) for row in rows)
        for index, (channel, column) in enumerate(zip(header.channels, self.columns, strict=True), 2):
            scale = channel.scale
            column.extend(math.nan if (value := row[index]) is None else value * scale for row in rows)
        self._rows += len(rows)
        if len(self.times) > MOST_ROWS:
            self._thin_out()

    @property
    def _last_s(self) -> float:
        return self.times[-1] if self.times else 0.0

    def _seconds(self, ticks: int, at: float) -> float:
        if self._clock is None:
            return max(0.0, self._since(at))
        return self._start_s + max(0.0, self._clock.seconds(ticks))

    def _event(self, seconds: float, kind: str, text: str, channel: str = "") -> None:
        self._events.append((seconds, kind, channel, _harmless(text)))
        del self._events[:-MOST_TOLD]

    def _event_text(self, kind: str, channel: str, text: str) -> str:
        if kind == "fault":
            said = _("{channel} cannot be read: {reason}")
            return said.format(channel=self._shown_channel(channel), reason=shown_fault(text))
        told = {"restart": _("the board started anew"), "away": _("the board was unplugged")}
        return told.get(kind, text)

    def _replace(self, times: array[float], columns: list[array[float]]) -> None:
        self.times, self.columns = times, columns
        self.generation += 1

    def _thin_out(self) -> None:
        old = (len(self.times) - RECENT_ROWS) // THINNED * THINNED
        times = np.frombuffer(self.times, dtype="f8")
        few = times[:old].reshape(-1, THINNED)
        # Where the two stand: at the first and the middle moment of their group.
        thin_times = few[:, [0, THINNED // 2]].reshape(-1)
        self._replace(
            array("d", np.concatenate([thin_times, times[old:]]).tobytes()),
            [
                array("d", _thinned(np.frombuffer(column, dtype="f8"), old).tobytes())
                for column in self.columns
            ],
        )


def _thinned(values: np.ndarray[Any, np.dtype[np.float64]], old: int) -> np.ndarray[Any, Any]:
    """The first `old` values as the lowest and highest of each group, in the order in which they came."""
    few = values[:old].reshape(-1, THINNED)
    missing = np.isnan(few)
    low_at = np.where(missing, np.inf, few).argmin(axis=1)
    high_at = np.where(missing, -np.inf, few).argmax(axis=1)
    group = np.arange(len(few))
    first, second = few[group, np.minimum(low_at, high_at)], few[group, np.maximum(low_at, high_at)]
    return np.concatenate([np.stack([first, second], axis=1).reshape(-1), values[old:]])


def _harmless(text: str) -> str:
    """`text` from a board without control characters, and not too long."""
    return "".join(char if char.isprintable() else " " for char in text[:MAX_TEXT]).rstrip()
