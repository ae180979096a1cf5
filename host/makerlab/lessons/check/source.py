"""A lesson's files as the rules see them: decoded, read, and parsed once."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from makerlab.boards import Board, catalogue
from makerlab.lessons.finding import Finding, Severity
from makerlab.lessons.markdown import Document, parse
from makerlab.lessons.model import Lesson, Target
from makerlab.lessons.wiring import WiringDescription, describe_wiring
from makerlab.sensors import SensorCatalogue, sensors
from makerlab.syntax import parse as parse_python
from makerlab.yamlfile import Entry


@dataclass(frozen=True)
class Source:
    """`texts` are the files that are text, decoded, with \\n for every end of line. `lesson` is None when
    there is no lesson.yaml that can be read; with mistakes in it, parts are stand-ins (see lessons/form.py),
    which rules leave alone. `top` is lesson.yaml as it was written."""

    files: Mapping[str, bytes]
    texts: Mapping[str, str]
    lesson: Lesson | None
    top: Entry | None
    boards: Mapping[str, Board] = field(default_factory=lambda: catalogue().boards)

    @cached_property
    def sensors(self) -> SensorCatalogue:
        return sensors()

    @cached_property
    def documents(self) -> dict[str, Document]:
        """Every Markdown file that is part of the lesson, parsed."""
        return {
            path: parse(text)
            for path, text in self.texts.items()
            if path.endswith(".md") and path.startswith(("steps/", "teacher/", "home/"))
        }

    @cached_property
    def trees(self) -> dict[str, ast.Module]:
        """Every program that Python can read, parsed."""
        found: dict[str, ast.Module] = {}
        for path, text in self.texts.items():
            if path.endswith(".py"):
                with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                    found[path] = parse_python(text)
        return found

    def boards_of(self, target: Target) -> list[Board]:
        """The boards of a target that there are."""
        return [self.boards[key] for key in target.boards if key in self.boards]

    @cached_property
    def wirings(self) -> dict[str, WiringDescription]:
        """Every file of wiring/, read."""
        return {
            path: describe_wiring(text, path, self.sensors)
            for path, text in self.texts.items()
            if path.startswith("wiring/") and path.endswith(".yaml")
        }

    def at(self, *path: str | int) -> Entry:
        """Where lesson.yaml says what stands at `path`, such as ("tasks", 0, "step"); the nearest place above
        it, where it does not."""
        assert self.top is not None
        entry = self.top
        for step in path:
            if isinstance(step, int) and entry.kind == "list" and step < len(entry.entries()):
                entry = entry.entries()[step]
            elif isinstance(step, str) and entry.kind == "keys" and step in entry.items():
                entry = entry.items()[step]
            else:
                break
        return entry


Rule = Callable[[Source], Iterable[Finding]]


def at_entry(entry: Entry, rule: str, what: str, todo: str, severity: Severity = "error") -> Finding:
    """A finding at a value of a YAML file."""
    return Finding(entry.path, entry.line, entry.column, severity, rule, what, todo)


def at_file(path: str, rule: str, what: str, todo: str, severity: Severity = "error") -> Finding:
    """A finding about a whole file."""
    return Finding(path, 1, 1, severity, rule, what, todo)
