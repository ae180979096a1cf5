"""What is other in one lesson than in another: by the fields of lesson.yaml and by files. Pure.

Items of a list are matched by their id, so that a step that moved is not a step that went and one that came.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from makerlab.lessons.model import LESSON_FILE
from makerlab.lessons.packs import member_names
from makerlab.lessons.packs.pack import normalised
from makerlab.yamlfile import Entry, read

Kind = Literal["added", "removed", "changed"]
_KEYS = ("id", "code", "file", "scheme")
"""What an item of a list is known by, in the order they are tried."""


@dataclass(frozen=True)
class FieldChange:
    """`place` such as "steps[measure].minutes"; `before` and `after` are None where there is nothing."""

    kind: Kind
    place: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class FileChange:
    """`lines` are those of a text that went or came, as diff writes them ("-old", "+new"); none for
    a picture."""

    kind: Kind
    file: str
    lines: tuple[str, ...] = ()

    @property
    def added(self) -> int:
        return sum(line.startswith("+") for line in self.lines)

    @property
    def removed(self) -> int:
        return sum(line.startswith("-") for line in self.lines)


def fields(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[FieldChange]:
    """Changes in lesson.yaml, in the order of the newer one. Raises BadFile."""
    old, new = (dict(_flat(_top(files), "")) for files in (before, after))
    changes = [
        FieldChange("changed" if place in old else "added", place, old.get(place), value)
        for place, value in new.items()
        if old.get(place) != value
    ]
    return changes + [FieldChange("removed", place, old[place], None) for place in old if place not in new]


def files(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[FileChange]:
    """Changes in the other files, by name."""
    changes = []
    for name in sorted({*before, *after} - {LESSON_FILE}):
        old, new = (normalised(name, files[name]) if name in files else None for files in (before, after))
        if old == new:
            continue
        kind: Kind = "added" if old is None else "removed" if new is None else "changed"
        lines = _line_changes(old or b"", new or b"") if member_names.is_text(name) else ()
        changes.append(FileChange(kind, name, lines))
    return changes


def _top(files: Mapping[str, bytes]) -> Entry:
    return read(normalised(LESSON_FILE, files[LESSON_FILE]).decode("utf-8"), LESSON_FILE, aliases=False)


def _flat(entry: Entry, place: str) -> Iterator[tuple[str, str]]:
    """Every text in a YAML file, with its place."""
    if entry.kind == "keys":
        for key, value in entry.items().items():
            yield from _flat(value, f"{place}.{key}" if place else key)
    elif entry.kind == "list":
        seen: dict[str, int] = {}
        for item in entry.entries():
            name = _name(item)
            seen[name] = seen.get(name, 0) + 1
            number = f"#{seen[name]}" if seen[name] > 1 else ""
            yield from _flat(item, f"{place}[{name}{number}]")
    else:
        yield place, "" if entry.says("") else entry.text()


def _name(item: Entry) -> str:
    """What an item of a list is known by: its id, or, of a list of words, itself."""
    if item.kind == "text":
        return item.text()
    if item.kind == "keys":
        found = item.items()
        for key in _KEYS:
            if key in found and found[key].kind == "text":
                return found[key].text()
    return ""


def _line_changes(before: bytes, after: bytes) -> tuple[str, ...]:
    old, new = (data.decode("utf-8").splitlines() for data in (before, after))
    lines = list(difflib.unified_diff(old, new, n=0, lineterm=""))[2:]  # without the names of the two files
    return tuple(line for line in lines if not line.startswith("@@"))
