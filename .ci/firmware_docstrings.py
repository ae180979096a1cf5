"""Docstrings in one language. They are English with the Chinese a beginner needs; their whole Chinese stands
in reference_zh.yaml, with a digest of the English it was made for."""

from __future__ import annotations

import hashlib
import re
import textwrap
from pathlib import Path

import yaml

CHINESE = Path(__file__).with_name("reference_zh.yaml")

_CHINESE = re.compile("([\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”]+)")


def english(docstring: str) -> str:
    """A docstring without its Chinese."""
    lines = []
    for line in docstring.splitlines():
        bare = _without_chinese(line)
        if bare.strip() or not line.strip():
            lines.append(bare.rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _without_chinese(line: str) -> str:
    pieces = _CHINESE.split(line)
    if len(pieces) == 1:
        return line
    first, last = pieces[0], pieces[-1]
    # A Chinese sentence may begin with a name: "happened() ...".
    first = re.sub(r"(^|[.;:] |\s{2,})[\w.()]+ $", r"\1", first)
    between = [piece.rpartition(". ")[0] + "." if ". " in piece else "" for piece in pieces[2:-2:2]]
    keeps_last = re.match(r"\s*[A-Z`\"]", last) and " " in last.strip()
    return first + " ".join([*filter(None, between), last if keeps_last else ""])


def markdown(text: str) -> str:
    """Paragraphs as they are; what is indented or stands in columns as code. The name that a module's text
    begins with goes: it stands above."""
    text = re.sub(r"\A\w+: (.)", lambda found: found[1].upper(), text)
    parts = []
    for paragraph in text.split("\n\n"):
        lines = paragraph.splitlines()
        if any(re.match(r" |[\w, ]+ {2,}\S", line) for line in lines):
            parts.append(f"```text\n{textwrap.dedent(paragraph)}\n```")
        else:
            parts.append(" ".join(lines))
    return "\n\n".join(parts).replace("\n```\n\n```text\n", "\n\n")


def digest(docstring: str) -> str:
    return hashlib.sha256(english(docstring).encode()).hexdigest()[:8]


class Translations:
    """reference_zh.yaml: `of` is the digest of the English it was made for, `text` the Chinese."""

    def __init__(self) -> None:
        self.entries = yaml.safe_load(CHINESE.read_text(encoding="utf-8")) or {}
        self.problems: list[str] = []
        self._used: set[str] = set()

    def explain(self, key: str, docstring: str) -> str:
        self._used.add(key)
        entry = self.entries.get(key, {})
        if entry.get("of") != digest(docstring):
            where = f"write its Chinese into .ci/{CHINESE.name}, with of: {digest(docstring)}"
            self.problems.append(f"{key}: its English is new; {where}")
        return str(entry.get("text") or markdown(docstring)).strip()

    def unused(self) -> list[str]:
        return [
            f".ci/{CHINESE.name}: nothing is called {key} any more"
            for key in self.entries
            if key not in self._used
        ]
