"""What a file in a lesson may be called, and which files are text. The same on every system.

Names are lower-case ASCII: learning platforms and unpackers break others (openEQUELLA #1868). Chinese lives
inside the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from makerlab.i18n import N_

MAX_CHARS = 100
"""Windows gives a path 260 characters; the folder a lesson is unpacked into needs the rest."""
MAX_PARTS = 8

TEXT_KINDS = frozenset((".yaml", ".md", ".py", ".csv", ".json", ".svg", ".txt"))
PICTURE_KINDS = frozenset((".png", ".webp", ".jpg"))
KINDS = TEXT_KINDS | PICTURE_KINDS
"""Nothing else travels in a pack: no program of a computer, no sound, no film."""

_PART = re.compile(r"[a-z0-9_][a-z0-9._-]*")
_UPPER = frozenset(("LICENSE.md", "CHANGES.md", "README.md"))
"""Names that stand in capitals by custom, at the top of the folder only."""
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
"""Windows takes these for devices, whatever their ending (learn.microsoft.com, "Naming Files, Paths, and
Namespaces")."""

NOT_A_NAME = N_("only a-z, 0-9, “.”, “_”, “-” and “/” can be in a name")
NOT_A_KIND = N_("this kind of file does not belong in a lesson")
TOO_LONG = N_("the name is too long")
A_DEVICE = N_("Windows does not allow this name")


def problem_with(name: str) -> str:
    """Why a file of a lesson cannot be called `name` (a text for `_`); "" when it can."""
    if len(name) > MAX_CHARS or name.count("/") >= MAX_PARTS:
        return TOO_LONG
    parts = name.split("/")
    for part in parts:
        if name in _UPPER:
            continue
        if not _PART.fullmatch(part) or part.endswith("."):
            return NOT_A_NAME
        if _DEVICE.fullmatch(part):
            return A_DEVICE
    if PurePosixPath(name).suffix not in KINDS:
        return NOT_A_KIND
    return ""


def clash(names: Iterable[str]) -> str:
    """A name that cannot stand beside the others: the same but for capitals, or a folder's; "" if none."""
    seen: set[str] = set()
    folders: set[str] = set()
    for name in sorted(names):
        folded = name.casefold()
        above = {str(folder) for folder in PurePosixPath(folded).parents}
        if folded in seen or folded in folders or above & seen:
            return name
        seen.add(folded)
        folders |= above
    return ""


def is_text(name: str) -> bool:
    return PurePosixPath(name).suffix in TEXT_KINDS
