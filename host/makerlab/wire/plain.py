"""Plain prints as data: what programs for other plotters print.

    23.5              1,2,3         1 2 3            (1, 2)     numbers: Arduino, Mu, MakeCode
    temp:23,light:5   Random: 1.5   温度 = 23.5 °C              names and numbers: Arduino, Thonny, MakeCode
    >temp:23.5§°C     >temp:1627551892437:23.5                  Teleplot

Such rows have neither number nor time nor check. Their time is when they arrived, and nobody can tell
whether some were lost. So that prose, logs and tracebacks stay text, a line must be nothing but data, and
it takes three alike to begin. Until then lines are also shown as text, since they may be just that.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from makerlab.i18n import _
from makerlab.wire.events import Channel, Event, Header, Row, Samples, Text, Value

TIMES_ALIKE = 3
"""So often a name (or as many bare numbers, line after line) must come before prints count as data."""

WAITING_LINES = 64
"""Lines looked back on: three rounds of 20 channels printed one a line."""

MAX_CHANNELS = 32
"""More numbers in a line are a table or a dump."""

TICK_S = 1e-6
"""Unit of the times given: arrival in whole microseconds."""

_NUMBER = (
    r"[-+]?(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})(?:[eE][-+]?\d{1,2})?|[-+]?(?:nan|NaN|NAN|inf|INF)|None"
)
_UNIT = r"[^\W\d_]{1,4}[²³]?|[°%℃℉][^\W\d_]?|[^\W\d_]{1,4}/[^\W\d_]{1,4}[²³2]?"
_END = r"(?=\s*(?:[,;，；|\t]|$))"
_PAIR = re.compile(
    rf"(?P<name>[^\W\d_][\w .\-/()%°#]{{0,39}}?)\s*[:=：＝]\s*(?P<value>{_NUMBER})(?!x)"
    rf"(?:(?P<unit>\s?(?:{_UNIT})){_END}|(?=[\s,;，；|]|$))"
)
_BARE = re.compile(rf"(?:{_NUMBER})")
_TELEPLOT = re.compile(
    rf">(?P<name>[^:|§]{{1,40}}):(?:\d{{1,20}}:)?(?P<value>{_NUMBER})(?:§(?P<unit>[^|]{{0,12}}))?(?:\|g?)?"
)
_BETWEEN = re.compile(r"[\s,;，；|]+")
_NO_NAME = re.compile(r".*(?:Error|Exception|Interrupt|Warning|Exit)|.*\s\d+")
"""Ends of a traceback ("ValueError: 5") and times of day ("at 12:30")."""


class _Reading(NamedTuple):
    name: str | int
    """As printed; a bare number's place in its line, from 1."""
    value: Value
    unit: str


class PlainDecoder:
    """Decodes plain prints, line by line; events as of the wire, `Header.form` is "plain"."""

    def __init__(self) -> None:
        self.header: Header | None = None
        """What the rows hold; None until enough lines looked like data."""
        self._waiting: list[tuple[float, list[_Reading]]] = []
        self._names: tuple[str | int, ...] = ()
        self._row: dict[str | int, Value] = {}
        self._row_at = 0.0
        self._seq = 0

    def take(self, line: str, at: float) -> list[Event]:
        """The events of one line that arrived `at` (seconds of a steady clock)."""
        readings = parse_plain(line)
        if self.header is None:
            text: list[Event] = [Text(line)]
            return text + self._consider(line, readings, at)
        if readings is None or any(reading.name not in self._names for reading in readings):
            return [Text(line)]
        rows = self._add(readings, at)
        return [Samples(rows)] if rows else []

    def close(self) -> list[Event]:
        """The row that was not complete, if there is one."""
        rows = self._finish_row()
        return [Samples(rows)] if rows else []

    def _consider(self, line: str, readings: list[_Reading] | None, at: float) -> list[Event]:
        """Begin once a name has come three times; the names that came at least twice are the channels.

        Bare numbers must follow each other directly, as many each time.
        """
        if readings is None or all(reading.value is None for reading in readings):
            if line.strip() and self._waiting and _is_bare(self._waiting[-1][1]):
                self._waiting.clear()
            return []
        if self._waiting:
            last = self._waiting[-1][1]
            bare = _is_bare(last) or _is_bare(readings)
            if bare and [reading.name for reading in last] != [reading.name for reading in readings]:
                self._waiting.clear()
        self._waiting = [*self._waiting[1 - WAITING_LINES :], (at, readings)]
        times = Counter(reading.name for _at, known in self._waiting for reading in known)
        if max(times.values()) < TIMES_ALIKE:
            return []
        units: dict[str | int, str] = {}
        for _at, known in self._waiting:
            for reading in known:
                if times[reading.name] > 1:
                    units[reading.name] = units.get(reading.name) or reading.unit
        self._names = tuple(units)
        channels = tuple(Channel(_shown(name, len(units)), units[name], decimals=None) for name in units)
        self.header = Header("", channels, tick_s=TICK_S, form="plain")
        rows = [
            row
            for known_at, known in self._waiting
            for row in self._add([reading for reading in known if reading.name in units], known_at)
        ]
        self._waiting.clear()
        return [self.header, Samples(rows)] if rows else [self.header]

    def _add(self, readings: list[_Reading], at: float) -> list[Row]:
        """The rows that `readings` completes: a row is full, or a name comes for the second time."""
        rows: list[Row] = []
        if any(reading.name in self._row for reading in readings):
            rows = self._finish_row()
        if not self._row:
            self._row_at = at
        self._row.update((reading.name, reading.value) for reading in readings)
        if len(self._row) == len(self._names):
            rows += self._finish_row()
        return rows

    def _finish_row(self) -> list[Row]:
        if not self._row:
            return []
        self._seq += 1
        values = [self._row.get(name) for name in self._names]
        row: Row = (self._seq, round(self._row_at / TICK_S), *values)
        self._row.clear()
        return [row]


def _is_bare(readings: list[_Reading]) -> bool:
    return isinstance(readings[0].name, int)


def _shown(name: str | int, count: int) -> str:
    """The name of a channel. Bare numbers have none of their own."""
    if isinstance(name, str):
        return name
    return _("value") if count == 1 else _("value {n}").format(n=name)


def parse_plain(line: str) -> list[_Reading] | None:
    """The readings in `line`, in order, or None if it holds anything else too."""
    line = line.strip()
    if match := _TELEPLOT.fullmatch(line):
        return [_Reading(match["name"].strip(), _value(match["value"]), (match["unit"] or "").strip())]
    if line[:1] + line[-1:] in ("()", "[]"):
        line = line[1:-1]
    fields = [field for field in _BETWEEN.split(line) if field]
    if not fields:
        return None
    if not all(map(_BARE.fullmatch, fields)):
        return _pairs(line)
    if len(fields) > MAX_CHANNELS:
        return None
    return [_Reading(place, _value(field), "") for place, field in enumerate(fields, 1)]


def _pairs(line: str) -> list[_Reading] | None:
    readings: list[_Reading] = []
    position = 0
    while position < len(line):
        match = _PAIR.match(line, position)
        if match is None or _NO_NAME.fullmatch(match["name"]):
            return None
        readings.append(_Reading(match["name"], _value(match["value"]), (match["unit"] or "").strip()))
        between = _BETWEEN.match(line, match.end())
        position = between.end() if between else match.end()
    names = {reading.name for reading in readings}
    return readings if len(names) == len(readings) <= MAX_CHANNELS else None


def _value(text: str) -> Value:
    """The number as printed; None for what programs print when there is none."""
    if text.lstrip("+-").lower() in ("nan", "inf", "none"):
        return None
    try:
        return int(text)
    except ValueError:
        return float(text)
