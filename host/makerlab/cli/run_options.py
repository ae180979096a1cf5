"""What may stand behind the options of `maker run`, as values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from makerlab.errors import UsageProblem
from makerlab.i18n import _

if TYPE_CHECKING:
    from makerlab.experiment.model import Experiment
    from makerlab.recording.calculated.derive import Derived
    from makerlab.recording.calculated.expression_tree import Expression

_UNITS_S = {"": 1.0, "ms": 0.001, "s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0}
_UNITS_S |= {"毫秒": 0.001, "秒": 1.0, "分": 60.0, "分钟": 60.0, "小时": 3600.0}
MIN_RATE_HZ, MAX_RATE_HZ = 0.002, 10_000.0
"""What run() of lab.py takes. A board that cannot keep a rate says the highest it can."""
MAX_AVERAGE = 1000
"""Rows of a moving average: more is a straight line."""


def duration(_ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """A time such as 10s, 1.5min, 2h or 10秒, in seconds."""
    if value is None:
        return None
    if not (seconds := _seconds(value, param)):
        raise _no_time(value, param)
    return seconds


def pause(_ctx: click.Context, param: click.Parameter, value: str) -> float:
    """The same, or 0."""
    return _seconds(value, param)


def _seconds(value: str, param: click.Parameter) -> float:
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([^\d\s.]*)\s*", value)
    if match is None or match[2].lower() not in _UNITS_S:
        raise _no_time(value, param)
    return float(match[1]) * _UNITS_S[match[2].lower()]


def _no_time(value: str, param: click.Parameter) -> UsageProblem:
    return UsageProblem(
        problem=_("{option} needs a time, and {value} is none.").format(
            option=param.opts[0], value=repr(value)
        ),
        advice=_("Write it as 10s, 5min or 2h."),
    )


def rate(_ctx: click.Context, _param: click.Parameter, value: str | None) -> float | None:
    """Rows a second: a number such as 20 or 0.5."""
    if value is None:
        return None
    try:
        hz = float(value)
    except ValueError:
        hz = 0.0
    if not MIN_RATE_HZ <= hz <= MAX_RATE_HZ:
        raise UsageProblem(
            problem=_("--rate cannot be {value}.").format(value=repr(value)),
            advice=_("It is how many rows a second: from {low:g} to {high:g}, for example 20.").format(
                low=MIN_RATE_HZ, high=MAX_RATE_HZ
            ),
        )
    return hz


def count(_ctx: click.Context, _param: click.Parameter, value: str | None) -> int | None:
    """A whole number from 1."""
    if value is None:
        return None
    if not value.strip().isdecimal() or int(value) < 1:
        raise UsageProblem(
            problem=_("--samples cannot be {value}.").format(value=repr(value)),
            advice=_("It is how many rows to measure: a whole number, for example 200."),
        )
    return int(value)


def average(_ctx: click.Context, _param: click.Parameter, value: str | None) -> int:
    """Rows of a moving average, 1 for none."""
    if value is None:
        return 1
    if not value.strip().isdecimal() or not 1 <= int(value) <= MAX_AVERAGE:
        raise UsageProblem(
            problem=_("--average cannot be {value}.").format(value=repr(value)),
            advice=_("It is how many rows to take together: from 1 to {most}, for example 10.").format(
                most=MAX_AVERAGE
            ),
        )
    return int(value)


def condition(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Expression | None:
    """When to begin, or when it is enough: `temperature > 40`."""
    if value is None:
        return None
    from makerlab.recording.calculated.expression import condition as parsed

    return parsed(value)


def definitions(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[Derived, ...]:
    """Channels to calculate: `drop = first(temperature) - temperature`."""
    if not values:
        return ()
    from makerlab.recording.calculated.derive import MAX_DERIVED, derived

    if len(values) > MAX_DERIVED:
        raise UsageProblem(
            problem=_("There are {count} times --derive.").format(count=len(values)),
            advice=_("More than {most} are too many to look at.").format(most=MAX_DERIVED),
        )
    return tuple(derived(value) for value in values)


def in_names(expression: Expression | None, experiment: Experiment) -> Expression | None:
    """`expression` with the names of channels where it has their titles (温度 > 40)."""
    if expression is None:
        return None
    from makerlab.recording.calculated.expression import renamed

    titles = {
        title: name
        for name, channel in experiment.channels.items()
        for title in channel.title.values()
        if title not in experiment.channels
    }
    return renamed(expression, titles)


def definitions_in_names(definitions: tuple[Derived, ...], experiment: Experiment) -> tuple[Derived, ...]:
    """The same for channels to calculate."""
    from dataclasses import replace

    from makerlab.recording.calculated.expression import formula

    found = []
    for one in definitions:
        expression = in_names(formula(one.formula), experiment)
        found.append(one if expression is None else replace(one, formula=expression.text))
    return tuple(found)
