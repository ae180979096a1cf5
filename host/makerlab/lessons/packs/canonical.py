"""JSON that is written in one way only: the same values are the same bytes on every system and Python.

Keys are sorted, there are no spaces, text is UTF-8. Numbers are whole: a fraction has many spellings.
"""

from __future__ import annotations

import json
from typing import Any

MAX_DEPTH = 8
"""Levels of nesting; an index has four."""


def to_bytes(value: Any) -> bytes:
    """`value` (dicts with text keys, lists, texts, whole numbers, booleans, None) as canonical JSON."""
    _refuse_fractions(value, MAX_DEPTH)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def from_bytes(data: bytes) -> Any:
    """The value in `data`. Raises ValueError for anything that `to_bytes` would not have written: other
    spacing, a key twice, a fraction, text that is no UTF-8."""
    try:
        value = json.loads(data.decode("utf-8"))
        if to_bytes(value) != data:
            raise ValueError("not canonical")
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def _refuse_fractions(value: Any, depth: int) -> None:
    if depth == 0:
        raise ValueError("nested too deeply")
    if isinstance(value, float):
        raise ValueError("a fraction")
    if isinstance(value, dict):
        for item in value.values():
            _refuse_fractions(item, depth - 1)
    elif isinstance(value, list | tuple):
        for item in value:
            if not isinstance(item, str | int):
                _refuse_fractions(item, depth - 1)
