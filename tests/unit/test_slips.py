"""Mistakes in programs, named more exactly than the board names them."""

from __future__ import annotations

import pytest

from makerlab.i18n import set_language
from makerlab.repl.slips import Sign, advice, chinese_signs
from makerlab.repl.traceback import program_error


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("while True：\n    pass\n", [Sign(1, "：", ":")]),
        ("x = 1\nprint（x）\n", [Sign(2, "（", "("), Sign(2, "）", ")")]),
        ("print(“你好”)", [Sign(1, "“", '"'), Sign(1, "”", '"')]),
        ("f(1，2)\n\u3000x = 1", [Sign(1, "，", ","), Sign(2, "\u3000", " ")]),
        ("print('温度：')  # 注释，有标点。\n", []),
        ('"""说明：（很长）\n第二行，"""\nx = 1\n', []),
        ('print("it\'s：")', []),
        ("s = 'never closed：", [Sign(1, "：", ":")]),  # then nobody knows where it was to end
        ("x = '\\'：'", []),
        ("温度 = 1", []),
        ("", []),
    ],
)
def test_chinese_signs_are_found_outside_texts_and_comments(source: str, expected: list[Sign]):
    assert chinese_signs(source) == expected


@pytest.mark.parametrize(
    ("source", "kind", "line", "expected"),
    [
        ("x = 1\nwhile True：\n    pass\n", "SyntaxError", 3, "In line 2 type : instead of ："),
        ("print(“你好”)", "NameError", 1, 'In line 1 type " instead of “'),
        ("\nprint((1, 2)\nx = 1\n", "SyntaxError", 3, "bracket ( in line 2 is never closed"),
        ("print(1))\n", "SyntaxError", 1, "bracket ) in line 1 was never opened"),
        ("print((1])\n", "SyntaxError", 1, "bracket ] in line 1 has no partner"),
        ("x = 'abc\n", "SyntaxError", 1, "no closing quotation mark"),
        ("if True\n    pass\n", "SyntaxError", 1, "Line 1 needs a colon"),
        ("if True:\npass\n", "IndentationError", 2, "Begin line 2 with four spaces more"),
        ("x = 1\n  y = 2\n", "IndentationError", 2, "Line 2 begins with spaces"),
        ("if x:\n    y = 1\n  z = 2\n", "IndentationError", 3, "as many spaces as no line above"),
        ("if x:\n    y = 1\n\tz = 2\n", "IndentationError", 3, "mixes tabs and spaces"),
        ("if x = 1:\n    pass\n", "SyntaxError", 1, "write =="),
        ("x = [1 2]\n", "SyntaxError", 1, "Perhaps a comma is missing"),
        ("print 'x'\n", "SyntaxError", 1, "write print(...)"),
        ("x = 1 +\n", "SyntaxError", 1, ""),
        ("x = 1\n", "SyntaxError", 1, ""),  # CPython takes it: only the board knows
        ("x = 1\0", "SyntaxError", 1, ""),
        ("(" * 10_000, "SyntaxError", 1, ""),
    ],
)
def test_advice(source: str, kind: str, line: int, expected: str):
    given = advice(source, kind, "invalid syntax", line)
    assert expected in given
    assert bool(given) == bool(expected)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("name 'prnt' isn't defined", "Did you mean print?"),
        ("name 'temperatur' is not defined", "Did you mean temperature?"),
        ("name 'zzz' isn't defined", ""),
    ],
)
def test_a_misspelt_name_is_guessed(message: str, expected: str):
    assert advice("temperature = 1\nx = temperatur\n", "NameError", message, 2) == expected


def test_in_chinese_with_the_programs_own_line():
    set_language("zh")
    try:
        text = 'Traceback (most recent call last):\n  File "<stdin>", line 2\nSyntaxError: invalid syntax\n'
        error = program_error(text, "温度.py", "x = 1\nwhile True：\n")
        assert error.message.startswith("温度.py 第 2 行：")
        assert error.hint.startswith("第 2 行里的 ： 是中文符号")
    finally:
        set_language("en")
