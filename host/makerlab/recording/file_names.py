"""Names for files that every system takes: Windows is the strictest."""

from __future__ import annotations

import re
from datetime import datetime

MAX_TITLE = 60
"""Characters. Chinese takes three bytes each, and file systems hold 255 bytes with date and number."""

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u2028\u2029]+')
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)", re.IGNORECASE)
"""Windows takes these for devices, whatever their ending (learn.microsoft.com, "Naming Files, Paths, and
Namespaces")."""


def is_windows_name(name: str) -> bool:
    """Whether a file on Windows can have this name, and is a file then: `10:30.csv` and `nul.csv` are not."""
    return not (_FORBIDDEN.search(name) or _DEVICE.match(name))


def safe_title(title: str) -> str:
    """`title` as a part of a name: without what some system forbids there, and not too long."""
    return _FORBIDDEN.sub(" ", title)[:MAX_TITLE].strip(" .")


def default_name(title: str, now: datetime, suffix: str = ".csv") -> str:
    """`thermometer 2026-11-24 10-15-30.csv`: what, when; safe as a name on every system."""
    title = safe_title(title) or "makerlab"
    if _DEVICE.match(title):
        title = f"_{title}"
    return f"{title} {now:%Y-%m-%d %H-%M-%S}{suffix}"
