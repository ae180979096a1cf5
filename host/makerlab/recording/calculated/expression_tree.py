"""An expression as a tree: what expression.py makes of a text, and evaluate.py calculates."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from makerlab.errors import UsageProblem
from makerlab.i18n import N_, _

MAX_CHARS = 300
"""A line and a half of a screen; nobody can check a longer formula by looking at it."""

TIME = "time"
"""The name of the seconds since the first row, unless a channel is called so."""


class BadExpression(UsageProblem):
    """facts: `text`, `column` (of the first character that makes no sense, from 1)."""

    what = N_("“{text}”, character {column}: {problem}.")
    todo = N_("{advice}")


class Kind(NamedTuple):
    """How many values a function takes."""

    least: int
    most: int


FUNCTIONS = {
    "first": Kind(1, 1), "last": Kind(1, 1), "previous": Kind(1, 1), "mean": Kind(1, 1),
    "min": Kind(1, 8), "max": Kind(1, 8),
    "abs": Kind(1, 1), "sqrt": Kind(1, 1), "round": Kind(1, 2), "exp": Kind(1, 1), "ln": Kind(1, 1),
    "log10": Kind(1, 1),
}  # fmt: skip
"""`first(x)` is x in the first row that has it, `last(x)` in the last one so far, `previous(x)` in the row
before this one; `mean(x)`, and `min(x)` and `max(x)` of one value alone, are over all rows so far."""

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
LOGIC = ("and", "or", "not")


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    column: int


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """`sign` is one of + - * / ^ (with two operands; - with one as well), COMPARISONS or LOGIC."""

    sign: str
    operands: tuple[Node, ...]


Node: TypeAlias = "Number | Name | Call | Operation"


@dataclass(frozen=True)
class Expression:
    """What `text` says: a condition, or a number to calculate."""

    text: str
    root: Node

    @property
    def is_condition(self) -> bool:
        return is_condition(self.root)

    @property
    def names(self) -> list[str]:
        """The names in it, each once, in their order."""
        return list(dict.fromkeys(name.name for name in self.places))

    @property
    def places(self) -> list[Name]:
        """The names where they stand, in their order."""
        return sorted(
            {name for name in _walk(self.root) if isinstance(name, Name)}, key=lambda name: name.column
        )

    @property
    def is_sum(self) -> bool:
        """Whether it only adds and chooses: then its value has the digits, and the unit, of what it adds."""
        return all(map(_only_adds, _walk(self.root)))

    def unknown(self, known: Sequence[str]) -> BadExpression | None:
        """What is wrong if only the channels `known` exist; None if all its names are there."""
        for name in self.places:
            if name.name in known or name.name == TIME:
                continue
            near = difflib.get_close_matches(name.name, [*known, TIME], 1, 0.6)
            guess = _("Did you mean {name}? ").format(name=near[0]) if near else ""
            channels = _(", ").join(known) or _("none")
            return bad(
                self.text, name.column, _("there is no channel called {name}").format(name=name.name),
                guess + _("The channels are: {names}.").format(names=channels),
            )  # fmt: skip
        return None


def example() -> str:
    return _("For example: {example}").format(example="temperature > 40, first(temperature) - temperature")


def bad(text: str, column: int, problem: str, advice: str = "") -> BadExpression:
    shown = text if len(text) <= MAX_CHARS else text[:40] + "..."
    return BadExpression(text=shown, column=column, problem=problem, advice=advice or example())


def _walk(node: Node) -> Iterable[Node]:
    yield node
    if isinstance(node, Operation):
        for operand in node.operands:
            yield from _walk(operand)
    elif isinstance(node, Call):
        for argument in node.arguments:
            yield from _walk(argument)


def _only_adds(node: Node) -> bool:
    if isinstance(node, Operation):
        return node.sign in ("+", "-")
    if isinstance(node, Call):
        return node.function in ("first", "last", "previous", "min", "max", "abs")
    return node.value.is_integer() if isinstance(node, Number) else node.name != TIME


def is_condition(node: Node) -> bool:
    return isinstance(node, Operation) and node.sign in (*COMPARISONS, *LOGIC)
