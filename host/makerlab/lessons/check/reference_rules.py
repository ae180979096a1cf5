"""lesson.yaml names things that are there: ids that are unique, steps, channels, targets, files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from makerlab.i18n import _
from makerlab.lessons.check.source import Source, at_entry, at_file
from makerlab.lessons.finding import Finding
from makerlab.lessons.model import Lesson
from makerlab.lessons.packs import member_names
from makerlab.yamlfile import meant

Place = tuple[str | int, ...]


def unique(source: Source) -> Iterator[Finding]:
    """No id twice in a list: what is meant by it would be left to chance."""
    lesson = source.lesson
    assert lesson is not None
    lists: list[tuple[Place, Sequence[str]]] = [
        (("pbl", "milestones"), [one.id for one in lesson.project.milestones]),
        (("objectives",), [one.id for one in lesson.objectives]),
        (("targets",), [one.id for one in lesson.targets]),
        (("channels",), [one.id for one in lesson.channels]),
        (("expect",), [one.id for one in lesson.expect]),
        (("scenes",), [one.id for one in lesson.scenes]),
        (("materials",), [one.id for one in lesson.materials]),
        (("tasks",), [one.id for one in lesson.tasks]),
        (("steps",), [one.id for one in lesson.steps]),
    ]
    for place, ids in lists:
        for index, name in enumerate(ids):
            if name and name in ids[:index]:
                entry = source.at(*place, index, "id")
                what = _("The id “{id}” is taken already (line {line}).").format(
                    id=name, line=source.at(*place, ids.index(name), "id").line
                )
                yield at_entry(entry, "duplicate-id", what, _("Give one of the two another id."))
    files = [step.file for step in lesson.steps]
    for index, file in enumerate(files):
        if file and file in files[:index]:
            what = _("Two steps have the same file.")
            entry = source.at("steps", index, "file")
            yield at_entry(entry, "duplicate-id", what, _("Give each step a file of its own."))


def references(source: Source) -> Iterator[Finding]:
    """What is named is there."""
    lesson = source.lesson
    assert lesson is not None
    for place, name, known in _references(lesson):
        if name and name not in known:
            what = _("There is no “{name}” in this lesson.").format(name=name)
            todo = meant(name, known) if known else _("Describe it first, or leave this out.")
            yield at_entry(source.at(*place), "dead-reference", what, todo)


def _references(lesson: Lesson) -> Iterator[tuple[Place, str, Collection[str]]]:
    """Where something is named, its name, and the names there are."""
    steps = [one.id for one in lesson.steps]
    objectives = [one.id for one in lesson.objectives]
    milestones = [one.id for one in lesson.project.milestones]
    targets = [one.id for one in lesson.targets]
    channels = [one.id for one in lesson.channels]
    expected = [one.id for one in lesson.expect]
    boards = [board for target in lesson.targets for board in target.boards]
    for index, task in enumerate(lesson.tasks):
        yield ("tasks", index, "step"), task.step, steps
        yield ("tasks", index, "objective"), task.objective, objectives
    for index, step in enumerate(lesson.steps):
        yield ("steps", index, "milestone"), step.milestone, milestones
    for index, channel in enumerate(lesson.channels):
        for target in channel.by:
            yield ("channels", index, "by", target), target, targets
        for at, target in enumerate(channel.without):
            yield ("channels", index, "without", at), target, targets
    for index, taken in enumerate(lesson.acquisition):
        for at, target in enumerate(taken.targets):
            yield ("acquisition", index, "targets", at), target, targets
    for index, one in enumerate(lesson.expect):
        yield ("expect", index, "channel"), one.channel, channels
        for key in ("against", "truth"):
            if isinstance(named := one.values.get(key), str):
                yield ("expect", index, key), named, channels
        for key in one.by:
            yield ("expect", index, "by", key), key, [*targets, *boards]
        for at, target in enumerate(one.targets):
            yield ("expect", index, "targets", at), target, targets
    for index, scene in enumerate(lesson.scenes):
        for at, name in enumerate(scene.must_fail):
            yield ("scenes", index, "must_fail", at), name, expected
        for at, target in enumerate(scene.targets):
            yield ("scenes", index, "targets", at), target, targets


def files(source: Source) -> Iterator[Finding]:
    """Files that lesson.yaml names are there, and those that are there are named."""
    lesson = source.lesson
    assert lesson is not None
    video = lesson.home.video if lesson.home else None
    named: list[tuple[Place, str]] = [
        *((("targets", index, "main"), target.main) for index, target in enumerate(lesson.targets)),
        *((("scenes", index, "file"), scene.file) for index, scene in enumerate(lesson.scenes)),
        *((("wiring", index), file) for index, file in enumerate(lesson.wiring)),
        (("quiz",), lesson.quiz),
        (("rubric",), lesson.rubric),
        (("home", "video", "script"), video.script if video else ""),
    ]
    for place, path in named:
        if path and path not in source.files:
            what = _("There is no file {path}.").format(path=path)
            todo = meant(path, source.files)
            yield at_entry(source.at(*place), "missing-file", what, todo)
    used = {path for _place, path in named}
    shown = {picture.file for document in source.documents.values() for picture in document.pictures}
    for path in source.files:
        if member_names.problem_with(path):
            continue  # file_rules has more to say of it
        unused = (
            path not in used and (path in ("quiz.yaml", "rubric.yaml") or (path.startswith("wiring/")))
        ) or (path.startswith("media/") and path not in shown)
        if unused:
            what = _("Nothing shows this file.")
            todo = _("Name it in lesson.yaml or in a step, or delete it.")
            yield at_file(path, "unused-file", what, todo, "warning")
