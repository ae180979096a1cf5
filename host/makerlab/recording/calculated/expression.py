"""What pupils may calculate from channels: `--until "temperature > 40"`, `--derive "drop = first(t) - t"`.

    condition   = and {"or" and}                     and      = not {"and" not}
    not         = "not" not | comparison             comparison = sum {("<" "<=" ">" ">=" "==" "!=") sum}
    sum         = term {("+" | "-") term}            term     = sign {("*" | "/") sign}
    sign        = "-" sign | atom ["^" sign]
    atom        = number | name | function "(" condition {"," condition} ")" | "(" condition ")"

A name is a channel's; one with spaces or signs in it stands in backquotes: `air temp`. `time` is the seconds
since the first row. Signs and digits may be full-width, as a Chinese keyboard gives them: （温度＞40）.

There is no way from here to Python: a text becomes a tree of these few kinds of node, or is refused with the
character where it stops making sense. Its length and depth are limited, and all numbers are floats, so no
text can take long to read or much memory to calculate.

A value that is missing makes what is calculated from it missing; so does what cannot be calculated (1 / 0).
A condition of missing values is neither true nor false, and stops or starts nothing.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from makerlab.i18n import _
from makerlab.recording.calculated.expression_tree import (
    COMPARISONS,
    FUNCTIONS,
    LOGIC,
    MAX_CHARS,
    BadExpression,
    Call,
    Expression,
    Name,
    Node,
    Number,
    Operation,
    bad,
    example,
    is_condition,
)

MAX_DEPTH = 40
"""Brackets and signs inside each other; a bracket counts twice. Far below what Python's own stack bears."""


def parse(text: str) -> Expression:
    """Raises BadExpression, with the character where `text` stops making sense."""
    text = "".join(char if char.isprintable() else " " for char in text).strip()
    return Expression(text, _Parser(text).whole())


def condition(text: str) -> Expression:
    """A condition such as `temperature > 40`. Raises BadExpression."""
    expression = parse(text)
    if not expression.is_condition:
        advice = _("Compare it: {example}").format(example=f"{expression.text} > 40")
        raise bad(expression.text, 1, _("this is a number, and no condition"), advice)
    return expression


def formula(text: str) -> Expression:
    """A number such as `first(temperature) - temperature`. Raises BadExpression."""
    expression = parse(text)
    if expression.is_condition:
        raise bad(expression.text, 1, _("this is a condition, and no number"), example())
    return expression


def renamed(expression: Expression, names: Mapping[str, str]) -> Expression:
    """The same with other names for some: `names` maps those in it to what they are called instead."""
    text = expression.text
    for name in reversed(expression.places):
        if name.name in names:
            at = name.column - 1
            end = text.index("`", at + 1) + 1 if text[at] == "`" else at + len(name.name)
            new = names[name.name]
            text = text[:at] + (new if _PLAIN_NAME.fullmatch(new) else f"`{new}`") + text[end:]
    return parse(text)


# -- words --------------------------------------------------------------------------------------------------

_WORDS = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>(?:\d+(?:[.．]\d*)?|[.．]\d+)(?:[eE][-+]?\d+)?)
    |(?P<name>[^\W\d]\w*)
    |`(?P<quoted>[^`]+)`
    |(?P<sign><=|>=|==|!=|\*\*|[-+*/^()<>=,≤≥≠×÷·−＋－＊／＾（）＜＞＝，])""",
    re.VERBOSE,
)
_PLAIN_NAME = re.compile(r"[^\W\d]\w*")
_SAME = dict(zip("＋－＊／＾（）＜＞＝，×÷·−", "+-*/^()<>=,*/*-", strict=True))
_SAME |= {"≤": "<=", "≥": ">=", "≠": "!=", "**": "^", "=": "==", "＝": "=="}


class _Word(NamedTuple):
    kind: str
    """number, name, sign or end."""
    text: str
    column: int


def _words(text: str) -> list[_Word]:
    """`text` as words, with one of kind "end" behind them. Raises BadExpression."""
    words: list[_Word] = []
    at = 0
    while at < len(text):
        found = _WORDS.match(text, at)
        if found is None:
            raise bad(text, at + 1, _("“{character}” has no meaning here").format(character=text[at]))
        kind = str(found.lastgroup)
        if kind == "sign":
            words.append(_Word(kind, _SAME.get(found["sign"], found["sign"]), at + 1))
        elif kind == "quoted":
            words.append(_Word("quoted", found["quoted"].strip(), at + 1))
        elif kind != "space":
            words.append(_Word(kind, found[kind].replace("．", "."), at + 1))
        at = found.end()
    return [*words, _Word("end", "", len(text) + 1)]


# -- the tree -----------------------------------------------------------------------------------------------


class _Parser:
    """Recursive descent, a method for each line of the grammar above."""

    def __init__(self, text: str) -> None:
        self._text = text
        if len(text) > MAX_CHARS:
            raise bad(
                text, MAX_CHARS + 1, _("it is longer than {count} characters").format(count=MAX_CHARS),
                _("Write it shorter."),
            )  # fmt: skip
        self._words = _words(text)
        self._next = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._condition()
        if (word := self._words[self._next]).kind != "end":
            raise self._bad(word, _("“{word}” does not belong here").format(word=word.text))
        return node

    def _condition(self) -> Node:
        self._deeper()
        node = self._joined("or", lambda: self._joined("and", self._not))
        self._depth -= 1
        return node

    def _joined(self, sign: str, part: Callable[[], Node]) -> Node:
        column = self._words[self._next].column
        parts = [part()]
        while self._takes(sign):
            self._must_be_condition(parts[-1], column)
            column = self._words[self._next].column
            parts.append(part())
            self._must_be_condition(parts[-1], column)
        return parts[0] if len(parts) == 1 else Operation(sign, tuple(parts))

    def _not(self) -> Node:
        if not self._takes("not"):
            return self._comparison()
        self._deeper()
        column = self._words[self._next].column
        operand = self._not()
        self._must_be_condition(operand, column)
        self._depth -= 1
        return Operation("not", (operand,))

    def _comparison(self) -> Node:
        """`10 < light < 20` means both."""
        column = self._words[self._next].column
        left = self._sum()
        parts: list[Node] = []
        while (sign := self._words[self._next].text) in COMPARISONS and self._takes(sign):
            self._must_be_number(left, column)
            column = self._words[self._next].column
            right = self._sum()
            self._must_be_number(right, column)
            parts.append(Operation(sign, (left, right)))
            left = right
        if not parts:
            return left
        return parts[0] if len(parts) == 1 else Operation("and", tuple(parts))

    def _sum(self) -> Node:
        return self._chain(("+", "-"), lambda: self._chain(("*", "/"), self._signed))

    def _chain(self, signs: tuple[str, ...], part: Callable[[], Node]) -> Node:
        column = self._words[self._next].column
        left = part()
        while (sign := self._words[self._next].text) in signs and self._takes(sign):
            self._must_be_number(left, column)
            column = self._words[self._next].column
            right = part()
            self._must_be_number(right, column)
            left = Operation(sign, (left, right))
        return left

    def _signed(self) -> Node:
        self._deeper()
        column = self._words[self._next].column
        if self._takes("-"):
            operand = self._signed()
            self._must_be_number(operand, column + 1)
            node: Node = Operation("-", (operand,))
        else:
            node = self._atom()
            if self._takes("^"):
                self._must_be_number(node, column)
                column = self._words[self._next].column
                power = self._signed()
                self._must_be_number(power, column)
                node = Operation("^", (node, power))
        self._depth -= 1
        return node

    def _atom(self) -> Node:
        word = self._words[self._next]
        if word.kind == "end":
            raise self._bad(word, _("something is missing at the end"))
        self._next += 1
        if word.kind == "number":
            return Number(float(word.text))
        if word.kind == "quoted":
            return Name(word.text, word.column)
        if word.kind == "name" and word.text not in LOGIC:
            if self._takes("("):
                return self._call(word)
            return Name(word.text, word.column)
        if word.text == "(" and word.kind == "sign":
            node = self._condition()
            self._closing()
            return node
        raise self._bad(word, _("“{word}” does not belong here").format(word=word.text))

    def _call(self, function: _Word) -> Node:
        if (kind := FUNCTIONS.get(function.text)) is None:
            near = difflib.get_close_matches(function.text, FUNCTIONS, 1)
            guess = _("Did you mean {name}? ").format(name=near[0]) if near else ""
            raise self._bad(
                function, _("there is no function called {name}").format(name=function.text),
                guess + _("The functions are: {names}.").format(names=_(", ").join(FUNCTIONS)),
            )  # fmt: skip
        arguments: list[Node] = []
        while True:
            column = self._words[self._next].column
            arguments.append(self._condition())
            self._must_be_number(arguments[-1], column)
            if not self._takes(","):
                break
        self._closing()
        if not kind.least <= len(arguments) <= kind.most:
            problem = _("{name} takes one value, not {count}")
            if kind.least < kind.most:
                problem = _("{name} takes {least} to {most} values, not {count}")
            facts = {"name": function.text, "count": len(arguments), "least": kind.least, "most": kind.most}
            raise self._bad(function, problem.format(**facts))
        return Call(function.text, tuple(arguments))

    def _closing(self) -> None:
        if not self._takes(")"):
            word = self._words[self._next]
            raise self._bad(word, _("a closing bracket is missing"))

    def _takes(self, text: str) -> bool:
        word = self._words[self._next]
        if word.text != text or word.kind not in ("sign", "name"):
            return False
        self._next += 1
        return True

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            word = self._words[self._next]
            raise self._bad(word, _("too much stands inside each other"), _("Write it shorter."))

    def _must_be_number(self, node: Node, column: int) -> None:
        if is_condition(node):
            raise bad(self._text, column, _("a number is needed here, and this is a condition"))

    def _must_be_condition(self, node: Node, column: int) -> None:
        if not is_condition(node):
            raise bad(self._text, column, _("a condition is needed here, and this is a number"))

    def _bad(self, word: _Word, problem: str, advice: str = "") -> BadExpression:
        return bad(self._text, word.column, problem, advice)
