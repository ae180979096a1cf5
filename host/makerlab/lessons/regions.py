"""Parts of a program between `# region NAME` and `# endregion`: what a step shows of it.

The step pulls the lines out of the tested file, so text and program cannot drift apart.
"""

from __future__ import annotations

import re
import textwrap
from typing import NamedTuple

_BEGIN = re.compile(r"\s*#\s*region\s+([\w-]+)\s*$")
_END = re.compile(r"\s*#\s*endregion\b")


class Region(NamedTuple):
    """`line` is where its first line stands in the file, from 1 on; `closed` whether its end is there."""

    name: str
    line: int
    text: str
    closed: bool = True


def regions(source: str) -> dict[str, Region]:
    """All regions of a program by name, without the marks in them; the first of a name counts."""
    lines = source.splitlines()
    found: dict[str, Region] = {}
    open_: list[tuple[str, int]] = []
    for number, line in enumerate(lines, 1):
        if begin := _BEGIN.match(line):
            open_.append((begin[1], number + 1))
        elif _END.match(line) and open_:
            name, start = open_.pop()
            found.setdefault(name, Region(name, start, _body(lines[start - 1 : number - 1])))
    for name, start in open_:
        found.setdefault(name, Region(name, start, _body(lines[start - 1 :]), False))
    return found


def excerpt(source: str, name: str) -> str | None:
    """The text of a region; with name "" the whole program without marks. None where there is no such
    region."""
    if not name:
        return _body(source.splitlines())
    region = regions(source).get(name)
    return region.text if region else None


def _body(lines: list[str]) -> str:
    kept = [line.rstrip() for line in lines if not _BEGIN.match(line) and not _END.match(line)]
    return textwrap.dedent("\n".join(kept)).strip("\n") + "\n"
