"""Codes of curricula, of project elements and of safety are those of the shipped vocabularies."""

from __future__ import annotations

from collections.abc import Iterator

from makerlab.i18n import _
from makerlab.lessons.check.source import Source, at_entry
from makerlab.lessons.finding import Finding
from makerlab.lessons.vocabulary import PBL, SAFETY, SCHEMES, Vocabulary, literacy, term, vocabulary
from makerlab.yamlfile import Entry, meant

FEW = 16
"""Codes that fit into one sentence."""


def codes(source: Source) -> Iterator[Finding]:
    lesson = source.lesson
    assert lesson is not None
    for index, alignment in enumerate(lesson.alignment):
        if not alignment.scheme:
            continue
        if alignment.scheme not in SCHEMES:
            entry = source.at("alignment", index, "scheme")
            what = _("There is no curriculum “{name}”.").format(name=alignment.scheme)
            yield at_entry(entry, "unknown-code", what, meant(alignment.scheme, SCHEMES))
        elif alignment.code and term(alignment) is None:
            entry = source.at("alignment", index, "code")
            yield _unknown(entry, alignment.code, vocabulary(alignment.scheme))
    for index, element in enumerate(lesson.project.elements):
        if element and element not in vocabulary(PBL).terms:
            yield _unknown(source.at("pbl", "elements", index), element, vocabulary(PBL))
    for index, safety in enumerate(lesson.safety):
        if safety.code and safety.code not in vocabulary(SAFETY).terms:
            yield _unknown(source.at("safety", index, "code"), safety.code, vocabulary(SAFETY))
    for index, objective in enumerate(lesson.objectives):
        if objective.literacy and literacy(objective.literacy) is None:
            what = _("“{name}” is no core literacy.").format(name=objective.literacy)
            todo = _("Write a curriculum and a code: {example}").format(example="cn-sci-2022:l.inquiry")
            yield at_entry(source.at("objectives", index, "literacy"), "unknown-code", what, todo)


def _unknown(entry: Entry, code: str, known: Vocabulary) -> Finding:
    what = _("{vocabulary} has no “{code}”.").format(vocabulary=known.shown_title, code=code)
    near = known.near(code)
    if near:
        shown = _(", ").join(f"{one} {known.terms[one].shown}" for one in near)
        return at_entry(entry, "unknown-code", what, _("Did you mean: {words}?").format(words=shown))
    if len(known.terms) <= FEW:
        return at_entry(
            entry, "unknown-code", what, _("Possible here: {words}.").format(words=_(", ").join(known.terms))
        )
    return at_entry(
        entry, "unknown-code", what, _("Write a code such as {code}.").format(code=[*known.terms][-1])
    )


def grades(source: Source) -> Iterator[Finding]:
    """A module is for the grades the curriculum has it for."""
    lesson = source.lesson
    assert lesson is not None
    for index, alignment in enumerate(lesson.alignment):
        found = term(alignment)
        if found is None or found.grades is None or 0 in lesson.grades or not lesson.grades:
            continue
        low, high = found.grades
        if not any(low <= grade <= high for grade in lesson.grades):
            what = _("“{text}” is for grades {low} to {high}, the lesson is not.").format(
                text=found.shown, low=low, high=high
            )
            entry = source.at("alignment", index, "code")
            yield at_entry(entry, "grades", what, _("Correct “grades” or the code."), "warning")
