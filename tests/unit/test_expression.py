"""What pupils may calculate: the grammar, what it means, and what it refuses."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makerlab.recording.calculated.evaluate import evaluator
from makerlab.recording.calculated.expression import condition, formula, parse
from makerlab.recording.calculated.expression_tree import FUNCTIONS, MAX_CHARS, BadExpression

CHANNELS = ("temperature", "light", "温度", "air temp")


def value(text: str, *rows: tuple[float | None, ...], seconds: float = 0.0) -> float | None:
    """What `text` is after these rows of CHANNELS (missing ones are None)."""
    evaluate = evaluator(parse(text), CHANNELS)
    result = None
    for row in rows or ((20.0, 500.0, 21.0, 22.0),):
        result = evaluate([*row, *[None] * (4 - len(row))], seconds)
    return result


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("10 - 4 - 3", 3.0),
        ("12 / 3 / 2", 2.0),
        ("-2 ^ 2", -4.0),
        ("2 ^ 3 ^ 2", 512.0),
        ("2 ** 3", 8.0),
        ("2 ^ -1", 0.5),
        ("--3", 3.0),
        (".5 + 1.", 1.5),
        ("1e3", 1000.0),
        ("temperature", 20.0),
        ("温度 - temperature", 1.0),
        ("`air temp` - 1", 21.0),
        ("time * 2", 3.0),
        ("abs(-3)", 3.0),
        ("sqrt(16)", 4.0),
        ("round(2.567, 1)", 2.6),
        ("round(2.4)", 2.0),
        ("exp(0)", 1.0),
        ("ln(1)", 0.0),
        ("log10(1000)", 3.0),
        ("min(3, light, 2)", 2.0),
        ("max(3, light)", 500.0),
        ("temperature > 19", 1.0),
        ("temperature < 19", 0.0),
        ("temperature = 20", 1.0),
        ("light != 500", 0.0),
        ("19 <= temperature <= 20", 1.0),
        ("19 < temperature < 20", 0.0),
        ("not temperature > 40", 1.0),
        ("temperature > 40 or light > 400 and light < 600", 1.0),
        ("(temperature > 40 or light > 4) and 1 > 2", 0.0),
        ("（温度 ＋ １）× ２", 44.0),
        ("温度＞２０．５", 1.0),
        ("温度 ≥ 21", 1.0),
        ("6 ÷ 2", 3.0),
        ("max（1，2）", 2.0),
    ],
)
def test_what_it_means(text, expected):
    assert value(text, (20.0, 500.0, 21.0, 22.0), seconds=1.5) == expected


def test_functions_that_remember():
    rows = [(None,), (20.0,), (26.0,), (None,), (23.0,)]
    assert [value(f"{name}(temperature)", *rows) for name in ("first", "last", "min", "max", "mean")] == [
        20.0,
        23.0,
        20.0,
        26.0,
        23.0,
    ]
    assert value("last(temperature)", *rows[:4]) == 26.0
    assert value("previous(temperature)", *rows) is None
    assert value("previous(temperature)", *rows[:3]) == 20.0
    assert value("first(temperature) - temperature", *rows) == -3.0


@pytest.mark.parametrize(
    "text",
    [
        "1 / 0",
        "sqrt(-1)",
        "ln(0)",
        "9 ^ 9 ^ 9 ^ 9",
        "exp(1e9)",
        "1e308 * 10",
        "(-8) ^ 0.5",
        "0 ^ -1",
        "1e999 - 1e999",
    ],
)
def test_what_cannot_be_calculated_is_missing(text):
    assert value(text) is None


def test_what_is_missing_decides_nothing():
    assert value("temperature > 40", (None,)) is None
    assert value("not temperature > 40", (None,)) is None
    assert value("temperature > 40 or light > 1", (None, 2.0)) == 1.0
    assert value("temperature > 40 or light > 1", (None, 0.0)) is None
    assert value("temperature > 40 and light > 1", (None, 0.0)) == 0.0
    assert value("temperature + 1", (None,)) is None
    assert value("max(temperature, 1)", (None,)) is None


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        ("", 1, "something is missing at the end"),
        ("1 +", 4, "something is missing at the end"),
        ("1 + ;", 5, "has no meaning here"),
        ("(1", 3, "a closing bracket is missing"),
        ("1 2", 3, "does not belong"),
        ("temperature >", 14, "something is missing"),
        ("and", 1, "does not belong"),
        ("1)", 2, "does not belong"),
        ("eval(1)", 1, "there is no function called eval"),
        ("first(1, 2)", 1, "takes one value, not 2"),
        ("round(1, 2, 3)", 1, "takes 1 to 2 values, not 3"),
        ("(1 < 2) + 1", 1, "a number is needed here"),
        ("1 + (1 < 2)", 5, "a number is needed"),
        ("1 < 2 and 3", 11, "a condition is needed"),
        ("not 3", 5, "a condition is needed"),
        ("abs(1 < 2)", 5, "a number is needed"),
        ("__import__('os')", 12, "has no meaning here"),
        ("a.b", 2, "has no meaning"),
        ("a[0]", 2, "has no meaning"),
        ("lambda: 1", 7, "has no meaning"),
        ("(" * 100 + "1", 21, "stands inside each other"),
        ("-" * 200 + "1", 40, "stands inside each other"),
        ("1+" * 200 + "1", MAX_CHARS + 1, "longer than 300"),
    ],
)
def test_what_it_refuses_and_where(text, column, problem):
    with pytest.raises(BadExpression) as refused:
        parse(text)
    assert refused.value.facts["column"] == column
    assert problem in refused.value.message
    assert "\n" not in refused.value.message + refused.value.hint


def test_a_condition_and_a_number_are_not_the_same():
    assert condition("temperature > 40").is_condition
    with pytest.raises(BadExpression, match="this is a number, and no condition"):
        condition("temperature")
    with pytest.raises(BadExpression, match="this is a condition, and no number"):
        formula("temperature > 40")


def test_an_unknown_name_is_named_with_its_place_and_those_there_are():
    problem = parse("light > 1 and temprature > 40").unknown(["temperature", "light"])
    assert problem is not None
    assert (
        problem.message
        == "“light > 1 and temprature > 40”, character 15: there is no channel called temprature."
    )
    assert problem.hint == "Did you mean temperature? The channels are: temperature, light."
    assert parse("time > 1 and light > 2").unknown(["light"]) is None


def test_names_and_sums():
    assert parse("first(a) - a + `b c` * 2").names == ["a", "b c"]
    assert parse("first(a) - a + 1").is_sum
    assert not parse("a / b").is_sum and not parse("a + 0.5").is_sum and not parse("mean(a)").is_sum


PIECES = st.sampled_from(
    [
        *FUNCTIONS,
        "temperature",
        "time",
        "`x",
        "`",
        "(",
        ")",
        ",",
        "+",
        "-",
        "*",
        "/",
        "^",
        "**",
        "<",
        ">=",
        "==",
        "!=",
        "and",
        "or",
        "not",
        "1",
        "2.5",
        "9e9",
        " ",
        "（",
        "×",
        "温度",
        "'",
        "\x00",
        "\ud800",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=80).map("".join) | st.text(max_size=400))
def test_any_text_is_an_expression_or_is_refused_in_one_line(text):
    try:
        expression = parse(text)
    except BadExpression as refused:
        assert "\n" not in refused.message
        assert 1 <= int(str(refused.facts["column"])) <= len(text) + 1
        return
    evaluate = evaluator(expression, CHANNELS)
    for row in ([20.0, 0.0, -1.0, None], [None, 1e308, 1e-308, 0.0]):
        result = evaluate(row, 1.0)
        assert result is None or math.isfinite(result)
    again = parse(expression.text)
    assert again == expression


NUMBERS = st.floats(-1e6, 1e6).map(lambda number: round(number, 3))


@st.composite
def sums(draw: st.DrawFn, depth: int = 3) -> str:
    """An expression that Python understands in the same way."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(["temperature", "light"]) | NUMBERS.map(lambda number: f"({number:f})"))
    left, right = draw(sums(depth - 1)), draw(sums(depth - 1))
    return draw(
        st.sampled_from(["{} + {}", "{} - {}", "{} * {}", "({} + {})", "-({} - {})", "min({}, {})"])
    ).format(left, right)


@settings(max_examples=200, deadline=None)
@given(sums(), NUMBERS, NUMBERS)
def test_it_calculates_as_python_does(text, temperature, light):
    if len(text) > MAX_CHARS:
        return
    expected = eval(text, {"min": min}, {"temperature": temperature, "light": light})
    assert value(text, (temperature, light)) == pytest.approx(expected)
