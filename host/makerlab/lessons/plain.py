"""Texts of strangers on our console."""

from __future__ import annotations


def plain(text: str, limit: int) -> str:
    """`text` on one line, at most `limit` characters: `?` for what commands a terminal, turns the reading
    direction or cannot be seen."""
    return "".join(char if char.isprintable() else "?" for char in text[:limit])
