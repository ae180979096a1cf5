"""From what was measured to what is shown: calibrated channels, and channels calculated from others. Pure.

What is stored stays as it was measured; this stands between it and whoever looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from makerlab.errors import UsageProblem
from makerlab.i18n import N_, _
from makerlab.recording.calculated.calibration import Calibration
from makerlab.recording.calculated.evaluate import Evaluate, Quantity, evaluator
from makerlab.recording.calculated.expression import formula
from makerlab.recording.calculated.expression_tree import TIME, BadExpression, Expression
from makerlab.wire.events import Channel, Event, Header, Restart, Row, Samples

MAX_DERIVED = 8
"""Derived channels of a recording: more lines than anybody tells apart in one picture."""
DIGITS = 7
"""Digits that count of a quantity that is more than a sum: what is behind them is noise of the division."""

_DEFINITION = re.compile(
    r"\s*(?:`([^`,/]+)`|([^\W\d]\w*))\s*(?:\[([^\]\s,]*)\])?\s*[=＝](?![=＝])(.*)", re.DOTALL
)


class BadDerived(UsageProblem):
    what = N_("--derive cannot be {text}: {problem}.")
    todo = N_("Write a name, = and what it is: {example}")


@dataclass(frozen=True)
class Derived:
    """A channel `name` in `unit` ("": that of the channels it adds up, or a plain number), calculated by
    `formula`, an expression."""

    name: str
    formula: str
    unit: str = ""


def derived(text: str) -> Derived:
    """`drop = first(temperature) - temperature` or `power[W] = voltage * current`. Raises BadDerived or
    BadExpression."""
    found = _DEFINITION.fullmatch(text)
    example = '--derive "drop = first(temperature) - temperature"'
    if found is None:
        raise BadDerived(text=repr(text[:60]), problem=_("it begins with no name"), example=example)
    name = (found[1] or found[2]).strip()
    if name == TIME:
        problem = _("{name} is the name of the seconds").format(name=TIME)
        raise BadDerived(text=repr(text[:60]), problem=problem, example=example)
    return Derived(name, formula(found[4]).text, found[3] or "")


def unknown_names(
    definitions: Sequence[Derived], channels: Sequence[str]
) -> BadExpression | BadDerived | None:
    """What is wrong with `definitions` when a board has these `channels`; None if nothing is. Each may use
    those before it."""
    known = list(channels)
    for one in definitions:
        if one.name in known:
            return BadDerived(
                text=repr(one.name),
                problem=_("there is a channel of that name already"),
                example=f'--derive "{one.name}_2 = {one.formula}"',
            )
        if (problem := formula(one.formula).unknown(known)) is not None:
            return problem
        known.append(one.name)
    return None


def quantity(channel: Channel, value: Quantity) -> Quantity:
    """The value of a row in its channel's unit: the number that `channel.text` writes."""
    if value is None:
        return None
    if channel.decimals is None:
        return float(value) * channel.scale
    return round(value * channel.scale, channel.decimals)


class Transform:
    """Passes a board's events on; headers and rows with calibrated and derived channels.

    A definition that uses a channel the board does not have gives an empty channel (`unknown_names` tells).
    """

    def __init__(self, calibration: Mapping[str, Calibration], definitions: Sequence[Derived]) -> None:
        self._calibration = calibration
        self._definitions = definitions
        self._channels: tuple[Channel, ...] = ()
        self._shown: tuple[Channel, ...] = ()
        self._evaluators: list[Evaluate] = []
        self._corrections: list[Calibration | None] = []
        self._seconds = Seconds()

    @property
    def changes_nothing(self) -> bool:
        return not self._calibration and not self._definitions

    def take(self, events: Iterable[Event]) -> list[Event]:
        if self.changes_nothing:
            return list(events)
        return [self._one(event) for event in events]

    def _one(self, event: Event) -> Event:
        if isinstance(event, Header):
            self._seconds.tick_s = event.tick_s
            if event.channels != self._channels:
                self._channels = event.channels
                self._begin()
            return replace(event, channels=self._shown)
        if isinstance(event, Samples):
            return Samples([self._row(row) for row in event.rows])
        if isinstance(event, Restart):
            self._seconds.restart()
        return event

    def _begin(self) -> None:
        """Other channels than before: what remembers begins anew."""
        self._corrections = [self._correction(channel) for channel in self._channels]
        shown = [
            channel if correction is None else replace(channel, scale=1.0)  # its rows will hold quantities
            for channel, correction in zip(self._channels, self._corrections, strict=True)
        ]
        self._evaluators = []
        for one in self._definitions:
            expression = formula(one.formula)
            self._evaluators.append(evaluator(expression, [channel.name for channel in shown]))
            shown.append(_channel(one, expression, shown))
        self._shown = tuple(shown)

    def _correction(self, channel: Channel) -> Calibration | None:
        """Its calibration, if that was made in the unit the channel has now."""
        found = self._calibration.get(channel.name)
        return found if found is not None and found.unit == channel.unit else None

    def _row(self, row: Row) -> Row:
        seconds = self._seconds.of(row[1])
        values: list[Quantity] = []
        quantities: list[Quantity] = []
        for channel, correction, value in zip(self._channels, self._corrections, row[2:], strict=True):
            exact = quantity(channel, value)
            if correction is not None and exact is not None:
                exact = value = correction.corrected(exact)
            values.append(value)
            quantities.append(exact)
        for evaluate, channel in zip(self._evaluators, self._shown[len(values) :], strict=True):
            result = _rounded(evaluate(quantities, seconds), channel.decimals)
            values.append(result)
            quantities.append(result)
        return (row[0], row[1], *values)


class Seconds:
    """Board time as seconds since the first row, across restarts."""

    def __init__(self) -> None:
        self.tick_s = 0.001
        self._zero: float | None = None
        self._now = 0.0

    def of(self, ticks: int) -> float:
        if self._zero is None:
            self._zero = ticks * self.tick_s - self._now
        self._now = ticks * self.tick_s - self._zero
        return self._now

    def restart(self) -> None:
        self._zero = None


def _channel(one: Derived, expression: Expression, known: Sequence[Channel]) -> Channel:
    """A derived channel. A sum has the digits of what it adds, and its unit if they all have the same."""
    parts = [channel for channel in known if channel.name in expression.names]
    if not expression.is_sum or not parts:
        return Channel(one.name, one.unit, decimals=None)
    units = {channel.unit for channel in parts}
    digits = [channel.decimals for channel in parts if channel.decimals is not None]
    decimals = max(digits) if len(digits) == len(parts) else None
    return Channel(one.name, one.unit or (units.pop() if len(units) == 1 else ""), decimals=decimals)


def _rounded(value: Quantity, decimals: int | None) -> Quantity:
    if value is None:
        return None
    return round(value, decimals) if decimals is not None else float(f"{value:.{DIGITS}g}")
