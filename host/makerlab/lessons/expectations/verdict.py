"""What comes out when an expectation is judged: met or not, and why in words. Never a mark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from makerlab.i18n import N_, _, pick
from makerlab.lessons.model import Expectation, Text

SHOWN_DIGITS = 3
"""Of figures in reasons. More are not seen in a classroom's data."""


class Figure(NamedTuple):
    """A number with its unit as a person reads it."""

    value: float
    unit: str = ""

    @property
    def text(self) -> str:
        return with_unit(number(self.value), self.unit)


class Wanted(NamedTuple):
    """What a figure should be: from `low` to `high`, None where there is no such limit."""

    low: float | None
    high: float | None
    unit: str = ""

    def holds(self, value: float) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    @property
    def text(self) -> str:
        if self.low is None and self.high is not None:
            return _("at most {high}").format(high=Figure(self.high, self.unit).text)
        if self.high is None and self.low is not None:
            return _("at least {low}").format(low=Figure(self.low, self.unit).text)
        assert self.low is not None and self.high is not None
        if self.low == self.high:
            return Figure(self.low, self.unit).text
        high = Figure(self.high, self.unit).text
        return _("from {low} to {high}").format(low=number(self.low), high=high)


Fact = str | Figure | Wanted | Mapping[str, str]
"""What goes into a reason: as it is, or as its `text`, or by language."""


@dataclass(frozen=True)
class Reason:
    """A sentence: `template` (marked for the catalogue) filled with `facts` when it is shown."""

    template: str
    facts: Mapping[str, Fact]

    @property
    def text(self) -> str:
        """In the language in use."""
        return _(self.template).format(**{name: _shown(fact) for name, fact in self.facts.items()})


@dataclass(frozen=True)
class Verdict:
    """`figure` is the number that was judged, None where there was none to judge."""

    expectation: Expectation
    met: bool
    reason: Reason
    figure: Figure | None = None

    @property
    def say(self) -> Text:
        """What the expectation means, in a pupil's words."""
        return self.expectation.say


def number(value: float) -> str:
    """Three digits that count, without an exponent: 0.0123, 1.41, 104, 15300."""
    if value == 0 or not abs(value) < 1e15:
        return f"{value:.0f}"
    text = f"{value:.{SHOWN_DIGITS}g}"
    if "e" in text:
        text = f"{float(text):.0f}" if abs(value) >= 1 else f"{float(text):.12f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def with_unit(text: str, unit: str) -> str:
    return f"{text} {unit}" if unit else text


def _shown(fact: Fact) -> str:
    if isinstance(fact, str):
        return fact
    if isinstance(fact, Figure | Wanted):
        return fact.text
    return pick(dict(fact))


NO_CHANNEL = N_("“{name}” was not measured.")
NO_VALUES = N_("“{name}” has no values there: its sensor did not answer.")
NO_ROWS = N_("There are no rows there.")
TOO_FEW = N_("There are too few values of “{name}” there to judge.")
NO_SEGMENT = N_("There is no mark “{label}” in the data.")
