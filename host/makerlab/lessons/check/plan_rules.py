"""The lesson as a plan: minutes that add up, tasks, objectives, what data and boards need, licences."""

from __future__ import annotations

import math
from collections.abc import Iterator

from makerlab.i18n import _
from makerlab.lessons.check.source import Source, at_entry
from makerlab.lessons.expectation_kinds import CHECKS
from makerlab.lessons.finding import Finding
from makerlab.lessons.model import PERIOD_MINUTES, Lesson
from makerlab.lessons.packs import licences
from makerlab.yamlfile import meant

OFF_SHARE = 0.1
"""How far the minutes of the steps may be from those of the lesson."""
MIN_EXPECTATIONS = 3
"""For each target that takes data: fewer prove little."""
KNOWN_LICENCES = (
    "CC-BY-SA-4.0", "CC-BY-4.0", "CC0-1.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC-BY-ND-4.0",
    "CC-BY-NC-ND-4.0", "CC-BY-SA-3.0", "CC-BY-3.0", "MIT", "MIT-0", "0BSD", "BSD-2-Clause", "BSD-3-Clause",
    "Apache-2.0", "ISC", "MPL-2.0", "MulanPSL-2.0", "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only",
    "GPL-3.0-or-later", "LGPL-2.1-or-later", "LGPL-3.0-or-later", "AGPL-3.0-or-later", "Unlicense", "OFL-1.1",
)  # fmt: skip
"""SPDX identifiers that lessons, programs and pictures have; others are asked about, not refused."""


def minutes(source: Source) -> Iterator[Finding]:
    """Steps fill the lesson, tasks fit into their steps, periods hold it."""
    lesson = source.lesson
    assert lesson is not None
    total = sum(step.minutes for step in lesson.steps)
    if lesson.minutes and all(step.minutes for step in lesson.steps) and lesson.steps:
        if abs(total - lesson.minutes) > OFF_SHARE * lesson.minutes:
            what = _("The steps take {total} minutes, the lesson {minutes}.").format(
                total=total, minutes=lesson.minutes
            )
            todo = _("Correct “minutes” here or in the steps; they may differ by a tenth.")
            yield at_entry(source.at("minutes"), "minutes", what, todo)
        needed = math.ceil(lesson.minutes / PERIOD_MINUTES)
        if lesson.periods and lesson.periods != needed:
            what = _("{minutes} minutes are {needed} periods of {length} minutes, not {periods}.").format(
                minutes=lesson.minutes, needed=needed, length=PERIOD_MINUTES, periods=lesson.periods
            )
            yield at_entry(source.at("periods"), "minutes", what, _("Correct one of the two."), "warning")
    for index, step in enumerate(lesson.steps):
        of_tasks = sum(
            task.minutes for task in lesson.tasks if task.step == step.id and task.kind == "required"
        )
        if step.id and step.minutes and of_tasks > step.minutes:
            what = _("The required tasks of this step take {tasks} minutes, the step {minutes}.").format(
                tasks=of_tasks, minutes=step.minutes
            )
            todo = _("Give the step more time, or make a task optional.")
            yield at_entry(source.at("steps", index, "minutes"), "minutes", what, todo)
    milestones = sum(one.minutes for one in lesson.project.milestones)
    if lesson.minutes and milestones > lesson.minutes * (1 + OFF_SHARE):
        what = _("The milestones take {total} minutes, the lesson {minutes}.").format(
            total=milestones, minutes=lesson.minutes
        )
        yield at_entry(
            source.at("pbl", "milestones"), "minutes", what, _("Correct one of the two."), "warning"
        )


def enough(source: Source) -> Iterator[Finding]:
    """What every lesson has at least one of."""
    lesson = source.lesson
    assert lesson is not None
    for key, found in (
        ("authors", lesson.authors),
        ("grades", lesson.grades),
        ("alignment", lesson.alignment),
        ("objectives", lesson.objectives),
        ("steps", lesson.steps),
        ("languages", lesson.languages),
    ):
        if not found and source.at(key) is not source.top:
            what = _("“{name}” should not be empty.").format(name=key)
            yield at_entry(source.at(key), "empty-list", what, _("Write at least one."))
    if lesson.alignment and all(one.strength != "main" for one in lesson.alignment):
        what = _("No place in a curriculum is the main one.")
        yield at_entry(
            source.at("alignment"), "alignment", what, _("Write “strength: main” under one."), "warning"
        )
    if all(task.kind != "required" for task in lesson.tasks):
        what = _("No task is required: nobody knows what all pupils do.")
        yield at_entry(source.at("tasks"), "required-task", what, _("Write “kind: required” under one."))
    if lesson.unplugged and lesson.targets:
        what = _("A lesson without boards (“unplugged: true”) has no targets.")
        yield at_entry(source.at("unplugged"), "unplugged", what, _("Delete one of the two."))
    if not lesson.unplugged and not lesson.targets:
        what = _("The lesson has no targets: which boards is it for?")
        todo = _("Describe “targets”, or write “unplugged: true” for a lesson without boards.")
        yield at_entry(source.at("targets"), "unplugged", what, todo)


def home(source: Source) -> Iterator[Finding]:
    """Whatever a family does not have has something in its place, or a reason why not."""
    lesson = source.lesson
    assert lesson is not None
    for index, material in enumerate(lesson.materials):
        if material.kind != "board" and material.home is None and material.id:
            what = _("What takes the place of “{id}” at home?").format(id=material.id)
            todo = _("Add “home:” with “name: ...”, or with “none: ...” and the reason.")
            yield at_entry(source.at("materials", index), "no-substitute", what, todo)


def data(source: Source) -> Iterator[Finding]:
    """A lesson that measures says how, what the data should show, and in which scenes that is tested."""
    lesson = source.lesson
    assert lesson is not None
    if not lesson.channels:
        for key in ("acquisition", "expect", "scenes"):
            if getattr(lesson, key):
                what = _("There is “{name}”, but no “channels”.").format(name=key)
                todo = _("Describe what is measured in “channels”, or delete this.")
                yield at_entry(source.at(key), "no-data", what, todo)
        return
    for index, target in enumerate(lesson.targets):
        if not target.id:
            continue
        entry = source.at("targets", index, "id")
        yield from _not_measured(source, lesson, target.id)
        if not lesson.measured(target.id):
            continue
        if lesson.acquisition_of(target.id) is None:
            what = _("How does “{target}” take its data?").format(target=target.id)
            yield at_entry(
                entry, "no-acquisition", what, _("Describe it in “acquisition”: rate_hz and duration_s.")
            )
        if len(lesson.expected(target.id)) < MIN_EXPECTATIONS:
            what = _("“{target}” has {count} expectations.").format(
                target=target.id, count=len(lesson.expected(target.id))
            )
            todo = _("{count} at least: what does good data look like?").format(count=MIN_EXPECTATIONS)
            yield at_entry(entry, "few-expectations", what, todo)
        yield from _scenes(source, lesson, target.id, index)


def _not_measured(source: Source, lesson: Lesson, target: str) -> Iterator[Finding]:
    known = {channel.id for channel in lesson.channels}
    measured = {channel.id for channel in lesson.measured(target)}
    for index, one in enumerate(lesson.expect):
        if one in lesson.expected(target) and one.channel in known - measured:
            what = _("“{target}” does not measure “{channel}”, so this cannot hold there.").format(
                target=target, channel=one.channel
            )
            todo = _("Name in “targets” those it is for.")
            yield at_entry(source.at("expect", index, "channel"), "not-measured", what, todo)


def _scenes(source: Source, lesson: Lesson, target: str, index: int) -> Iterator[Finding]:
    scenes = lesson.scenes_of(target)
    if not any(not scene.must_fail for scene in scenes):
        what = _("“{target}” has no scene in which its data is good.").format(target=target)
        todo = _("Describe one in “scenes”, without “must_fail”.")
        yield at_entry(source.at("targets", index, "id"), "no-scene", what, todo)
    failing = {name for scene in scenes for name in scene.must_fail}
    for at, expectation in enumerate(lesson.expect):
        judged = not expectation.targets or target in expectation.targets
        # Whether there are enough rows is up to the program, not to what its sensors see.
        of_rows = expectation.check in CHECKS and not CHECKS[expectation.check].channel
        if judged and not of_rows and expectation.id and expectation.id not in failing:
            what = _("No scene shows that “{id}” can fail on “{target}”.").format(
                id=expectation.id, target=target
            )
            todo = _("Name it in “must_fail” of a scene with a sensor that is unplugged, stuck or covered.")
            yield at_entry(source.at("expect", at, "id"), "no-negative-scene", what, todo, "warning")


def licence(source: Source) -> Iterator[Finding]:
    """Licences that are known, and that those of the lessons it was made from allow."""
    lesson = source.lesson
    assert lesson is not None
    for key, name in (
        ("license", lesson.license),
        ("code_license", lesson.code_license),
        ("media_license", lesson.media_license),
    ):
        if name and name not in KNOWN_LICENCES:
            what = _("“{name}” is no licence that we know.").format(name=name)
            yield at_entry(source.at(key), "unknown-licence", what, meant(name, KNOWN_LICENCES), "warning")
    for index, origin in enumerate(lesson.derived_from):
        if origin.license and lesson.license:
            problem = licences.problem_with(origin.license, lesson.license)
            if problem:
                what = _("“{id}” does not allow this licence: {problem}.").format(
                    id=origin.id, problem=_(problem)
                )
                todo = _("Take its licence ({license}), or ask its authors.").format(license=origin.license)
                yield at_entry(source.at("derived_from", index, "license"), "licence", what, todo)
        if origin.id and origin.id == lesson.id:
            what = _("A lesson made from another has an id of its own.")
            yield at_entry(source.at("id"), "licence", what, _("Change “id”."))
