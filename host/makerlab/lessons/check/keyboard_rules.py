"""What a Chinese keyboard does to YAML: marks that look right and mean something else.

These are looked for in the text itself, line by line, because YAML often reads on and complains many lines
later, or never. `mended` is the text as it was meant, so that the other rules can go on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from makerlab.errors import BadFile
from makerlab.i18n import LANGUAGES, _
from makerlab.lessons.check.source import at_entry
from makerlab.lessons.finding import Finding
from makerlab.yamlfile import Entry, read

_KEY = r"[A-Za-z_][\w-]*"
_WIDE_COLON = re.compile(rf"^(\s*(?:- +)*{_KEY}\s*)：\s*")
_WIDE_COLON_INSIDE = re.compile(rf"([{{,，]\s*{_KEY}\s*)：\s*")
_NO_SPACE = re.compile(rf"^(\s*(?:- +)*{_KEY}):(?=[^\s:/])")
_WIDE_DASH = re.compile(r"^(\s*)[－—–]\s")
_BLOCK_TEXT = re.compile(r"(?:^|[:\-]\s+)[|>][+-]?[0-9]?[+-]?\s*(?:#.*)?$")
_BAD_INDENT = re.compile("^( *)([\t\u3000\u00a0]+)")
RULES = frozenset(
    ("indent", "full-width-dash", "full-width-colon", "full-width-comma", "colon-space", "flow-prose")
)
_PROSE = re.compile(r"\?|:\s|\s#")
"""In a text between braces without quotes: where some readers stop, or read something else."""


@dataclass(frozen=True)
class Looked:
    """What was found, and the text with it put right, line for line."""

    findings: tuple[Finding, ...]
    mended: str


def look(path: str, text: str) -> Looked:
    """Look through a YAML file."""
    findings: list[Finding] = []
    lines = text.split("\n")
    text_indent = -1  # of the key above a block of text (|, >), -1 outside of one
    depth = 0  # of brackets that are open from lines above
    for number, line in enumerate(lines, 1):
        indent = len(line) - len(line.lstrip(" "))
        if text_indent >= 0 and (not line.strip() or indent > text_indent):
            continue
        text_indent = -1
        if line.lstrip().startswith("#") or not line.strip():
            continue
        bare = _without_quotes(line)
        for column, rule, what, todo in _traps(bare, depth):
            findings.append(Finding(path, number, column, "error", rule, what, todo))
        depth = max(0, depth + _opened(bare))
        lines[number - 1] = _mended(line)
        if _BLOCK_TEXT.search(bare):
            text_indent = indent
    return Looked(tuple(findings), "\n".join(lines))


def _traps(bare: str, depth: int) -> Iterator[tuple[int, str, str, str]]:
    """Column, rule and texts of each trap in a line whose quoted texts are blanked out."""
    if bad := _BAD_INDENT.match(bare):
        what = _("The line begins with a tab or a wide space; YAML takes only plain spaces.")
        yield len(bad[1]) + 1, "indent", what, _("Delete it and use the space bar.")
    if dash := _WIDE_DASH.match(bare):
        what = _("This dash begins no list item.")
        yield len(dash[1]) + 1, "full-width-dash", what, _("Write “- ” with the minus key and a space.")
    wide = [_WIDE_COLON.match(bare), *_WIDE_COLON_INSIDE.finditer(bare)]
    for found in wide:
        if found:
            what = _("This is a full-width colon (：), so the line has no key.")
            todo = _("Switch the keyboard to English and write “: ” with a space behind it.")
            yield found.end(1) + 1, "full-width-colon", what, todo
    if not depth and (found := _NO_SPACE.match(bare)):
        what = _("A space is missing behind the colon, so the line has no key.")
        yield found.end() + 1, "colon-space", what, _("Write “: ” with a space behind it.")
    for column in _wide_commas(bare, depth):
        what = _("This is a full-width comma (，): what stands on both sides of it is one thing.")
        todo = _("Switch the keyboard to English and write “, ”, or put the whole text in quotes.")
        yield column, "full-width-comma", what, todo


def _wide_commas(bare: str, depth: int) -> Iterator[int]:
    """Columns of full-width commas that should divide a list or mapping between brackets: all of them in a
    list; in a mapping, where texts have them too, those before a key."""
    open_ = ["["] * depth
    for index, char in enumerate(bare):
        if char in "[{" and (open_ or _begins_value(bare, index)):
            open_.append(char)
        elif char in "]}" and open_:
            open_.pop()
        elif (
            char in "，、"
            and open_
            and (open_[-1] == "[" or re.match(rf"\s*{_KEY}\s*[:：]", bare[index + 1 :]))
        ):
            yield index + 1


def _begins_value(bare: str, index: int) -> bool:
    before = bare[:index].rstrip()
    return before == "" or before.endswith((":", "-", "：", ",", "["))


def _opened(bare: str) -> int:
    """How many more brackets a line opens than it closes."""
    balance = 0
    for index, char in enumerate(bare):
        if char in "[{" and (balance or _begins_value(bare, index)):
            balance += 1
        elif char in "]}":
            balance -= 1
    return balance


def _without_quotes(line: str) -> str:
    """The line with its quoted texts and its comment blanked out; columns stay."""
    blank = re.sub(
        r'"(?:[^"\\]|\\.)*"|(?<![\w\u4e00-\u9fff])\'(?:[^\']|\'\')*\'', lambda one: "~" * len(one[0]), line
    )
    return re.sub(r"(^|\s)#.*$", lambda one: " " * len(one[0]), blank)


def _mended(line: str) -> str:
    """As it was meant."""
    line = _BAD_INDENT.sub(lambda found: found[1] + "  " * len(found[2]), line)
    line = _WIDE_DASH.sub(r"\1- ", line)
    line = _WIDE_COLON.sub(r"\1: ", line)
    bare = _without_quotes(line)
    for found in reversed(list(_WIDE_COLON_INSIDE.finditer(bare))):
        line = line[: found.end(1)] + ": " + line[found.end() :]
    for column in _wide_commas(bare, 0):
        line = line[: column - 1] + "," + line[column:]
    return _NO_SPACE.sub(r"\1: ", line)


def prose_between_braces(texts: Mapping[str, str]) -> Iterator[Finding]:
    """Texts in {zh: ..., en: ...} that are cut, or that other YAML readers stop at, in every YAML file."""
    for path, text in texts.items():
        if path.endswith(".yaml"):
            try:
                top = read(text, path, [], aliases=False)
            except BadFile:
                continue  # its reader says so
            yield from _between_braces(top)


def _between_braces(top: Entry) -> Iterator[Finding]:
    waiting = [top]
    while waiting:
        entry = waiting.pop()
        if entry.kind == "list":
            waiting += entry.entries()
        elif entry.kind == "keys":
            inner = entry.items()
            waiting += inner.values()
            if entry.flow and set(inner) & set(LANGUAGES):
                yield from _cut(entry, inner)


def _cut(entry: Entry, inner: dict[str, Entry]) -> Iterator[Finding]:
    todo = _("Put zh and en each on a line of its own below the key, or put each text in quotes.")
    for key, value in inner.items():
        if value.kind != "text":
            continue
        if key not in LANGUAGES and value.says(""):
            what = _("A text between braces ends at its comma: “{rest}” is cut off.").format(rest=key)
            yield at_entry(value, "flow-prose", what, todo)
        elif key in LANGUAGES and value.plain and not value.says("") and _PROSE.search(value.text()):
            what = _("A text with such marks must not stand between braces without quotes.")
            yield at_entry(value, "flow-prose", what, todo)


def explains(finding: Finding, traps: list[Finding]) -> bool:
    """Whether a complaint of the reader only says again, less clearly, what a trap in the same line does."""
    return finding.rule in ("yaml", "unknown-key", "missing-key", "value") and any(
        trap.line == finding.line and trap.file == finding.file for trap in traps
    )
