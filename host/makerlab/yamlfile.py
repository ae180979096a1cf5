"""YAML files read strictly: every complaint names the file and the line, in the user's language.

Only the parser's events are used. Nothing in a file is ever turned into an object by a tag, a nesting so
deep that it would break the composer is refused, and a value is what its reader asks for: the name `no` is
never taken for "false".
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from typing import TypeVar

import yaml

from makerlab.errors import BadFile
from makerlab.i18n import LANGUAGES, _

MAX_CHARS = 1 << 20
"""No file of this project comes near a megabyte of text; what does was not written by hand."""
MAX_DEPTH = 24
"""Levels of nesting; our own files use six. PyYAML's C composer crashes the process at some thousands."""
_LIBYAML_TOO_DEEP = "exceeded maximum nesting depth"
"""What newer libyamls say at 1000 levels. Their scanner looks ahead, so between brackets that stand close
together it meets its own limit before we see the events that pass ours."""

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Word = TypeVar("_Word", bound=str)


class Entry:
    """A value in a YAML file and where it stands.

    `line` counts from 1; for a value in a mapping it is its key's line.
    """

    def __init__(self, path: str, line: int, name: str, value: str | list[Entry] | dict[str, Entry]) -> None:
        self.path = path
        self.line = line
        self.name = name
        """The key it stands under, for messages; that of its list for an item of a list."""
        self._value = value

    def wrong(self, problem: str, advice: str = "") -> BadFile:
        """The error that says what is wrong here (both texts translated already); raise it."""
        return BadFile(path=self.path, line=self.line, problem=problem, advice=advice or _correct_it())

    # -- what a value can be -------------------------------------------------------------------------

    def items(self) -> dict[str, Entry]:
        """The keys and values of a mapping whose keys are free."""
        if isinstance(self._value, dict):
            return self._value
        raise self.wrong(_("“{name}” should hold keys with values.").format(name=self.name))

    def fields(self, required: Collection[str], optional: Collection[str] = ()) -> dict[str, Entry]:
        """The keys and values of a mapping that has all `required` keys, perhaps `optional` ones, and no
        others."""
        found = self.items()
        known = [*required, *optional]
        for key, entry in found.items():
            if key not in known:
                raise entry.wrong(_("“{key}” is not known here.").format(key=key), _meant(key, known))
        for key in required:
            if key not in found:
                raise self.wrong(
                    _("“{key}” is missing in “{name}”.").format(key=key, name=self.name),
                    _("Add a line “{key}: ...” there.").format(key=key),
                )
        return found

    def entries(self) -> list[Entry]:
        """The items of a list."""
        if isinstance(self._value, list):
            return self._value
        raise self.wrong(
            _("“{name}” should be a list.").format(name=self.name),
            _("Write it so: {example}").format(example=f"{self.name}: [a, b, c]"),
        )

    def text(self) -> str:
        """A text that is not empty."""
        if isinstance(self._value, str) and self._value.strip():
            return self._value
        raise self.wrong(_("“{name}” should be a text.").format(name=self.name))

    def texts(self) -> dict[str, str]:
        """A text in every language: {"zh": ..., "en": ...}."""
        return {language: entry.text() for language, entry in self.fields(LANGUAGES).items()}

    def integer(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included. `_` may group its digits."""
        text = self._value if isinstance(self._value, str) else ""
        if re.fullmatch(r"-?[0-9][0-9_]*", text) and low <= int(text) <= high:
            return int(text)
        raise self.wrong(
            _("“{name}” should be a whole number from {low} to {high}.").format(
                name=self.name, low=low, high=high
            )
        )

    def number(self, low: float, high: float) -> float:
        """A number from `low` to `high`, both included; a decimal point or an exponent may be in it."""
        text = self._value if isinstance(self._value, str) else ""
        if (
            re.fullmatch(r"[+-]?[0-9][0-9_]*(\.[0-9]*)?([eE][+-]?[0-9]+)?", text)
            and low <= float(text) <= high
        ):
            return float(text)
        raise self.wrong(
            _("“{name}” should be a number from {low} to {high}.").format(
                name=self.name, low=f"{low:g}", high=f"{high:g}"
            )
        )

    def flag(self) -> bool:
        """true or false."""
        return self.choice(("true", "false")) == "true"

    def choice(self, words: Iterable[_Word]) -> _Word:
        """One of `words`."""
        words = list(words)
        for word in words:
            if self._value == word:
                return word
        shown = self._value if isinstance(self._value, str) else "..."
        raise self.wrong(
            _("“{name}” cannot be “{value}”.").format(name=self.name, value=shown), _meant(shown, words)
        )

    def pattern(self) -> re.Pattern[str]:
        """A regular expression."""
        try:
            return re.compile(self.text())
        except re.error as error:
            raise self.wrong(
                _("“{name}” is not a regular expression: {detail}").format(name=self.name, detail=error)
            ) from None


def read(text: str, path: str) -> Entry:
    """The one document in `text`; `path` is the file's name for messages. Raises BadFile."""
    if len(text) > MAX_CHARS:
        raise BadFile(path=path, line=1, problem=_("The file is too big."), advice=_correct_it())
    try:
        return _compose(text, path)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise BadFile(
            path=path,
            line=line,
            problem=_("There is a character that no text may hold."),
            advice=_("Delete it and save the file as UTF-8."),
        ) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        if error.problem == _LIBYAML_TOO_DEEP:
            raise _too_deep(path, line) from None
        raise BadFile(
            path=path,
            line=line,
            problem=_("This is not YAML ({detail}).").format(detail=error.problem),
            advice=_(
                "Check the spaces at the line's start, the colons, brackets and quotes, here and above."
            ),
        ) from None


def _compose(text: str, path: str) -> Entry:
    """Build the tree out of the parser's events, without recursion."""
    root: list[Entry] = []
    open_: list[_Open] = []
    anchors: dict[str, Entry] = {}
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.DocumentStartEvent) and root:
            raise _at(event, path, _("A second document begins here (“---”)."))
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if len(open_) == MAX_DEPTH:
                raise _too_deep(path, _line(event))
            open_.append(_Open(event, open_[-1].name if open_ else path))
            continue
        if isinstance(event, yaml.ScalarEvent):
            name = open_[-1].name if open_ else path
            entry = Entry(path, _line(event), name, event.value)
            anchor = event.anchor
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in anchors:
                raise _at(event, path, _("“*{name}” refers to nothing above it.").format(name=event.anchor))
            entry, anchor = anchors[event.anchor], None
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            done = open_.pop()
            entry, anchor = Entry(path, done.line, done.outer_name, done.value), done.anchor
        else:
            continue
        if anchor:
            anchors[anchor] = entry
        if open_:
            open_[-1].add(entry, path)
        else:
            root.append(entry)
    if not root:
        raise BadFile(path=path, line=1, problem=_("The file is empty."), advice=_correct_it())
    return root[0]


class _Open:
    """A mapping or list whose end has not been read yet."""

    def __init__(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent, outer_name: str) -> None:
        self.line = _line(event)
        self.anchor = event.anchor
        self.outer_name = outer_name
        self.name = outer_name
        self.value: dict[str, Entry] | list[Entry] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._key: Entry | None = None

    def add(self, entry: Entry, path: str) -> None:
        if isinstance(self.value, list):
            self.value.append(entry)
        elif self._key is None:
            key = entry.text()
            if key in self.value:
                raise entry.wrong(
                    _("“{key}” stands here twice (first in line {line}).").format(
                        key=key, line=self.value[key].line
                    )
                )
            self._key, self.name = entry, key
        else:
            # An alias is named after the key it stands under, not after the place it was written at.
            self.value[self.name] = Entry(path, self._key.line, self.name, entry._value)
            self._key = None
            self.name = self.outer_name


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _at(event: yaml.Event, path: str, problem: str) -> BadFile:
    return BadFile(path=path, line=_line(event), problem=problem, advice=_correct_it())


def _too_deep(path: str, line: int) -> BadFile:
    return BadFile(path=path, line=line, problem=_("This is nested too deeply."), advice=_correct_it())


def _meant(word: str, known: Collection[str]) -> str:
    """Advice for a misspelt word: the nearest known one, or all of them."""
    near = difflib.get_close_matches(word, known, 1)
    if near:
        return _("Did you mean “{word}”?").format(word=near[0])
    return _("Possible here: {words}.").format(words=_(", ").join(known))


def _correct_it() -> str:
    return _("Correct that line and try again.")
