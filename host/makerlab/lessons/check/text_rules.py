"""Two languages that belong together: nothing untranslated, nothing translated from an older text."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping

from makerlab.i18n import LANGUAGES, N_, _
from makerlab.lessons.check.source import Source, at_entry, at_file
from makerlab.lessons.description import describe
from makerlab.lessons.finding import Finding
from makerlab.lessons.markdown import Container, Document, digest, parse
from makerlab.lessons.model import LESSON_FILE, Home, Lesson
from makerlab.yamlfile import Entry

MAX_TITLE_CHARS = 24
"""Of a Chinese title: what fits into one line of a list and of a printed sheet."""

MARK_COMMAND = "maker lesson check --translated"

_HAN = re.compile("[\u4e00-\u9fff]")
_LANGUAGE_NAMES = {"zh": N_("Chinese"), "en": N_("English")}


def texts(source: Source) -> Iterator[Finding]:
    """Every text of lesson.yaml in every language of the lesson."""
    assert source.lesson is not None and source.top is not None
    languages = source.lesson.languages
    if len(set(languages)) < len(languages):
        what = _("A language stands here twice.")
        yield at_entry(source.at("languages"), "languages", what, _("Delete one of the two."))
    for key, entry in source.top.items().items():
        # A Chinese name may stand in an English text.
        yield from _texts_below(entry, languages, names=key in ("authors", "derived_from"))
    title = source.lesson.title.get("zh", "")
    if len(title) > MAX_TITLE_CHARS:
        what = _("The title is too long for a list: {count} characters.").format(count=len(title))
        todo = _("{count} are enough; the rest fits into the summary.").format(count=MAX_TITLE_CHARS)
        yield at_entry(source.at("title", "zh"), "long-title", what, todo, "warning")


def _texts_below(top: Entry, languages: tuple[str, ...], names: bool) -> Iterator[Finding]:
    waiting = [top]
    while waiting:
        entry = waiting.pop()
        if entry.kind == "list":
            waiting += entry.entries()
        if entry.kind != "keys":
            continue
        inner = entry.items()
        if not inner or not set(inner) & set(LANGUAGES):
            waiting += inner.values()
            continue
        if not set(inner) <= set(LANGUAGES):  # a word of the vocabulary has both, and more
            waiting += [value for key, value in inner.items() if key not in LANGUAGES]
        for language in languages:
            if language not in inner:
                what = _("The {language} text is missing here.").format(language=_(_LANGUAGE_NAMES[language]))
                todo = _("Add a line “{key}: ...” there.").format(key=language)
                yield at_entry(entry, "missing-translation", what, todo)
        english = inner.get("en")
        if (
            not names
            and english is not None
            and english.kind == "text"
            and _HAN.search(english_text := _text(english))
        ):
            what = _("The English text has Chinese in it: {text}").format(text=_shortened(english_text))
            yield at_entry(english, "wrong-language", what, _("Translate it."), "warning")


def _text(entry: Entry) -> str:
    return "" if entry.says("") else entry.text()


def _shortened(text: str) -> str:
    return text if len(text) <= 30 else text[:29] + "…"


def files(source: Source) -> Iterator[Finding]:
    """A Markdown file for every step and language, and none that nobody shows."""
    assert source.lesson is not None
    lesson = source.lesson
    known: set[str] = set()
    for index, step in enumerate(lesson.steps):
        if not step.file:
            continue
        for language in lesson.languages:
            path = step.path(language)
            known.add(path)
            if path not in source.files:
                what = _("There is no file {path} for this step.").format(path=path)
                todo = _("Write it, or take “{language}” out of “languages”.").format(language=language)
                yield at_entry(source.at("steps", index, "file"), "missing-file", what, todo)
    if lesson.home:
        known |= {Home.path(language) for language in lesson.languages}
        known |= {lesson.home.video.script} if lesson.home.video else set()
        for language in lesson.languages:
            if (path := Home.path(language)) not in source.files:
                what = _("There is no file {path}.").format(path=path)
                todo = _("Write how to do it at home, or write “home: none”.")
                yield at_entry(source.at("home"), "missing-file", what, todo)
    guides = [f"teacher/{language}.md" for language in lesson.languages]
    known |= set(guides)
    present = [path for path in guides if path in source.files]
    for path in guides:
        if present and path not in source.files:
            what = _("There is no file {path}, but there is {other}.").format(path=path, other=present[0])
            yield at_file(path, "missing-file", what, _("Translate it, or delete the other."))
    for path in source.files:
        if path.startswith(("steps/", "home/", "teacher/")) and path not in known:
            what = _("Nothing shows this file.")
            todo = _("Name it in a step of {file}, or delete it.").format(file=LESSON_FILE)
            yield at_file(path, "unused-file", what, todo, "warning")


def translations(source: Source) -> Iterator[Finding]:
    """Each translated file against its original: made from this state of it, and with the same blocks."""
    assert source.lesson is not None
    for original, translated, language in _pairs(source.lesson):
        if all(source.texts.get(path, "").strip() for path in (original, translated)):
            name = _(_LANGUAGE_NAMES[language])
            yield from _stale(translated, source.documents[translated], digest(source.texts[original]), name)
            yield from _unpaired(
                translated, source.documents[translated], original, source.documents[original]
            )


def marked_as_translated(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The translations of a lesson whose first line does not say the present state of their original, with
    that line put right: their author has compared them. {} for a lesson that cannot be read."""
    lesson = describe(_decoded(files, LESSON_FILE)).lesson
    marked: dict[str, bytes] = {}
    for original, translated, _language in _pairs(lesson) if lesson else ():
        if original in files and translated in files:
            text = _decoded(files, translated)
            wanted = digest(_decoded(files, original))
            document = parse(text)
            if document.source != wanted:
                body = text.split("\n", 1)[-1] if document.source else text
                marked[translated] = f"{_source_line(wanted)}\n{body}".encode()
    return marked


def _decoded(files: Mapping[str, bytes], path: str) -> str:
    return files.get(path, b"").decode("utf-8-sig", "replace").replace("\r\n", "\n")


def _source_line(wanted: str) -> str:
    return f"<!-- src: {wanted} -->"


def _pairs(lesson: Lesson) -> Iterator[tuple[str, str, str]]:
    first, *others = lesson.languages
    for language in others:
        for step in lesson.steps:
            if step.file:
                yield step.path(first), step.path(language), language
        yield Home.path(first), Home.path(language), language
        yield f"teacher/{first}.md", f"teacher/{language}.md", language


def _stale(path: str, document: Document, wanted: str, language: str) -> Iterator[Finding]:
    line = _source_line(wanted)
    if not document.source:
        what = _("The first line does not say what this was translated from.")
        todo = _("When the translation is right, make this the first line: {line} (or: {command})").format(
            line=line, command=MARK_COMMAND
        )
        yield at_file(path, "unmarked-translation", what, todo, "warning")
    elif document.source != wanted:
        what = _("The original was changed after this was translated: the {language} is behind.").format(
            language=language
        )
        todo = _("Compare the two, then make this the first line: {line} (or: {command})").format(
            line=line, command=MARK_COMMAND
        )
        yield at_file(path, "stale-translation", what, todo, "warning")


def _unpaired(path: str, document: Document, original: str, other: Document) -> Iterator[Finding]:
    """Blocks and headings that stand in one language only."""
    mine = [_block_name(one) for one in document.containers()]
    theirs = [_block_name(one) for one in other.containers()]
    for kind, a, b, c, d in difflib.SequenceMatcher(None, theirs, mine, autojunk=False).get_opcodes():
        if kind in ("delete", "replace"):
            for block in other.containers()[a:b]:
                what = _("The block “:::{name}” (line {line}) is missing in {path}.").format(
                    name=_block_name(block), line=block.line, path=path
                )
                todo = _("Both languages have the same blocks in the same order.")
                yield Finding(original, block.line, 1, "error", "unpaired-block", what, todo)
        if kind in ("insert", "replace"):
            for block in document.containers()[c:d]:
                what = _("The block “:::{name}” (line {line}) is missing in {path}.").format(
                    name=_block_name(block), line=block.line, path=original
                )
                todo = _("Both languages have the same blocks in the same order.")
                yield Finding(path, block.line, 1, "error", "unpaired-block", what, todo)
    levels = [heading.level for heading in document.headings]
    wanted = [heading.level for heading in other.headings]
    if levels != wanted:
        index = next(
            (at for at, (x, y) in enumerate(zip(levels, wanted, strict=False)) if x != y),
            min(len(levels), len(wanted)),
        )
        line = document.headings[index].line if index < len(levels) else 1
        if index < len(wanted):
            what = _("The heading “{text}” ({path}, line {line}) has none here in its place.").format(
                text=other.headings[index].text, path=original, line=other.headings[index].line
            )
        else:
            what = _("This heading has none in its place in {path}.").format(path=original)
        todo = _("Both languages have the same headings in the same order.")
        yield Finding(path, line, 1, "warning", "unpaired-heading", what, todo)


def _block_name(block: Container) -> str:
    return f"{block.name} {block.argument}".strip()
