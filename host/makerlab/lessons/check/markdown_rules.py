"""Steps, guides and home sheets: their form, headings, pictures and links, and what their blocks name."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from makerlab.i18n import _
from makerlab.lessons.check.source import Source
from makerlab.lessons.finding import Finding
from makerlab.lessons.list_file import quiz
from makerlab.lessons.markdown import CONTAINERS, Document, Picture, safe_address
from makerlab.lessons.packs.member_names import PICTURE_KINDS
from makerlab.lessons.regions import Region, regions
from makerlab.yamlfile import meant

SHORTEST_ALT = 2
"""Characters: less describes nothing."""
MAX_PASTED = 2
"""Lines of a program that may stand in a text without a file: enough to explain one command."""
VAGUE_ALTS = frozenset(("图", "图片", "照片", "截图", "image", "picture", "photo", "screenshot", "img"))


def form(source: Source) -> Iterator[Finding]:
    """What the parser complains of."""
    for path, document in source.documents.items():
        for problem in document.problems:
            yield Finding(
                path, problem.line, problem.column, "error", problem.rule, problem.what, problem.todo
            )


def headings(source: Source) -> Iterator[Finding]:
    """One title, and no level left out below it: readers that cannot see jump from heading to heading."""
    for path, document in source.documents.items():
        if not document.headings:
            if source.texts[path].strip():
                what = _("The text has no title.")
                yield Finding(path, 1, 1, "warning", "no-title", what, _("Begin it with a line “# title”."))
            continue
        level = 0
        for heading in document.headings:
            if heading.level > level + 1:
                what = (
                    _("A heading of level {level} follows one of level {before}.").format(
                        level=heading.level, before=level
                    )
                    if level
                    else _("The first heading has level {level}.").format(level=heading.level)
                )
                todo = _("Write {marks} in front of it.").format(marks=f"“{'#' * (level + 1)} ”")
                yield Finding(path, heading.line, 1, "error", "skipped-heading", what, todo)
            if heading.level == 1 and level:
                what = _("A second title stands here.")
                todo = _("Write {marks} in front of it.").format(marks="“## ”")
                yield Finding(path, heading.line, 1, "warning", "second-title", what, todo)
            level = heading.level


def pictures(source: Source) -> Iterator[Finding]:
    """A text for those who do not see a picture, and the picture itself."""
    for path, document in source.documents.items():
        for picture in document.pictures:
            for rule, what, todo in _faults_of(picture, source):
                yield Finding(path, picture.line, picture.column, "error", rule, what, todo)


def _faults_of(picture: Picture, source: Source) -> Iterator[tuple[str, str, str]]:
    """Rule and texts of what is wrong with it."""
    if len(picture.alt) < SHORTEST_ALT or picture.alt.lower() in VAGUE_ALTS:
        what = _("The picture {file} has no text for those who cannot see it.").format(file=picture.file)
        yield "missing-alt", what, _("Write what it shows between the brackets: ![...]")
    if safe_address(picture.file):
        what = _("The picture is somewhere on the web; a classroom may be offline.")
        yield "outside-picture", what, _("Put it into media/ and write ![...](media/name.png)")
    elif picture.file not in source.files:
        what = _("There is no picture {file}.").format(file=picture.file)
        yield "missing-file", what, _near(picture.file, [one for one in source.files if _is_picture(one)])
    elif not _is_picture(picture.file):
        what = _("{file} is no picture.").format(file=picture.file)
        kinds = _(", ").join(sorted(_PICTURES))
        yield "missing-file", what, _("Pictures end in: {kinds}.").format(kinds=kinds)


_PICTURES = PICTURE_KINDS | {".svg"}


def _is_picture(path: str) -> bool:
    return PurePosixPath(path).suffix in _PICTURES


def _near(name: str, names: Collection[str]) -> str:
    return meant(name, names) if names else _("Put the file there, or correct the name.")


def links(source: Source) -> Iterator[Finding]:
    """To http and https only: anything else runs something, or leads nowhere in a page that was sent on."""
    for path, document in source.documents.items():
        for link in document.links:
            if not safe_address(link.address):
                what = _("A link can go to http:// or https:// only, not to {address}.").format(
                    address=link.address[:60]
                )
                todo = _("Write the whole address of a page, or leave the link out.")
                yield Finding(path, link.line, link.column, "error", "bad-link", what, todo)


def code(source: Source) -> Iterator[Finding]:
    """Programs are pulled out of files that are tested, and the part that is named is there."""
    for path, document in source.documents.items():
        for block in document.codes:
            text = source.texts.get(block.file)
            if text is None:
                what = _("There is no file {path}.").format(path=block.file)
                todo = _near(block.file, [one for one in source.files if one.endswith(".py")])
                yield Finding(path, block.line, 1, "error", "missing-file", what, todo)
                continue
            if block.region and block.region not in (known := regions(text)):
                what = _("{file} has no region “{region}”.").format(file=block.file, region=block.region)
                todo = _("Put “# region {name}” and “# endregion” around the lines.").format(
                    name=block.region
                )
                if known:
                    todo = meant(block.region, known)
                yield Finding(path, block.line, 1, "error", "missing-region", what, todo)
        for line, count in document.pasted:
            if count > MAX_PASTED:
                what = _("This program is not tested: it stands in the text, not in a file.")
                todo = _("Put it into code/ and pull it in: {example}").format(
                    example="```python file=code/esp32/main.py lines=measure"
                )
                yield Finding(path, line, 1, "warning", "pasted-code", what, todo)


def open_regions(source: Source) -> Iterator[Finding]:
    """Regions of programs have an end."""
    for path, text in source.texts.items():
        if path.startswith("code/"):
            for region in regions(text).values():
                if not region.closed:
                    yield _open_region(path, region)


def _open_region(path: str, region: Region) -> Finding:
    what = _("The region “{name}” has no end.").format(name=region.name)
    return Finding(
        path, region.line - 1, 1, "error", "open-region", what, _("Put a line “# endregion” behind it.")
    )


def blocks(source: Source) -> Iterator[Finding]:
    """What a block names is there: the task, the safety note, the expectation, the question, the board."""
    lesson = source.lesson
    assert lesson is not None
    boards = {board for target in lesson.targets for board in target.boards}
    questions = quiz(source.texts["quiz.yaml"], "quiz.yaml").items if "quiz.yaml" in source.texts else ()
    known: dict[str, Collection[str]] = {
        "task": [task.id for task in lesson.tasks],
        "safety": [one.code for one in lesson.safety],
        "expect": [one.id for one in lesson.expect],
        "quiz": [question.id for question in questions],
        "board": [*(target.id for target in lesson.targets), *sorted(boards)],
    }
    files = {"quiz": "quiz.yaml"}
    for path, document in source.documents.items():
        for block in document.containers():
            kind = CONTAINERS.get(block.name)
            if kind is None or kind.argument == "none" or not block.argument:
                continue
            if block.argument not in known[kind.argument]:
                what = _("There is no {kind} “{id}” in {file}.").format(
                    kind=block.name, id=block.argument, file=files.get(block.name, "lesson.yaml")
                )
                names = known[kind.argument]
                todo = meant(block.argument, names) if names else _("Describe it there, or delete the block.")
                yield Finding(path, block.line, len(block.name) + 5, "error", "dead-reference", what, todo)


def tasks(source: Source) -> Iterator[Finding]:
    """Every task has its block in the step it belongs to, once."""
    lesson = source.lesson
    assert lesson is not None
    step_of = {task.id: task.step for task in lesson.tasks}
    for step in lesson.steps:
        for language in lesson.languages:
            path = step.path(language)
            document = source.documents.get(path)
            if document is None:
                continue
            yield from _tasks_of(source, path, document, step.id, step_of)


def _tasks_of(
    source: Source, path: str, document: Document, step: str, step_of: dict[str, str]
) -> Iterator[Finding]:
    assert source.lesson is not None
    seen: set[str] = set()
    for block in document.containers("task"):
        name = block.argument
        if name in seen:
            what = _("The task “{id}” stands here twice.").format(id=name)
            yield Finding(path, block.line, 1, "error", "task-block", what, _("Delete one of the two."))
        elif step_of.get(name, step) != step:
            what = _("The task “{id}” belongs to the step “{step}”.").format(id=name, step=step_of[name])
            todo = _("Move the block there, or change “step” of the task in lesson.yaml.")
            yield Finding(path, block.line, 1, "error", "task-block", what, todo)
        seen.add(name)
    for index, task in enumerate(source.lesson.tasks):
        if task.step == step and task.id and task.id not in seen:
            entry = source.at("tasks", index, "id")
            what = _("The task “{id}” is not in {path}.").format(id=task.id, path=path)
            todo = _("Put a block “:::task {id}” there.").format(id=task.id)
            yield Finding(entry.path, entry.line, entry.column, "error", "task-block", what, todo)
