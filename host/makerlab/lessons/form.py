"""A mapping of a YAML file read field by field: a mistake is noted and reading goes on.

`yamlfile.Entry` raises at the first mistake. A lesson's author wants to see all of them, so a Form notes each
in a list and gives a stand-in: "" for a text, 0 for a number, () for a list. A rule that looks at a value
later leaves stand-ins alone: they have been complained of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from makerlab.errors import BadFile
from makerlab.i18n import LANGUAGES, _
from makerlab.lessons.finding import Finding
from makerlab.yamlfile import Entry, meant

T = TypeVar("T")
Word = TypeVar("Word", bound=str)

NO_QUOTES = "no-quotes"
_NOT_TEXT = re.compile(
    r"[-+]?[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?"  # numbers: 1.10 becomes 1.1
    r"|[-+]?\.[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+|[-+]?\.(inf|nan)"
    r"|[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9]*)?"  # 10:30 becomes 630 seconds
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*"  # dates
    r"|~|null|true|false|yes|no|on|off|y|n",
    re.IGNORECASE,
)
"""What a YAML 1.1 or 1.2 reader turns into something else than a text when it has no quotes."""


class Form:
    """The fields of one mapping. `languages` are those a text of the lesson may have."""

    def __init__(
        self, entry: Entry, required: Collection[str], optional: Collection[str], findings: list[Finding]
    ) -> None:
        self.entry = entry
        self.findings = findings
        self._fields: dict[str, Entry] = {}
        known = [*required, *optional]
        nothing: dict[str, Entry] = {}
        for key, value in self.attempt(entry.items, nothing).items():
            if key in known:
                self._fields[key] = value
            else:
                what = _("“{key}” is not known here.").format(key=key)
                self.note(value, "unknown-key", what, meant(key, known))
        if entry.kind != "keys":
            return
        for key in required:
            if key not in self._fields:
                self.note(
                    entry,
                    "missing-key",
                    _("“{key}” is missing in “{name}”.").format(key=key, name=entry.name),
                    _("Add a line “{key}: ...” there.").format(key=key),
                )

    def __contains__(self, key: str) -> bool:
        return key in self._fields

    def __getitem__(self, key: str) -> Entry:
        return self._fields[key]

    def note(self, entry: Entry, rule: str, what: str, todo: str) -> None:
        """Note a mistake at `entry`."""
        self.findings.append(Finding(entry.path, entry.line, entry.column, "error", rule, what, todo))

    def attempt(self, read: Callable[[], T], stand_in: T, rule: str = "value") -> T:
        """What `read` gives, or `stand_in` where it complains."""
        try:
            return read()
        except BadFile as error:
            self.findings.append(Finding.of(error, rule))
            return stand_in

    def read(self, key: str, read: Callable[[Entry], T], stand_in: T) -> T:
        """What `read` makes of the value of `key`; `stand_in` where it is missing or wrong."""
        if key not in self._fields:
            return stand_in
        entry = self._fields[key]
        return self.attempt(lambda: read(entry), stand_in)

    # -- values ----------------------------------------------------------------------------------------

    def text(self, key: str, stand_in: str = "") -> str:
        return self.read(key, plain_text, stand_in)

    def texts(self, key: str) -> dict[str, str]:
        """A text in one or more languages: {"zh": ...}."""
        return self.read(key, self.texts_of, {})

    def texts_of(self, entry: Entry) -> dict[str, str]:
        """The same for an item of a list."""
        if entry.kind == "text":
            raise entry.wrong(
                _("“{name}” needs its text in each language.").format(name=entry.name),
                _("Write under it a line “zh: ...” and a line “en: ...”, both indented."),
            )
        form = Form(entry, (), LANGUAGES, self.findings)
        if entry.kind == "keys" and not any(language in form for language in LANGUAGES):
            raise entry.wrong(
                _("“{name}” needs its text in each language.").format(name=entry.name),
                _("Write under it a line “zh: ...” and a line “en: ...”, both indented."),
            )
        return {language: text for language in LANGUAGES if (text := form.text(language))}

    def integer(self, key: str, low: int, high: int, stand_in: int = 0) -> int:
        return self.read(key, lambda entry: plain(entry).integer(low, high), stand_in)

    def number(self, key: str, low: float, high: float, stand_in: float = 0) -> float:
        return self.read(key, lambda entry: plain(entry).number(low, high), stand_in)

    def flag(self, key: str, stand_in: bool = False) -> bool:
        return self.read(key, lambda entry: plain(entry).flag(), stand_in)

    def choice(self, key: str, words: Iterable[Word], stand_in: Word) -> Word:
        return self.read(key, lambda entry: unmistakable(entry).choice(words), stand_in)

    def matching(self, key: str, pattern: re.Pattern[str], example: str) -> str:
        """A text that `pattern` matches wholly."""
        return self.read(key, lambda entry: matching(entry, pattern, example), "")

    def range(self, key: str, low: float, high: float) -> tuple[float, float] | None:
        """Two numbers [smaller, greater]; None where there are none."""
        return self.read(key, lambda entry: range_of(entry, low, high), None)

    # -- lists and mappings of things ------------------------------------------------------------------

    def mapping(self, key: str) -> dict[str, Entry]:
        """A mapping whose keys are free."""
        nothing: dict[str, Entry] = {}
        return self.read(key, lambda entry: entry.items(), nothing)

    def items(self, key: str) -> list[Entry]:
        """A list of anything."""
        nothing: list[Entry] = []
        return self.read(key, lambda entry: entry.entries(), nothing)

    def each(self, key: str, read: Callable[[Entry], T], stand_in: T) -> tuple[T, ...]:
        """All items of a list, a stand-in for each that is wrong: the model has the places of the file."""
        return tuple(self._one(item, read, stand_in) for item in self.items(key))

    def _one(self, item: Entry, read: Callable[[Entry], T], stand_in: T) -> T:
        return self.attempt(lambda: read(item), stand_in)

    def words(self, key: str, words: Iterable[Word]) -> tuple[Word, ...]:
        """A list of words out of `words`; those that are not known are left out."""
        words = list(words)
        found = self.each(key, lambda item: item.choice(words), None)
        return tuple(word for word in found if word is not None)

    def forms(
        self, key: str, read: Callable[[Form], T], required: Collection[str], optional: Collection[str] = ()
    ) -> tuple[T, ...]:
        """A list of mappings, each with these fields."""
        return tuple(read(Form(item, required, optional, self.findings)) for item in self.items(key))

    def form(self, key: str, required: Collection[str], optional: Collection[str] = ()) -> Form | None:
        """A mapping with these fields; None where there is none."""
        return Form(self._fields[key], required, optional, self.findings) if key in self._fields else None


def plain(entry: Entry) -> Entry:
    """`entry`, if it has no quotes, as a number or true and false must."""
    if entry.kind == "text" and not entry.plain:
        raise entry.wrong(
            _("“{name}” stands in quotes, and so it is a text.").format(name=entry.name),
            _("Write it without the quotes."),
        )
    return entry


def plain_text(entry: Entry) -> str:
    """A text that every YAML reader takes for one."""
    return unmistakable(entry).text()


def unmistakable(entry: Entry) -> Entry:
    """`entry`, if it is no text that looks like something else and has no quotes."""
    if entry.kind == "text" and entry.plain and not entry.says("") and _NOT_TEXT.fullmatch(entry.text()):
        wrong = entry.wrong(
            _(
                "“{text}” has no quotes: other programs will take it for a number, a time or a yes and no."
            ).format(text=entry.text()),
            _('Put it in quotes: "{text}"').format(text=entry.text()),
        )
        wrong.facts["rule"] = NO_QUOTES
        raise wrong
    return entry


def matching(entry: Entry, pattern: re.Pattern[str], example: str) -> str:
    """A text that `pattern` matches wholly."""
    text = plain_text(entry)
    if pattern.fullmatch(text):
        return text
    raise entry.wrong(
        _("“{name}” cannot be “{value}”.").format(name=entry.name, value=text),
        _("Write it so: {example}").format(example=example),
    )


def range_of(entry: Entry, low: float, high: float) -> tuple[float, float]:
    """Two numbers, the smaller first."""
    numbers = [plain(item).number(low, high) for item in entry.entries()]
    if len(numbers) != 2 or numbers[0] > numbers[1]:
        raise entry.wrong(
            _("“{name}” should be two numbers, the smaller one first.").format(name=entry.name),
            _("Write it so: {example}").format(example=f"{entry.name}: [0, 100]"),
        )
    return numbers[0], numbers[1]
