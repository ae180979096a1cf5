"""An expression, calculated row by row. See expression.py for what it may say and what it means."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import TypeAlias

from makerlab.recording.calculated.expression_tree import (
    COMPARISONS,
    TIME,
    Call,
    Expression,
    Name,
    Node,
    Number,
)

Quantity: TypeAlias = "float | None"
"""A channel's value in its unit; None: missing."""

Row: TypeAlias = "Sequence[Quantity]"
Evaluate: TypeAlias = "Callable[[Row, float], Quantity]"
"""Give it every row once, in order (the channels' quantities, and the seconds since the first row): some
functions remember. Conditions are 1.0 (true), 0.0 (false) or None."""

_COMPARE: dict[str, Callable[[float, float], bool]] = dict(
    zip(
        COMPARISONS,
        (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne),
        strict=True,
    )
)
_CALCULATE: dict[str, Callable[[float, float], float]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": math.pow,
}  # fmt: skip
_OF_ONE: dict[str, Callable[[float], float]] = {
    "abs": abs, "sqrt": math.sqrt, "exp": math.exp, "ln": math.log, "log10": math.log10,
    "round": lambda value: float(round(value)),
}  # fmt: skip
MAX_DIGITS = 15
"""A float has no more; `round(x, 999)` would only be slow."""


def evaluator(expression: Expression, channels: Sequence[str]) -> Evaluate:
    """What calculates `expression` from rows of these channels. A name that is not among them is missing in
    every row (Expression.unknown says so beforehand)."""
    return _compiled(expression.root, {name: index for index, name in reversed(list(enumerate(channels)))})


def _compiled(node: Node, index: dict[str, int]) -> Evaluate:
    if isinstance(node, Number):
        return _number(node.value)
    if isinstance(node, Name):
        return _name(node.name, index)
    if isinstance(node, Call):
        parts = [_compiled(argument, index) for argument in node.arguments]
        return _call(node.function, parts)
    parts = [_compiled(operand, index) for operand in node.operands]
    if node.sign in _COMPARE:
        compare = _COMPARE[node.sign]
        return _of_two(lambda a, b: 1.0 if compare(a, b) else 0.0, *parts)
    if node.sign == "not":
        return _of_one(lambda value: 1.0 - value, parts[0])
    if node.sign in ("and", "or"):
        return _logic(parts, 0.0 if node.sign == "and" else 1.0)
    if len(parts) == 1:
        return _of_one(operator.neg, parts[0])
    return _of_two(_CALCULATE[node.sign], *parts)


def _number(value: float) -> Evaluate:
    return lambda row, seconds: value


def _name(name: str, index: dict[str, int]) -> Evaluate:
    if name in index:
        at = index[name]
        return lambda row, seconds: row[at]
    if name == TIME:
        return lambda row, seconds: seconds
    return lambda row, seconds: None


def _call(function: str, parts: list[Evaluate]) -> Evaluate:
    if function in ("min", "max"):
        choose = min if function == "min" else max
        return _extreme(choose, parts[0]) if len(parts) == 1 else _chosen(choose, parts)
    if function == "round" and len(parts) == 2:
        return _of_two(_rounded, *parts)
    if function in _OF_ONE:
        return _of_one(_OF_ONE[function], parts[0])
    return {"first": _first, "last": _last, "previous": _previous, "mean": _mean}[function](parts[0])


def _rounded(value: float, digits: float) -> float:
    return round(value, int(max(-MAX_DIGITS, min(MAX_DIGITS, digits))))


def _result(calculate: Callable[..., float], *values: float) -> Quantity:
    """None where it cannot be calculated: 1 / 0, the root of -1, a number beyond all floats."""
    try:
        result = calculate(*values)
    except (ArithmeticError, ValueError):
        return None
    return result if math.isfinite(result) else None


def _of_one(calculate: Callable[[float], float], part: Evaluate) -> Evaluate:
    def evaluate(row: Row, seconds: float) -> Quantity:
        value = part(row, seconds)
        return None if value is None else _result(calculate, value)

    return evaluate


def _of_two(calculate: Callable[[float, float], float], left: Evaluate, right: Evaluate) -> Evaluate:
    def evaluate(row: Row, seconds: float) -> Quantity:
        a, b = left(row, seconds), right(row, seconds)
        return None if a is None or b is None else _result(calculate, a, b)

    return evaluate


def _logic(parts: list[Evaluate], decides: float) -> Evaluate:
    """`and` is decided by one that is false, `or` by one that is true; else what is missing counts."""

    def evaluate(row: Row, seconds: float) -> Quantity:
        values = [part(row, seconds) for part in parts]
        if decides in values:
            return decides
        return None if None in values else 1.0 - decides

    return evaluate


def _chosen(choose: Callable[..., float], parts: list[Evaluate]) -> Evaluate:
    def evaluate(row: Row, seconds: float) -> Quantity:
        values = [part(row, seconds) for part in parts]
        return None if None in values else choose(values)

    return evaluate


def _extreme(choose: Callable[..., float], part: Evaluate) -> Evaluate:
    so_far: Quantity = None

    def evaluate(row: Row, seconds: float) -> Quantity:
        nonlocal so_far
        value = part(row, seconds)
        if value is not None:
            so_far = value if so_far is None else choose(so_far, value)
        return so_far

    return evaluate


def _first(part: Evaluate) -> Evaluate:
    found: Quantity = None

    def evaluate(row: Row, seconds: float) -> Quantity:
        nonlocal found
        value = part(row, seconds)
        found = value if found is None else found
        return found

    return evaluate


def _last(part: Evaluate) -> Evaluate:
    found: Quantity = None

    def evaluate(row: Row, seconds: float) -> Quantity:
        nonlocal found
        value = part(row, seconds)
        found = found if value is None else value
        return found

    return evaluate


def _previous(part: Evaluate) -> Evaluate:
    before: Quantity = None

    def evaluate(row: Row, seconds: float) -> Quantity:
        nonlocal before
        found, before = before, part(row, seconds)
        return found

    return evaluate


def _mean(part: Evaluate) -> Evaluate:
    count, mean = 0, 0.0

    def evaluate(row: Row, seconds: float) -> Quantity:
        nonlocal count, mean
        value = part(row, seconds)
        if value is not None:
            count += 1
            mean += (value - mean) / count  # no sum that grows: it stays exact over a day
        return mean if count else None

    return evaluate
