"""What is wrong with a program that Python cannot read, said more exactly than a small board says it.

A board with 10 KB of memory says "invalid syntax" and a line. Two sources know more: a Chinese keyboard's
full-width signs can be found in the text, and CPython's parser explains many mistakes. Both are asked only
after the board has refused the program, so they never reject what it would have taken. Pure.
"""

from __future__ import annotations

import builtins
import difflib
import re
import warnings
from typing import NamedTuple

from makerlab.i18n import N_, _
from makerlab.syntax import parse

_SIGNS = {
    "“": '"', "”": '"', "‘": "'", "’": "'", "。": ".", "、": ",", "【": "[", "】": "]", "《": "<", "》": ">",
    "—": "-", "×": "*", "÷": "/", "\u3000": " ",
}  # fmt: skip
_FULL_WIDTH = range(0xFF01, 0xFF5F)
"""Unicode's full-width forms; ASCII's characters lie 0xFEE0 below, in the same order."""

_TOKEN = re.compile(
    r"""
    \#[^\n]*                        # a comment
    | \"{3} (?:\\.|.)*? \"{3}       # texts of all four kinds
    | '{3} (?:\\.|.)*? '{3}
    | \" (?:\\.|[^\"\\\n])* \"
    | ' (?:\\.|[^'\\\n])* '
    | (?P<char>.)                   # anything else
    """,
    re.DOTALL | re.VERBOSE,
)


class Sign(NamedTuple):
    """A sign of a Chinese keyboard in a program: where it stands, and what Python wants instead."""

    line: int
    found: str
    wanted: str


def chinese_signs(source: str) -> list[Sign]:
    """All full-width signs in `source` outside of texts and comments."""
    signs = []
    for match in _TOKEN.finditer(source):
        if (char := match["char"]) and (wanted := _wanted(char)):
            signs.append(Sign(source.count("\n", 0, match.start()) + 1, char, wanted))
    return signs


def _wanted(char: str) -> str:
    if ord(char) in _FULL_WIDTH:
        return chr(ord(char) - 0xFEE0)
    return _SIGNS.get(char, "")


_EXPLANATIONS = (
    (r"'(.)' was never closed", N_("The bracket {0} in line {line} is never closed.")),
    (r"unmatched '(.)'", N_("The bracket {0} in line {line} was never opened.")),
    (r"closing parenthesis '(.)' does not match.*", N_("The bracket {0} in line {line} has no partner.")),
    (r"unterminated .*string literal.*", N_("The text in line {line} has no closing quotation mark.")),
    (r"expected ':'", N_("Line {line} needs a colon : at its end.")),
    (
        r"expected an indented block after .*",
        N_("Begin line {line} with four spaces more than the one above."),
    ),
    (r"unexpected indent", N_("Line {line} begins with spaces that do not belong there.")),
    (r"unindent does not match.*", N_("Line {line} begins with as many spaces as no line above it.")),
    (r"inconsistent use of tabs.*", N_("Line {line} mixes tabs and spaces; use spaces only.")),
    (r".*[Mm]aybe you meant '=='.*", N_("To compare in line {line}, write == and not =.")),
    (r".*Perhaps you forgot a comma.*", N_("Perhaps a comma is missing in line {line}.")),
    (r"Missing parentheses in call to '(.*?)'.*", N_("In line {line} write {0}(...), with brackets.")),
)
"""What CPython says (3.10 to 3.14), and the same for a pupil."""


def advice(source: str, kind: str, message: str, line: int) -> str:
    """What to do about an error of `kind` in `line`, as exactly as the program's text allows it; "" when it
    says nothing more."""
    if kind in ("SyntaxError", "IndentationError", "NameError"):
        near = [sign for sign in chinese_signs(source) if sign.line in (line, line - 1)]
        if near:
            return _(
                "In line {line} type {wanted} instead of {found}: switch the keyboard to English."
            ).format(line=near[0].line, wanted=near[0].wanted, found=near[0].found)
    if kind in ("SyntaxError", "IndentationError"):
        return _explanation(source)
    if kind == "NameError" and (match := re.match(r"(?:name )?'?(\w+)", message)):
        known = {*re.findall(r"[^\W\d]\w*", source), *dir(builtins)} - {match[1]}
        if near_names := difflib.get_close_matches(match[1], sorted(known), 1, 0.75):
            return _("Did you mean {name}?").format(name=near_names[0])
    return ""


def _explanation(source: str) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parse(source)
    except SyntaxError as error:
        for pattern, text in _EXPLANATIONS:
            if match := re.fullmatch(pattern, error.msg or ""):
                return _(text).format(*match.groups(), line=error.lineno)
    except (ValueError, RecursionError, MemoryError):
        pass
    return ""
