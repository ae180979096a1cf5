"""Everything printed exists in Chinese and English."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
HOST = ROOT / "host" / "makerlab"


def test_no_text_is_without_translation_and_nothing_is_stale():
    check = [sys.executable, str(ROOT / ".ci" / "catalogues.py"), "--check"]
    result = subprocess.run(check, capture_output=True, text=True, encoding="utf-8")
    assert result.returncode == 0, result.stdout + result.stderr


def test_translations_keep_their_placeholders():
    with (HOST / "locale" / "zh" / "LC_MESSAGES" / "makerlab.po").open("rb") as file:
        for message in read_po(file, locale="zh"):
            sources = message.id if isinstance(message.id, tuple) else (message.id,)
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            if not message.id:
                continue
            allowed = set().union(*(re.findall(r"{[^}]*}", text) for text in sources))
            for text in strings:
                assert set(re.findall(r"{[^}]*}", text)) <= allowed, text


def test_nothing_is_printed_that_is_not_marked():
    """print and click.echo get no bare English: what they print went through _() or is data."""
    for path in sorted((HOST / "cli").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in ("print", "echo", "secho", "add_column", "print_problem"):
                continue
            for argument in node.args:
                texts = [argument] if isinstance(argument, ast.Constant) else []
                if isinstance(argument, ast.JoinedStr):
                    texts = [part for part in argument.values if isinstance(part, ast.Constant)]
                for text in texts:
                    words = re.findall(r"[A-Za-z]{3,}", str(text.value))
                    assert not words or words == ["maker"], f"{path.name}:{node.lineno}: {text.value!r}"


def test_help_texts_are_marked():
    """help= in a decorator is N_("..."), HELP or the sum of such: never a bare string."""
    for path in sorted((HOST / "cli").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "help":
                assert not isinstance(node.value, (ast.Constant, ast.JoinedStr)), (
                    f"{path.name}: {node.value.lineno}"
                )
