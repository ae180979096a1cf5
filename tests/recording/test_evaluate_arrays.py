"""Expressions on whole columns: whatever is written, the same as row by row."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makerlab.recording.calculated.evaluate import evaluator
from makerlab.recording.calculated.evaluate_arrays import evaluated
from makerlab.recording.calculated.expression import parse
from makerlab.recording.calculated.expression_tree import BadExpression

LEAVES = st.sampled_from(["x", "y", "time", "0", "2", "0.5", "none"])


def _larger(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Only what has one right result in floats (IEEE 754), so that both must come to the same bits."""
    one = st.sampled_from(["abs", "sqrt", "round", "first", "last", "previous", "min", "max"])
    return st.one_of(
        st.builds("({} {} {})".format, part, st.sampled_from("+-*/"), part),
        st.builds("{}({})".format, one, part),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), part, part),
        st.builds("(-{})".format, part),
    )


NUMBERS = st.recursive(LEAVES, _larger, max_leaves=8)
COMPARED = st.builds(
    "({} {} {})".format, NUMBERS, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), NUMBERS
)
CONDITIONS = st.recursive(
    COMPARED,
    lambda part: st.one_of(
        st.builds("({} {} {})".format, part, st.sampled_from(["and", "or"]), part),
        st.builds("(not {})".format, part),
    ),
    max_leaves=4,
)
ROUGH = st.one_of(
    st.builds("{}({})".format, st.sampled_from(["exp", "ln", "log10", "mean"]), NUMBERS),
    st.builds("({} ^ {})".format, NUMBERS, NUMBERS),
    st.builds("round({}, {})".format, LEAVES, st.sampled_from(["0", "1", "-1", "30", "x"])),
)
"""What may differ in the last bit: nothing is made of it."""
VALUES = st.none() | st.integers(-5, 5).map(float) | st.floats(-1e3, 1e3)


@given(NUMBERS | CONDITIONS | ROUGH, st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=12))
@settings(max_examples=200, deadline=None)
def test_the_same_as_row_by_row(text: str, rows: list[tuple[float | None, float | None]]) -> None:
    try:
        expression = parse(text)
    except BadExpression:  # too long
        return
    evaluate = evaluator(expression, ["x", "y"])
    wanted = [evaluate(row, n / 10) for n, row in enumerate(rows)]
    columns = {
        name: np.array([math.nan if one is None else one for one in column])
        for name, column in zip("xy", zip(*rows, strict=True), strict=True)
    }
    found = evaluated(expression, columns, np.arange(len(rows)) / 10)
    for one, other in zip(found.tolist(), wanted, strict=True):
        assert math.isnan(one) if other is None else one == pytest.approx(other, rel=1e-9, abs=1e-9)
