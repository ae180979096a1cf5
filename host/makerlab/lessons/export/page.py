"""A lesson as one page: everything in it, nothing from anywhere else.

    page = make_page(Source.of(files), ["zh"], "pupil")

Pupil's view or teacher's; in Chinese, English, or both side by side. The page forbids itself the network
(content security policy), so a stranger's lesson cannot call home; on paper it is black on white.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from makerlab.boards import catalogue
from makerlab.i18n import N_, _, speaking
from makerlab.lessons.description import lesson_of
from makerlab.lessons.expectations.columns import Columns
from makerlab.lessons.export import example_chart
from makerlab.lessons.export.blocks import Blocks, View, data_address
from makerlab.lessons.export.wiring_svg import connections, draw
from makerlab.lessons.list_file import Criterion, Question, quiz, rubric
from makerlab.lessons.model import Lesson
from makerlab.lessons.vocabulary import vocabulary, word
from makerlab.lessons.wiring import Wiring, describe_wiring
from makerlab.sensors import sensors

TAGS = {"zh": "zh-CN", "en": "en"}
"""Languages as HTML names them: so a browser takes the Chinese glyphs, not the Japanese ones."""

HEADINGS: Mapping[str, str] = {
    "objectives": N_("What you will learn"),
    "curriculum": N_("Curriculum"),
    "plan": N_("Plan of the lesson"),
    "materials": N_("What you need"),
    "safety": N_("Safety"),
    "wiring": N_("Wiring"),
    "guide": N_("Guide for the teacher"),
    "product": N_("What you make of it"),
    "reflection": N_("Look back"),
    "quiz": N_("Quiz"),
    "expectations": N_("What the data should show"),
    "rubric": N_("How to look at the results"),
    "words": N_("Words"),
    "home": N_("At home, without electronics"),
}
BEFORE: Mapping[View, tuple[str, ...]] = {
    "pupil": ("objectives", "materials", "safety", "wiring"),
    "teacher": ("objectives", "curriculum", "plan", "materials", "safety", "wiring", "guide"),
}
"""Sections before the steps; a lesson without anything for one has none."""
AFTER: Mapping[View, tuple[str, ...]] = {
    "pupil": ("product", "quiz", "reflection", "words", "home"),
    "teacher": ("product", "expectations", "rubric", "quiz", "reflection", "words", "home"),
}


@dataclass(frozen=True)
class Example:
    """What a target's program measures when all is well, on a board of it (their ids)."""

    target: str
    board: str
    columns: Columns = field(repr=False)


@dataclass(frozen=True)
class Source:
    """A lesson with all it needs to be shown. `example` is for the teacher only: pupils find it out."""

    lesson: Lesson
    files: Mapping[str, bytes] = field(repr=False)
    questions: Sequence[Question] = ()
    criteria: Sequence[Criterion] = ()
    wirings: Sequence[Wiring] = ()
    example: Example | None = None

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> Source:
        """Read it from its files. Raises BadFile when lesson.yaml has mistakes; what is wrong in others is
        left out (`check` finds it)."""
        lesson = lesson_of(files)
        read = (describe_wiring(_text(files, name), name, sensors()).wiring for name in lesson.wiring)
        return cls(
            lesson,
            files,
            quiz(_text(files, lesson.quiz), lesson.quiz).items if lesson.quiz in files else (),
            rubric(_text(files, lesson.rubric), lesson.rubric).items if lesson.rubric in files else (),
            tuple(wiring for wiring in read if wiring is not None),
        )


@dataclass(frozen=True)
class Part:
    """A section in one language; `body` is HTML."""

    tag: str
    heading: str
    body: str
    minutes: str = ""


@dataclass(frozen=True)
class Row:
    """A section in every language of the page."""

    id: str
    kind: str
    parts: tuple[Part, ...]


def make_page(source: Source, languages: Sequence[str], view: View, scripts: Sequence[str] = ()) -> str:
    """The page as HTML. `scripts` run before the page's own: a learning platform's store (scorm.py)."""
    lesson = source.lesson
    made = [
        Maker(source, language, view, prefix=language if len(languages) > 1 else "") for language in languages
    ]
    rows = [
        Row(sections[0][0], sections[0][1], tuple(part for _id, _kind, part in sections))
        for sections in zip(*(one.sections() for one in made), strict=True)
    ]
    style = _static("lesson.css")
    script = [*scripts, _static("lesson.js")] if view == "pupil" else list(scripts)
    page: str = _template("page.html").render(
        lesson=lesson,
        view=view,
        page_language=languages[0],
        plain_title=made[0].plain_title,
        columns=[one.head() for one in made],
        rows=rows,
        style=_safe(style),
        scripts=[_safe(one) for one in script],
        policy=policy([style], script),
    )
    return page


def policy(styles: Sequence[str], scripts: Sequence[str]) -> str:
    """The content security policy of a page that holds these and loads nothing."""
    allowed = [("style-src", styles), ("script-src", scripts)]
    rules = [
        f"{name} {' '.join(map(_hash, texts)) if texts else chr(39) + 'none' + chr(39)}"
        for name, texts in allowed
    ]
    return "; ".join(["default-src 'none'", "img-src data:", *rules, "base-uri 'none'", "form-action 'none'"])


class Maker:
    """Makes the sections of a page in one language; `pictures` and `fields` as in Blocks."""

    def __init__(
        self,
        source: Source,
        language: str,
        view: View,
        prefix: str = "",
        pictures: Mapping[str, str] | None = None,
        fields: bool = True,
    ) -> None:
        self.source = source
        self.lesson = source.lesson
        self.language = language
        self.view: View = view
        self.tag = TAGS.get(language, language)
        self.blocks = Blocks(
            source.lesson,
            source.files,
            language,
            view,
            source.questions,
            pictures=pictures or {},
            prefix=f"{prefix}-" if prefix else "",
            fields=fields,
        )

    @property
    def plain_title(self) -> str:
        return self.lesson.title.get(self.language) or self.lesson.shown_title

    def head(self) -> dict[str, Any]:
        """What stands at the top and the bottom of the page."""
        with speaking(self.language):
            text = self.blocks.text
            return {
                "tag": self.tag,
                "title": _safe(text(self.lesson.title)),
                "question": _safe(text(self.lesson.project.driving_question)),
                "facts": list(self._facts()),
                "credits": _safe(self._macro("credits")),
            }

    def sections(self) -> list[tuple[str, str, Part]]:
        """(id, kind, part) of every section that the lesson has something for."""
        with speaking(self.language):
            return [*self._named(BEFORE[self.view]), *self._steps(), *self._named(AFTER[self.view])]

    def _named(self, names: Sequence[str]) -> Iterator[tuple[str, str, Part]]:
        there = self._there()
        for name in names:
            if there[name]:
                yield name, "part", Part(self.tag, _(HEADINGS[name]), _safe(self._macro(name)))

    def _steps(self) -> Iterator[tuple[str, str, Part]]:
        for step in self.lesson.steps:
            body = self.blocks.markdown(step.path(self.language), 1, without_title=True)
            if not body:
                body = self.blocks.markdown(step.path(self.lesson.source_language), 1, without_title=True)
            minutes = _("{n} min").format(n=step.minutes)
            heading = _safe(self.blocks.text(step.title))
            yield f"step-{step.id}", "step", Part(self.tag, heading, _safe(body), minutes)

    def _there(self) -> dict[str, bool]:
        """Which sections this lesson has. The same in every language, so that columns stay side by side."""
        lesson, files = self.lesson, self.source.files
        return {
            "objectives": bool(lesson.objectives),
            "curriculum": bool(lesson.alignment),
            "plan": bool(lesson.steps),
            "materials": bool(lesson.materials),
            "safety": bool(lesson.safety),
            "wiring": bool(self.source.wirings),
            "guide": any(f"teacher/{language}.md" in files for language in lesson.languages),
            "product": bool(lesson.project.product),
            "reflection": bool(lesson.project.reflection),
            "quiz": bool(self._open_questions()),
            "expectations": bool(lesson.expect),
            "rubric": bool(self.source.criteria),
            "words": bool(lesson.vocabulary),
            "home": lesson.home is not None,
        }

    def _open_questions(self) -> list[Question]:
        """Those that no step shows; the teacher sees all of them in one place."""
        if self.view == "teacher":
            return list(self.source.questions)
        shown = self.blocks.used_questions()
        return [one for one in self.source.questions if one.id not in shown]

    def _facts(self) -> Iterator[str]:
        lesson = self.lesson
        grades = sorted(lesson.grades)
        if grades:
            shown = f"{grades[0]}" if len(grades) == 1 else f"{grades[0]}–{grades[-1]}"
            yield _("Grade {grades}").format(grades=shown)
        yield _("{n} min").format(n=lesson.minutes)
        known = catalogue().boards
        boards = dict.fromkeys(board for target in lesson.targets for board in target.boards)
        names = [known[board].shown_name for board in boards if board in known]
        if names:
            yield _(", ").join(names)
        if lesson.unplugged:
            yield _("without electronics")
        if self.view == "teacher":
            yield word("level", lesson.level)
            yield word("status", lesson.status)

    def _macro(self, name: str) -> str:
        module = _template("sections.html").make_module(
            {
                "lesson": self.lesson,
                "b": _SafeBlocks(self.blocks),
                "t": lambda texts: _safe(self.blocks.text(texts)),
                "term": _term,
                "scheme": lambda scheme: vocabulary(scheme).shown_title,
                "kind": lambda task: word("task", task.kind),
                "per": lambda per: word("per", per),
                "role": lambda role: word("role", role),
                "safety_box": lambda code: _safe(self.blocks.safety(code)),
                "wirings": list(self._wirings()) if name == "wiring" else [],
                "charts": list(self._charts()) if name == "expectations" else [],
                "criteria": self.source.criteria,
                "open_questions": self._open_questions() if name == "quiz" else [],
            }
        )
        return str(getattr(module, name)())

    def _wirings(self) -> Iterator[dict[str, Any]]:
        known = catalogue().boards
        for wiring in self.source.wirings:
            names = _(", ").join(known[board].shown_name for board in wiring.boards if board in known)
            title = _("Wiring of {board}").format(board=names)
            drawing = draw(wiring, names, self.language, title)
            rows = [
                (number, start, end, word("colour", colour) if colour else "")
                for number, start, end, colour in connections(wiring, self.language)
            ]
            yield {"title": title, "rows": rows, "picture": data_address(drawing.encode(), "image/svg+xml")}

    def _charts(self) -> Iterator[dict[str, Any]]:
        """The example, a chart for each channel."""
        if (example := self.source.example) is None:
            return
        board = catalogue().boards[example.board].shown_name
        for channel in self.lesson.measured(example.target):
            name = channel.name.get(self.language) or channel.id
            title = _("“{name}” as a virtual {board} measures it").format(name=name, board=board)
            if drawing := example_chart.draw(example.columns, channel.id, title):
                yield {"title": title, "picture": data_address(drawing.encode(), "image/svg+xml")}


class _SafeBlocks:
    """Blocks whose HTML a template prints as it is."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self.view, self.language = blocks.view, blocks.language

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._blocks, name)
        return lambda *values: _safe(method(*values))


def _term(name: str) -> str:
    """What a code such as "cn-sci-2022:3.3" says."""
    scheme, _colon, code = name.partition(":")
    found = vocabulary(scheme).terms.get(code)
    return found.shown if found else code


def _text(files: Mapping[str, bytes], name: str) -> str:
    return files.get(name, b"").decode("utf-8", "replace")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _static(name: str) -> str:
    return (resources.files("makerlab.lessons.export") / "static" / name).read_text(encoding="utf-8")


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("makerlab.lessons.export", "templates"),
        autoescape=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals["_"] = _
    return environment


def _template(name: str) -> Any:
    return _environment().get_template(name)


def _safe(html: str) -> Any:
    from markupsafe import Markup

    return Markup(html)
