"""Python's own parser, one caller at a time.

CPython up to 3.12 counts the depth of its syntax tree for the whole process, so that two threads that parse
at once can end in "SystemError: AST constructor recursion depth mismatch" (python/cpython#106905). With
several boards at once they do.
"""

from __future__ import annotations

import ast
import threading
from typing import Any

_LOCK = threading.Lock()


def parse(source: str) -> ast.Module:
    """As ast.parse. Raises SyntaxError or ValueError (and for absurd nesting RecursionError, MemoryError)."""
    with _LOCK:
        return ast.parse(source)


def literal(text: str) -> Any:
    """As ast.literal_eval. Raises what `parse` raises."""
    with _LOCK:
        return ast.literal_eval(text)
