"""Which modules a program needs on the board: those it imports that we, or the learner, have as a file.

What is found in neither place is the board's own (`machine`, `microbit`, `time`, ...) and not our business;
if it is a misspelling, the board says so.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from makerlab.syntax import parse

_IMPORT_LINE = re.compile(r"^\s*(?:from\s+(\w+)|import\s+([\w\s,.]+))", re.MULTILINE)


def imported(source: str) -> list[str]:
    """The top-level names of all modules that `source` imports, in order, each once.

    A source that Python cannot read is searched line by line, so that the board gets to see it and to
    name the line.
    """
    names: list[str] = []
    try:
        for node in ast.walk(parse(source)):
            if isinstance(node, ast.Import):
                names += [alias.name.partition(".")[0] for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.append(node.module.partition(".")[0])
    except (SyntaxError, ValueError):
        for one, several in _IMPORT_LINE.findall(source):
            names += (
                [one]
                if one
                else [word.split()[0].partition(".")[0] for word in several.split(",") if word.strip()]
            )
    return list(dict.fromkeys(names))


def needed(source: str, find: Callable[[str], str | None]) -> dict[str, str]:
    """All modules that `source` needs, directly or through another: name -> text.

    `find(name)` gives a module's text, or None where there is no such file.
    """
    texts: dict[str, str] = {}
    waiting = imported(source)
    while waiting:
        name = waiting.pop(0)
        if name in texts:
            continue
        text = find(name)
        if text is not None:
            texts[name] = text
            waiting += imported(text)
    return texts
