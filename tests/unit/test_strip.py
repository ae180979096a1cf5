"""Stripping keeps the program and its line numbers, whatever is in it."""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

import pytest

from makerlab.files.strip import strip

STDLIB = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[:60]


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
    assert meaning(strip(source)) == meaning(source)
    assert len(strip(source)) <= len(source)


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
