"""The page's own files, held in memory: what is not among them cannot be asked for, whatever the path."""

from __future__ import annotations

from functools import cache
from pathlib import Path

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""Only these are served."""

FOLDER = Path(__file__).parent / "static"


@cache
def static_files() -> dict[str, tuple[bytes, str]]:
    """Content and type of every file, by its path under static/."""
    found: dict[str, tuple[bytes, str]] = {}

    for path in FOLDER.rglob("*"):
        if kind := TYPES.get(path.suffix):
            found[path.relative_to(FOLDER).as_posix()] = (path.read_bytes(), kind)
    return found
