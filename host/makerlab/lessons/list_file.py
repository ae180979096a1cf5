"""Files beside lesson.yaml that are a list of things: quiz.yaml, rubric.yaml; and notes of lesson study.

quiz.yaml:

    - id: q1
      kind: choice                # one right answer; multiple: several; number; text: an open question
      objective: falls            # of lesson.yaml; may be left out
      question: {zh: ..., en: ...}
      options:                    # of choice and multiple
        - text: {zh: ..., en: ...}
          right: true
      answer: 2.5                 # of number, with tolerance: 0.1 and unit: s
      why: {zh: ..., en: ...}     # what is said afterwards

rubric.yaml:

    - id: evidence
      objective: falls
      title: {zh: ..., en: ...}
      levels:                     # four, from the first try to the best
        - {zh: ..., en: ...}

notes/*.yaml, one language, nobody's name (观课议课: what pupils did, no marks):

    focus: 学生怎样用数据说明自己的想法？
    observations:
      - minute: 12
        group: "3"
        did: ...                  # what they said and did
        evidence: ...             # where that can be seen: a file of data/, a line of a worksheet
        means: ...                # how the observer reads it
    question: ...                 # for the talk afterwards
    action: ...                   # what is tried next time
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from makerlab.errors import BadFile
from makerlab.i18n import _
from makerlab.lessons.finding import Finding
from makerlab.lessons.form import Form
from makerlab.lessons.model import ID, Text
from makerlab.yamlfile import Entry, read

QuestionKind = Literal["choice", "multiple", "number", "text"]
QUESTION_KINDS: tuple[QuestionKind, ...] = ("choice", "multiple", "number", "text")
LEVELS = 4
"""Of a criterion: an even number has no comfortable middle."""
MAX_OPTIONS = 8
MAX_MINUTE = 2000
BIG = 1e9

T = TypeVar("T")


@dataclass(frozen=True)
class Option:
    text: Text
    right: bool = False
    why: Text | None = None


@dataclass(frozen=True)
class Question:
    """`options` of choice and multiple; `answer`, `tolerance` (how far off is still right) and `unit` of
    number."""

    id: str
    kind: QuestionKind
    question: Text
    options: tuple[Option, ...] = ()
    answer: float = 0
    tolerance: float = 0
    unit: str = ""
    objective: str = ""
    why: Text | None = None


@dataclass(frozen=True)
class Criterion:
    """`levels` from the first try to the best."""

    id: str
    objective: str
    title: Text
    levels: tuple[Text, ...]


@dataclass(frozen=True)
class Observation:
    minute: int
    group: str
    did: str
    evidence: str = ""
    means: str = ""


@dataclass(frozen=True)
class StudyNote:
    """What colleagues saw in a lesson, and what they talk about."""

    focus: str
    observations: tuple[Observation, ...]
    question: str = ""
    action: str = ""


@dataclass(frozen=True)
class ListFile(Generic[T]):
    """What was read; with `findings`, parts of `items` are stand-ins. `top` is the file as it was written."""

    items: tuple[T, ...]
    findings: tuple[Finding, ...]
    top: Entry | None = None


def quiz(text: str, path: str) -> ListFile[Question]:
    """Read quiz.yaml; never raises."""
    needed, may = ("id", "kind", "question"), ("options", "answer", "tolerance", "unit", "objective", "why")
    return _list(text, path, lambda entry, findings: _question(Form(entry, needed, may, findings)))


def rubric(text: str, path: str) -> ListFile[Criterion]:
    """Read rubric.yaml; never raises."""
    needed = ("id", "objective", "title", "levels")
    return _list(text, path, lambda entry, findings: _criterion(Form(entry, needed, (), findings)))


def study_note(text: str, path: str) -> ListFile[StudyNote]:
    """Read a file of notes/, one item; never raises."""
    findings: list[Finding] = []
    top = _top(text, path, findings)
    if top is None:
        return ListFile((), tuple(findings))
    form = Form(top, ("focus", "observations"), ("question", "action"), findings)
    observations = form.forms("observations", _observation, ("minute", "group", "did"), ("evidence", "means"))
    note = StudyNote(form.text("focus"), observations, form.text("question"), form.text("action"))
    return ListFile((note,), tuple(findings), top)


def _observation(form: Form) -> Observation:
    return Observation(
        form.integer("minute", 0, MAX_MINUTE),
        form.text("group"),
        form.text("did"),
        form.text("evidence"),
        form.text("means"),
    )


def _top(text: str, path: str, findings: list[Finding]) -> Entry | None:
    twice: list[BadFile] = []
    try:
        top = read(text, path, twice, aliases=False)
    except BadFile as error:
        findings.append(Finding.of(error, "yaml"))
        return None
    findings += [Finding.of(error, "duplicate-key") for error in twice]
    return top


def _list(text: str, path: str, read_item: Callable[[Entry, list[Finding]], T]) -> ListFile[T]:
    findings: list[Finding] = []
    top = _top(text, path, findings)
    if top is None:
        return ListFile((), tuple(findings))
    try:
        entries = top.entries()
    except BadFile:
        wrong = top.wrong(
            _("This file should be a list."),
            _("Begin each item with “- ”, such as: {example}").format(example="- id: q1"),
        )
        return ListFile((), (*findings, Finding.of(wrong, "value")), top)
    return ListFile(tuple(read_item(entry, findings) for entry in entries), tuple(findings), top)


def _question(form: Form) -> Question:
    question = Question(
        form.matching("id", ID, "q1"),
        form.choice("kind", QUESTION_KINDS, "text"),
        form.texts("question"),
        form.forms("options", _option, ("text",), ("right", "why")),
        form.number("answer", -BIG, BIG),
        form.number("tolerance", 0, BIG),
        form.text("unit"),
        form.text("objective"),
        form.texts("why") or None,
    )
    if form.entry.kind == "keys":
        _fitting(form, question)
    return question


def _option(form: Form) -> Option:
    return Option(form.texts("text"), form.flag("right"), form.texts("why") or None)


def _fitting(form: Form, question: Question) -> None:
    """Whether the question can be answered."""
    right = sum(option.right for option in question.options)
    if question.kind in ("choice", "multiple"):
        if not 2 <= len(question.options) <= MAX_OPTIONS:
            what = _("This question needs from {low} to {high} options.").format(low=2, high=MAX_OPTIONS)
            form.note(form.entry, "quiz", what, _("Add or delete some of “options”."))
        elif question.kind == "choice" and right != 1:
            what = _("This question needs exactly one right option, not {count}.").format(count=right)
            form.note(
                form.entry, "quiz", what, _("Write “right: true” under one, or make it “kind: multiple”.")
            )
        elif not right:
            what = _("No option of this question is right.")
            form.note(form.entry, "quiz", what, _("Write “right: true” under those that are."))
    elif question.kind == "number" and "answer" not in form:
        what = _("This question has no answer.")
        form.note(form.entry, "quiz", what, _("Add a line “{key}: ...” there.").format(key="answer"))


def _criterion(form: Form) -> Criterion:
    criterion = Criterion(
        form.matching("id", ID, "evidence"),
        form.text("objective"),
        form.texts("title"),
        form.each("levels", form.texts_of, {}),
    )
    if "levels" in form and len(criterion.levels) != LEVELS:
        what = _("A criterion has {wanted} levels, not {count}.").format(
            wanted=LEVELS, count=len(criterion.levels)
        )
        form.note(form["levels"], "rubric", what, _("Write them from the first try to the best."))
    return criterion
