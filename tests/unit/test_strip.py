"""Stripping keeps the program and its line numbers, whatever is in it."""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makerlab.files.strip import strip

STDLIB = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[:30]


def meaning(source: str) -> list[object]:
    """What Python sees, docstrings and the "0" in their place aside, with the line of each statement."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and body:
            first = body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = body[1:]
    lines = [(type(node).__name__, node.lineno) for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    return [ast.dump(tree), lines]


@pytest.mark.parametrize("path", STDLIB, ids=lambda path: path.name)
def test_real_programs_stay_the_same_line_by_line(path: Path):
    source = path.read_text(encoding="utf-8")
    stripped, small = strip(source), strip(source, minify=True)
    assert meaning(stripped) == meaning(small) == meaning(source)
    assert len(small) <= len(stripped) <= len(source)


CASES = {
    "comment": ("x = 1  # one\n", "x = 1\n"),
    "hash in a string": ("x = '# no'  # yes\n", "x = '# no'\n"),
    "docstring": ('"""Doc\n\nmore"""\nx = 1\n', "\n\n\nx = 1\n"),
    "function": ('def f():\n    """Doc."""\n    return 1\n', "def f():\n\n return 1\n"),
    "only a docstring": ('def f():\n    """Doc."""\n', "def f():\n 0\n"),
    "one line": ("def f(): 'doc'\n", "def f(): 'doc'\n"),
    "chinese": ("print('温度')  # 打印\n", "print('温度')\n"),
    "blank line in a string": ("x = '''a\n   \nb'''\n", "x = '''a\n   \nb'''\n"),
    "continuation": ("x = (1,\n     2)\n", "x = (1,\n2)\n"),
    "CRLF": ("if x:\r\n    y = 1\r\n", "if x:\n y = 1\n"),
    "not Python": ("x = = 1  # stays\n", "x = = 1  # stays\n"),
    "empty": ("", "\n"),
}


@pytest.mark.parametrize("name", CASES)
def test_cases(name: str):
    source, expected = CASES[name]
    assert strip(source) == expected


MINIFIED = {
    "x = 1 + ( 2 - -y )\n": "x=1+(2- -y)\n".replace("- -", "--"),
    "if not x in [ 1 , 2 ] : pass\n": "if not x in[1,2]:pass\n",
    "y = 1 .real\n": "y=1 .real\n",
    "z = f'{ a = } {b!r:>{ w }}' + 'a  b'\n": "z=f'{ a = } {b!r:>{ w }}'+'a  b'\n",
    "a = 5 if b else 6\n": "a=5 if b else 6\n",
    "print( *a , ** b )\n": "print(*a,**b)\n",
    "x = 1 + \\\n    2\n": "x=1+ \\\n2\n".replace("+ ", "+"),
}


@pytest.mark.parametrize("source", MINIFIED)
def test_spaces_between_words_stay_and_others_go(source: str):
    small = strip(source, minify=True)
    assert ast.dump(ast.parse(small)) == ast.dump(ast.parse(source))
    assert small.replace(" \\", "\\") == MINIFIED[source]


@given(st.data())
def test_generated_programs_stay_the_same(drawn: st.DataObject):
    """Statements of all sorts with comments, docstrings and blanks wherever they may be."""
    source = "".join(_block(drawn, 0))
    assert meaning(strip(source)) == meaning(source)
    assert meaning(strip(source, minify=True)) == meaning(source)
    assert strip(strip(source)) == strip(source)


WORDS = (
    "x",
    "_y1",
    "温度",
    "10",
    "0x1f",
    "1.5",
    "'a # b'",
    '"""c\n  # d"""',
    "~x",
    "-1",
    "[1 , 2 ]",
    "{ }",
)
SIGNS = ("+", "-", "*", "//", "<=", "and", "or", "is not", "in")
HEADS = ("if x :", "while x:", "for x in y :", "def f( a , b = 1 ):", "class C :", "try:")


def _block(drawn: st.DataObject, depth: int) -> list[str]:
    lines: list[str] = []
    pad = "    " * depth
    for _statement in range(drawn.draw(st.integers(1, 3))):
        comment = drawn.draw(st.sampled_from(("", "  # c", "#'\"")))
        kind = drawn.draw(st.integers(0, 5 if depth < 3 else 3))
        if kind == 0:
            lines.append(f"{pad}# alone\n")
        if kind == 1:
            lines.append(f'{pad}"""doc\n{pad}  more"""{comment}\n')
        if kind > 3:
            head = drawn.draw(st.sampled_from(HEADS))
            lines += [f"{pad}{head}{comment}\n", *_block(drawn, depth + 1)]
            if head == "try:":
                lines += [f"{pad}except  OSError  as  e :\n", f"{pad}  pass\n"]
        else:
            left, right = drawn.draw(st.sampled_from(WORDS)), drawn.draw(st.sampled_from(WORDS))
            sign = drawn.draw(st.sampled_from(SIGNS))
            lines.append(f"{pad}z  = ( {left} {sign}  {right})  ;  q=z{comment}\n")
    return lines
