"""A board's traceback in words: the program's own file and line, in the user's language."""

from __future__ import annotations

import pytest

from makerlab.i18n import set_language
from makerlab.repl.traceback import MEANINGS, Frame, parse, program_error

V1_27 = """Traceback (most recent call last):
  File "<stdin>", line 3, in <module>
  File "lab.py", line 40, in run
NameError: name 'tempp' isn't defined
"""
V1_9_SYNTAX = """Traceback (most recent call last):
  File "<stdin>", line 2
SyntaxError: invalid syntax
"""
PROGRAM = "from lab import channel, run\n\nchannel('t', 'degC', tempp)\n"


@pytest.fixture(autouse=True)
def english_again():
    yield
    set_language("en")


def test_the_innermost_line_of_the_program_itself_is_named():
    error = program_error(V1_27, "thermometer.py", PROGRAM)
    assert (error.facts["file"], error.facts["line"]) == ("thermometer.py", 3)
    assert error.facts["code"] == "channel('t', 'degC', tempp)"
    assert error.message == (
        "thermometer.py, line 3: nothing is called tempp here (NameError: name 'tempp' isn't defined)"
    )


def test_in_chinese_it_says_which_line():
    set_language("zh")
    error = program_error(V1_27, "<stdin>", PROGRAM)
    assert error.message.startswith("第 3 行：")
    assert "tempp" in error.message


def test_a_module_is_named_when_the_program_is_not_in_the_traceback():
    error = program_error(
        'Traceback:\n  File "lab.py", line 9, in run\nOSError: [Errno 19] ENODEV\n', "a.py", ""
    )
    assert (error.facts["file"], error.facts["line"]) == ("lab.py", 9)
    assert "no device answers" in error.message


def test_syntax_errors_carry_their_line():
    error = program_error(V1_9_SYNTAX, "a.py", "x = 1\ny = = 2\n")
    assert (error.facts["line"], error.facts["code"]) == (2, "y = = 2")


@pytest.mark.parametrize(
    ("last_line", "expected"),
    [
        ("MemoryError: memory allocation failed, allocating 512 bytes", "memory is full"),
        ("MemoryError: ", "memory is full"),
        ("ImportError: no module named 'dht'", "no module dht"),
        ("OSError: 19", "no device answers"),
        ("OSError: [Errno 110] ETIMEDOUT", "did not answer in time"),
        ("OSError: [Errno 28] ENOSPC", "file memory is full"),
        ("AttributeError: 'Pin' object has no attribute 'vlaue'", "Pin has no vlaue"),
        ("ZeroDivisionError: divide by zero", "divided by zero"),
        ("TypeError: function takes 2 positional arguments but 1 were given", "too many or too few"),
        ("IndentationError: unindent doesn't match any outer indent level", "spaces at the beginning"),
        ("SomethingNew: of a later firmware", "SomethingNew: of a later firmware"),
        ("", "?"),
    ],
)
def test_meanings(last_line: str, expected: str):
    assert expected in program_error(last_line, "a.py", "").message


def test_parse_takes_anything():
    assert parse("").frames == ()
    assert parse(V1_27).frames == (Frame("<stdin>", 3), Frame("lab.py", 40))
    assert parse("\x00\xff").kind == ""


def test_every_meaning_speaks_chinese():
    set_language("zh")
    from makerlab.i18n import _

    for meaning in MEANINGS:
        assert _(meaning.what) != meaning.what
        assert _(meaning.todo) != meaning.todo
