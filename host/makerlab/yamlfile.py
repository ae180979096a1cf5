"""YAML files read strictly: every complaint names the file and the line, in the user's language.

Only the parser's events are used. Nothing in a file is ever turned into an object by a tag, a nesting so
deep that it would break the composer is refused, and a value is what its reader asks for: the name `no` is
never taken for "false".
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from typing import Literal, TypeVar

import yaml

from makerlab.errors import BadFile
from makerlab.i18n import LANGUAGES, _

MAX_CHARS = 1 << 20
"""No file of this project comes near a megabyte of text; what does was not written by hand."""
MAX_DEPTH = 24
"""Levels of nesting; our own files use six. PyYAML's C composer crashes the process at some thousands."""
MAX_TWICE = 100
"""Keys that stand twice: who has so many sees the reason by then."""
_LIBYAML_TOO_DEEP = "exceeded maximum nesting depth"
"""What newer libyamls say at 1000 levels. Their scanner looks ahead, so between brackets that stand close
together it meets its own limit before we see the events that pass ours."""

_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Escapes such as "\\e" can put these into a value: what commands a terminal, or turns the reading direction
and makes a line look like another."""

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Word = TypeVar("_Word", bound=str)

Place = tuple[int, int]
"""Line and column, both counted from 1."""
Kind = Literal["text", "list", "keys"]


class Entry:
    """A value in a YAML file and where it stands.

    `line` and `column` (in characters) count from 1; for a value in a mapping they are its key's.
    """

    def __init__(
        self,
        path: str,
        place: Place,
        name: str,
        value: str | list[Entry] | dict[str, Entry],
        plain: bool = False,
        flow: bool = False,
    ) -> None:
        self.path = path
        self.line, self.column = place
        self.name = name
        """The key it stands under, for messages; that of its list for an item of a list."""
        self.plain = plain
        """A text without quotes: what other programs may take for a number, a time or a truth value."""
        self.flow = flow
        """It is, or it stands in, a list or mapping between brackets."""
        self._value = value

    def wrong(self, problem: str, advice: str = "") -> BadFile:
        """The error that says what is wrong here (both texts translated already); raise it."""
        return BadFile(
            path=self.path,
            line=self.line,
            column=self.column,
            problem=problem,
            advice=advice or _correct_it(),
        )

    # -- what a value can be -------------------------------------------------------------------------

    @property
    def kind(self) -> Kind:
        """What was written here; most readers ask for what they expect instead."""
        return "text" if isinstance(self._value, str) else "list" if isinstance(self._value, list) else "keys"

    def says(self, word: str) -> bool:
        """Whether it is this text."""
        return self._value == word

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
                raise entry.wrong(_("“{key}” is not known here.").format(key=key), meant(key, known))
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
            _("“{name}” cannot be “{value}”.").format(name=self.name, value=shown), meant(shown, words)
        )

    def pattern(self) -> re.Pattern[str]:
        """A regular expression."""
        try:
            return re.compile(self.text())
        except re.error as error:
            raise self.wrong(
                _("“{name}” is not a regular expression: {detail}").format(name=self.name, detail=error)
            ) from None


def read(text: str, path: str, twice: list[BadFile] | None = None, aliases: bool = True) -> Entry:
    """The one document in `text`; `path` is the file's name for messages. Raises BadFile.

    A key that stands twice raises too; with a list `twice`, the complaint is put there, and the first of the
    two values counts. Without `aliases`, for files of strangers, there are none (`*name`): with them a small
    file can say a million things.
    """
    if len(text) > MAX_CHARS:
        raise BadFile(path=path, line=1, column=1, problem=_("The file is too big."), advice=_correct_it())
    try:
        return _compose(text, path, twice, aliases)
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        raise BadFile(
            path=path,
            line=before.count("\n") + 1,
            column=len(before) - before.rfind("\n"),
            problem=_("There is a character that no text may hold."),
            advice=_("Delete it and save the file as UTF-8."),
        ) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if error.problem == _LIBYAML_TOO_DEEP:
            raise _too_deep(path, (line, column)) from None
        raise BadFile(
            path=path,
            line=line,
            column=column,
            problem=_("This is not YAML ({detail}).").format(detail=error.problem),
            advice=_(
                "Check the spaces at the line's start, the colons, brackets and quotes, here and above."
            ),
        ) from None


def _compose(text: str, path: str, twice: list[BadFile] | None, aliases: bool) -> Entry:
    """Build the tree out of the parser's events, without recursion."""
    root: list[Entry] = []
    open_: list[_Open] = []
    anchors: dict[str, Entry] = {}
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.DocumentStartEvent) and root:
            raise _at(event, path, _("A second document begins here (“---”)."))
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if len(open_) == MAX_DEPTH:
                raise _too_deep(path, _place(event))
            open_.append(_Open(event, open_[-1].name if open_ else path))
            continue
        if isinstance(event, yaml.ScalarEvent):
            name = open_[-1].name if open_ else path
            flow = bool(open_) and open_[-1].flow
            if _NO_TEXT.search(event.value):
                raise _at(event, path, _("There is a character that no text may hold."))
            entry = Entry(path, _place(event), name, event.value, not event.style, flow)
            anchor = event.anchor
        elif isinstance(event, yaml.AliasEvent):
            if not aliases:
                problem = _("“*{name}” cannot stand here.").format(name=event.anchor)
                raise _at(event, path, problem, _("Write out what it stands for."))
            if event.anchor not in anchors:
                raise _at(event, path, _("“*{name}” refers to nothing above it.").format(name=event.anchor))
            entry, anchor = anchors[event.anchor], None
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            done = open_.pop()
            entry = Entry(path, done.place, done.outer_name, done.value, flow=done.flow)
            anchor = done.anchor
        else:
            continue
        if anchor:
            anchors[anchor] = entry
        if open_:
            open_[-1].add(entry, path, twice)
        else:
            root.append(entry)
    if not root:
        raise BadFile(path=path, line=1, column=1, problem=_("The file is empty."), advice=_correct_it())
    return root[0]


class _Open:
    """A mapping or list whose end has not been read yet."""

    def __init__(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent, outer_name: str) -> None:
        self.place = _place(event)
        self.flow = bool(event.flow_style)
        self.anchor = event.anchor
        self.outer_name = outer_name
        self.name = outer_name
        self.value: dict[str, Entry] | list[Entry] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._key: Entry | None = None

    def add(self, entry: Entry, path: str, twice: list[BadFile] | None) -> None:
        if isinstance(self.value, list):
            self.value.append(entry)
        elif self._key is None:
            key = entry.text()
            if key in self.value:
                wrong = entry.wrong(
                    _("“{key}” stands here twice (first in line {line}).").format(
                        key=key, line=self.value[key].line
                    ),
                    _("Delete one of the two."),
                )
                if twice is None:
                    raise wrong
                if len(twice) < MAX_TWICE:
                    twice.append(wrong)
            self._key, self.name = entry, key
        else:
            # An alias is named after the key it stands under, not after the place it was written at.
            place = (self._key.line, self._key.column)
            named = Entry(path, place, self.name, entry._value, entry.plain, entry.flow)
            self.value.setdefault(self.name, named)
            self._key = None
            self.name = self.outer_name


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _at(event: yaml.Event, path: str, problem: str, advice: str = "") -> BadFile:
    line, column = _place(event)
    return BadFile(path=path, line=line, column=column, problem=problem, advice=advice or _correct_it())


def _too_deep(path: str, place: Place) -> BadFile:
    problem = _("This is nested too deeply.")
    return BadFile(path=path, line=place[0], column=place[1], problem=problem, advice=_correct_it())


def meant(word: str, known: Collection[str]) -> str:
    """Advice for a misspelt word: the nearest known one, or all of them."""
    near = difflib.get_close_matches(word, known, 1)
    if near:
        return _("Did you mean “{word}”?").format(word=near[0])
    return _("Possible here: {words}.").format(words=_(", ").join(known))


def _correct_it() -> str:
    return _("Correct that line and try again.")
