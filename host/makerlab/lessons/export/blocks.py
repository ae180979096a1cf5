"""Steps and guides of a lesson as HTML: prose, programs pulled in, and the blocks of markdown.py.

`Blocks` knows for whom a page is made; what is not for them is left out. Everything that comes from the
lesson is escaped or made from markdown.py's tree: nothing a stranger wrote becomes markup.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from html import escape
from typing import Literal

from markdown_it.token import Token

from makerlab.boards import catalogue
from makerlab.i18n import _
from makerlab.lessons import svg
from makerlab.lessons.expectations.in_words import in_words
from makerlab.lessons.list_file import Option, Question
from makerlab.lessons.markdown import Block, Code, Container, Prose, html, parse
from makerlab.lessons.model import Expectation, Lesson, Task, Text
from makerlab.lessons.regions import excerpt
from makerlab.lessons.vocabulary import SAFETY, vocabulary, word

View = Literal["pupil", "teacher"]
VIEWS: tuple[View, ...] = ("pupil", "teacher")

PICTURES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
            ".webp": "image/webp"}  # fmt: skip
SIGNS = {"info": "ℹ", "caution": "⚠", "adult": "⚠⚠"}
"""Of a safety note, by its level: read without colours as well."""


def data_address(data: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


@dataclass
class Blocks:
    """Makes HTML of the Markdown of one lesson in one language, for one view.

    `pictures`  from a picture's file to the address it is shown at; empty: pictures go into the page itself
    `prefix`    stands before every id, so that two languages can share a page
    `fields`    whether a pupil can write on the page; without, there are lines for a pencil
    """

    lesson: Lesson
    files: Mapping[str, bytes]
    language: str
    view: View
    questions: Sequence[Question] = ()
    pictures: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    fields: bool = True

    def markdown(self, path: str, shift: int = 1, without_title: bool = False) -> str:
        """The file `path` as HTML, "" if the lesson has none; headings `shift` levels smaller.
        `without_title` leaves out a heading at its very beginning: the page has one already."""
        if path not in self.files:
            return ""
        blocks = list(parse(self.files[path].decode("utf-8", "replace")).blocks)
        if without_title and blocks and isinstance(blocks[0], Prose):
            tokens = blocks[0].tokens
            if tokens[0].type == "heading_open" and len(tokens) >= 3:
                blocks[0] = Prose(blocks[0].line, tokens[3:])
        return self._all(blocks, shift)

    def text(self, texts: Text) -> str:
        """A text of the lesson, escaped. One in another language says so, for screen readers and fonts."""
        if self.language in texts:
            return escape(texts[self.language])
        for language in self.lesson.languages:
            if language in texts:
                return f'<span lang="{language}">{escape(texts[language])}</span>'
        return ""

    def used_questions(self) -> set[str]:
        """The questions that steps show."""
        return {
            block.argument
            for step in self.lesson.steps
            for path in [step.path(self.lesson.source_language)]
            if path in self.files
            for block in parse(self.files[path].decode("utf-8", "replace")).containers("quiz")
        }

    # -- blocks ----------------------------------------------------------------------------------------

    def _all(self, blocks: Sequence[Block], shift: int) -> str:
        return "".join(self._block(block, shift) for block in blocks)

    def _block(self, block: Block, shift: int) -> str:
        if isinstance(block, Prose):
            return self._prose(block, shift)
        if isinstance(block, Code):
            return self._code(block)
        if {"teacher": "pupil", "pupil": "teacher"}.get(block.name) == self.view:
            return ""
        make = getattr(self, f"_{block.name}", None)
        inner = self._all(block.children, shift + 1)
        return make(block, inner) if make else inner

    def _prose(self, prose: Prose, shift: int) -> str:
        made = html(prose, self._picture, shift)
        return made.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace(
            "</table>", "</table></div>"
        )

    def _picture(self, file: str) -> str:
        if file in self.pictures:
            return self.pictures[file]
        data = self.files.get(file)
        media_type = PICTURES.get(file[file.rfind(".") :].lower())
        if data is None or media_type is None:
            return ""
        if media_type == "image/svg+xml" and svg.faults(data):
            return ""
        return data_address(data, media_type)

    def _code(self, code: Code) -> str:
        source = self.files.get(code.file, b"").decode("utf-8", "replace")
        text = excerpt(source, code.region) if source else None
        if text is None:
            return ""
        return (
            f'<figure><pre tabindex="0"><code>{highlighted(text)}</code></pre>'
            f"<figcaption>{escape(code.file)}</figcaption></figure>"
        )

    def _task(self, block: Container, inner: str) -> str:
        task = next((one for one in self.lesson.tasks if one.id == block.argument), None)
        if task is None:
            return self._box("task", word("block", "task"), inner)
        badge = f'<span class="badge">{word("task", task.kind)}</span>'
        minutes = _("{n} min").format(n=task.minutes) if task.minutes else ""
        head = f'{badge} <span>{self.text(task.title)}</span> <span class="minutes">{minutes}</span>'
        if task.hint:
            inner += self._hint_of(f"<p>{self.text(task.hint)}</p>")
        if task.evidence:
            done = _("Done when there is: {evidence}").format(evidence=self.text(task.evidence))
            inner += f"<p>{done}</p>"
        if self.view == "pupil":
            inner += self._tick(task)
        return self._box(f"task {task.kind}", head, inner, f"task-{task.id}")

    def _tick(self, task: Task) -> str:
        """Where a pupil says that it is done."""
        if not self.fields:
            return "<p>☐ " + _("Done") + "</p>"
        needed = " data-needed" if task.kind == "required" else ""
        return f'<label class="done"><input type="checkbox"{needed}> ' + _("Done") + "</label>"

    def _predict(self, _block: Container, inner: str) -> str:
        return self._box("predict", word("block", "predict"), inner + self.answer(_("My prediction")))

    def _reflect(self, _block: Container, inner: str) -> str:
        return self._box("reflect", word("block", "reflect"), inner + self.answer(_("My thoughts")))

    def _hint(self, _block: Container, inner: str) -> str:
        return self._hint_of(inner)

    def _hint_of(self, inner: str) -> str:
        """Folded in for a pupil, until a click or the printer opens it; open for the teacher."""
        opened = " open" if self.view == "teacher" else ""
        return f"<details{opened}><summary>{word('block', 'hint')}</summary>{inner}</details>"

    def _safety(self, block: Container, inner: str) -> str:
        return self.safety(block.argument, inner)

    def _teacher(self, _block: Container, inner: str) -> str:
        return self._box("teacher", word("block", "teacher"), inner)

    def _home(self, _block: Container, inner: str) -> str:
        return self._box("home", word("block", "home"), inner)

    def _board(self, block: Container, inner: str) -> str:
        target = self.lesson.target(block.argument)
        boards = target.boards if target else (block.argument,)
        known = catalogue().boards
        shown = _(", ").join(known[board].shown_name if board in known else board for board in boards)
        return self._box("board", escape(_("With {board}").format(board=shown)), inner)

    def _print(self, _block: Container, inner: str) -> str:
        return f'<div class="print">{inner}</div>'

    def _screen(self, _block: Container, inner: str) -> str:
        return f'<div class="screen">{inner}</div>'

    def _record(self, block: Container, _inner: str) -> str:
        inner = "".join(
            self._prose(Prose(child.line, with_fields(child.tokens)), 1)
            if isinstance(child, Prose) and self.view == "pupil" and self.fields
            else self._block(child, 1)
            for child in block.children
        )
        return self._box("record", word("block", "record"), inner)

    def _expect(self, block: Container, inner: str) -> str:
        found = next((one for one in self.lesson.expect if one.id == block.argument), None)
        if found is None:
            return inner
        return self._box("expect", word("block", "expect"), self.expectation(found) + inner)

    def _quiz(self, block: Container, inner: str) -> str:
        found = [one for one in self.questions if one.id == block.argument]
        return inner + "".join(map(self.question, found))

    # -- parts that stand elsewhere on a page as well --------------------------------------------------

    def safety(self, code: str, inner: str = "") -> str:
        """A safety note: the text of the vocabulary, and what the lesson adds to it."""
        note = next((one for one in self.lesson.safety if one.code == code), None)
        known = vocabulary(SAFETY).terms.get(code)
        level = (note.level if note else "") or (known.kind if known else "caution")
        texts = [self.text(one) for one in (known.text if known else {}, note.note if note else {}) if one]
        said = "".join(f"<p>{text}</p>" for text in texts)
        head = f"{SIGNS[level]} {word('safety_level', level)}"
        return self._box(f"safety {level}", head, said + inner)

    def expectation(self, one: Expectation) -> str:
        """What the data should be like: in a pupil's words; for the teacher also the rule that is judged."""
        said = f"<p>{self.text(one.say)}</p>"
        if self.view == "teacher":
            said += f'<p class="note">{escape(in_words(one, self.lesson))}</p>'
        return said

    def question(self, question: Question) -> str:
        """A question with its answers: judged on the page for pupils, with the right ones for the teacher."""
        legend = f"<legend>{self.text(question.question)}</legend>"
        why = f"<p>{self.text(question.why)}</p>" if question.why else ""
        if self.view == "teacher":
            right = "".join(map(self._solution, question.options))
            if question.kind == "number":
                exact = f" ± {question.tolerance:g}" if question.tolerance else ""
                right = f"<p>{question.answer:g}{exact} {escape(question.unit)}</p>"
            return f"<fieldset>{legend}{right}{why}</fieldset>"
        if not self.fields:
            return self._on_paper(question, why)
        if question.kind == "text":
            answer = self.answer(_("My answer"))
            return f"<fieldset>{legend}{answer}</fieldset>"
        told = {
            "right": _("Right!"),
            "wrong": _("Not yet: think again."),
            "none": _("Answer first."),
        }
        data = " ".join(f'data-{key}="{escape(text)}"' for key, text in told.items())
        check = _("Check")
        return (
            f"<fieldset data-quiz {data}>{legend}{self._choices(question)}"
            f'<button type="button">{check}</button><p class="verdict" role="status"></p>'
            f'<div class="why" hidden>{why}</div></fieldset>'
        )

    def _on_paper(self, question: Question, why: str) -> str:
        """A question in a book: its answer is folded in."""
        asked = f"<p><strong>{self.text(question.question)}</strong></p>"
        asked += "".join(f"<p>☐ {self.text(option.text)}</p>" for option in question.options)
        if question.kind == "number":
            answer = f"<p>{question.answer:g} {escape(question.unit)}</p>"
        else:
            answer = "".join(
                f"<p>{self.text(option.text)}</p>" for option in question.options if option.right
            )
        if not answer:
            return f'<section class="box">{asked}{self.answer("")}</section>'
        summary = _("Answer")
        answer = f"<details><summary>{summary}</summary>{answer}{why}</details>"
        return f'<section class="box">{asked}{answer}</section>'

    def _solution(self, option: Option) -> str:
        why = f' <span class="note">{self.text(option.why)}</span>' if option.why else ""
        return f"<p>{'☑' if option.right else '☐'} {self.text(option.text)}{why}</p>"

    def _choices(self, question: Question) -> str:
        if question.kind == "number":
            label = escape(_("My answer"))
            return (
                f'<label><input class="number" inputmode="decimal" autocomplete="off" aria-label="{label}" '
                f'data-answer="{question.answer:g}" data-tolerance="{question.tolerance:g}"> '
                f"{escape(question.unit)}</label>"
            )
        name = f"{self.prefix}quiz-{question.id}"
        kind = "radio" if question.kind == "choice" else "checkbox"
        made = []
        for option in question.options:
            why = f' <span class="note" hidden>{self.text(option.why)}</span>' if option.why else ""
            box = f'<input type="{kind}" name="{name}" data-right="{int(option.right)}">'
            made.append(f"<label>{box} <span>{self.text(option.text)}{why}</span></label>")
        return "".join(made)

    def answer(self, label: str) -> str:
        """Where a pupil writes: a field on the screen, lines on paper; nothing for the teacher."""
        if self.view == "teacher":
            return ""
        field = f'<textarea aria-label="{escape(label)}"></textarea>' if self.fields else ""
        return f'{field}<div class="lines" aria-hidden="true"></div>'

    def _box(self, kind: str, head: str, inner: str, id: str = "") -> str:
        at = f' id="{self.prefix}{escape(id)}"' if id else ""
        return f'<section class="box {kind}"{at}><p class="head">{head}</p>{inner}</section>'


def highlighted(program: str) -> str:
    """Python as HTML, its comments, words and numbers marked by class."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    made: str = highlight(program, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True))
    return made


def with_fields(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens of a table with a field in every empty cell, named by the first cell of its row and its
    column."""
    made: list[Token] = []
    heads: list[str] = []
    row: list[str] = []
    in_head = False
    for token in tokens:
        if token.type in ("thead_open", "thead_close"):
            in_head = token.nesting == 1
        elif token.type == "tr_open":
            row = []
        elif token.type == "inline" and token.level >= 2 and made and made[-1].type in ("th_open", "td_open"):
            (heads if in_head else row).append(token.content)
            if not in_head and not token.content.strip():
                column = heads[len(row) - 1] if len(row) <= len(heads) else ""
                label = " ".join(text for text in (row[0], column) if text) or str(len(row))
                token = copy(token)
                token.children = [
                    Token(
                        "html_inline", "", 0, content=f'<input aria-label="{escape(label)}" maxlength="40">'
                    )
                ]
        made.append(token)
    return tuple(made)
