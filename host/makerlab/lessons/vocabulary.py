"""The words that lessons share: curricula and their codes, elements of projects, safety, and what the words
of lesson.yaml are called for people. Data in vocabularies/, each text in Chinese and English.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from makerlab.i18n import LANGUAGES, pick
from makerlab.lessons.model import Alignment, Text
from makerlab.yamlfile import Entry, read

SCHEMES = ("cn-sci-2022", "cn-it-2022", "cn-labour-2022", "cn-ai-2025", "ngss")
"""Curricula that a lesson's `alignment` can name."""
PBL, SAFETY = "pbl", "safety"
LITERACY = "literacy"
"""The kind of codes that an objective's `literacy` can name; NGSS has practices instead."""
PRACTICE = "practice"


@dataclass(frozen=True)
class Term:
    """One code of a vocabulary. `grades`: the first and the last it is for, None where it does not say."""

    code: str
    kind: str
    text: Text
    grades: tuple[int, int] | None = None

    @property
    def shown(self) -> str:
        return pick(dict(self.text))


@dataclass(frozen=True)
class Vocabulary:
    """`ours` are the languages whose texts are makerlab's own, not those of whoever made the vocabulary."""

    scheme: str
    title: Text
    source: Text
    ours: tuple[str, ...]
    terms: Mapping[str, Term]

    @property
    def shown_title(self) -> str:
        return pick(dict(self.title))

    def near(self, code: str) -> list[str]:
        """Codes that may be meant by one there is none of."""
        return difflib.get_close_matches(code, self.terms, 3, 0.5)


@cache
def vocabulary(scheme: str) -> Vocabulary:
    """One of SCHEMES, PBL or SAFETY."""
    top = _read(scheme).fields(("title", "source", "ours", "codes"))
    return Vocabulary(
        scheme,
        top["title"].texts(),
        top["source"].texts(),
        tuple(item.choice(LANGUAGES) for item in top["ours"].entries()),
        {code: _term(code, entry) for code, entry in top["codes"].items().items()},
    )


def term(alignment: Alignment) -> Term | None:
    """What an alignment names; None where there is no such scheme or code."""
    if alignment.scheme not in SCHEMES:
        return None
    return vocabulary(alignment.scheme).terms.get(alignment.code)


def literacy(name: str) -> Term | None:
    """What an objective's literacy ("cn-sci-2022:l.inquiry") names; None where there is none such."""
    scheme, _colon, code = name.partition(":")
    found = term(Alignment(scheme, code))
    return found if found is not None and found.kind in (LITERACY, PRACTICE) else None


@cache
def words(field: str) -> Mapping[str, Text]:
    """What the words of a field of lesson.yaml ("status", "task", "block", ...) are called, by language."""
    return {word: entry.texts() for word, entry in _read("words").items()[field].items().items()}


def word(field: str, value: str, language: str = "") -> str:
    """One of them, in `language` or that in use; `value` itself where it is not known."""
    texts = words(field).get(value, {})
    return texts.get(language) or pick(dict(texts)) or value


def _term(code: str, entry: Entry) -> Term:
    fields = entry.fields(("kind", *LANGUAGES), ("grades",))
    grades = [item.integer(1, 12) for item in fields["grades"].entries()] if "grades" in fields else []
    return Term(
        code,
        fields["kind"].text(),
        {language: fields[language].text() for language in LANGUAGES},
        (grades[0], grades[-1]) if grades else None,
    )


def _read(name: str) -> Entry:
    file = f"vocabularies/{name}.yaml"
    return read((resources.files("makerlab.lessons") / file).read_text(encoding="utf-8"), file)
