"""The files that hold data: quiz, rubric, notes of lesson study, scenes, tables."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any

from makerlab.errors import BadFile
from makerlab.i18n import _
from makerlab.lessons.check.source import Source, at_entry, at_file
from makerlab.lessons.finding import Finding
from makerlab.lessons.list_file import ListFile, quiz, rubric, study_note
from makerlab.virtual.scene import load
from makerlab.virtual.scenes import built_in
from makerlab.yamlfile import meant

MAX_CELL_CHARS = 2000


def lists(source: Source) -> Iterator[Finding]:
    """quiz.yaml, rubric.yaml and notes/: what their readers say, and the objectives they name."""
    read: dict[str, ListFile[Any]] = {}
    if "quiz.yaml" in source.texts:
        read["quiz.yaml"] = quiz(source.texts["quiz.yaml"], "quiz.yaml")
    if "rubric.yaml" in source.texts:
        read["rubric.yaml"] = rubric(source.texts["rubric.yaml"], "rubric.yaml")
    for path, text in source.texts.items():
        if path.startswith("notes/") and path.endswith(".yaml"):
            yield from study_note(text, path).findings
    for path, found in read.items():
        yield from found.findings
        yield from _unique(path, found)
        if source.lesson is not None:
            yield from _objectives(found, [one.id for one in source.lesson.objectives])


def _unique(path: str, found: ListFile[Any]) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for index, item in enumerate(found.items):
        name = str(getattr(item, "id", ""))
        if name and name in seen and found.top is not None:
            entry = found.top.entries()[index]
            what = _("The id “{id}” is taken already (line {line}).").format(id=name, line=seen[name])
            yield at_entry(entry, "duplicate-id", what, _("Give one of the two another id."))
        elif found.top is not None:
            seen[name] = found.top.entries()[index].line


def _objectives(found: ListFile[Any], known: list[str]) -> Iterator[Finding]:
    for index, item in enumerate(found.items):
        name = str(getattr(item, "objective", ""))
        if name and name not in known and found.top is not None:
            entry = found.top.entries()[index].items()["objective"]
            what = _("There is no “{name}” in this lesson.").format(name=name)
            todo = meant(name, known) if known else _("Describe it first, or leave this out.")
            yield at_entry(entry, "dead-reference", what, todo)


def scenes(source: Source) -> Iterator[Finding]:
    """Files of scenes that can be read, with the scenes that lesson.yaml names."""
    assert source.lesson is not None
    names: dict[str, list[str]] = {}
    for path in {scene.file for scene in source.lesson.scenes} & set(source.texts):
        try:
            names[path] = list(load(source.texts[path], path, built_in(), source.texts.__getitem__))
        except BadFile as error:
            yield Finding.of(error, "scene")
    for index, scene in enumerate(source.lesson.scenes):
        if scene.file in names and scene.scene and scene.scene not in names[scene.file]:
            what = _("{file} has no scene “{name}”.").format(file=scene.file, name=scene.scene)
            todo = meant(scene.scene, names[scene.file])
            yield at_entry(source.at("scenes", index, "scene"), "dead-reference", what, todo)


def tables(source: Source) -> Iterator[Finding]:
    """CSV files with as many values in every row; JSON that is JSON."""
    for path, text in source.texts.items():
        if path.startswith("data/") and path.endswith(".csv"):
            yield from _table(path, text)
        elif path.endswith(".json"):
            try:
                json.loads(text)
            except (ValueError, RecursionError) as error:
                line = getattr(error, "lineno", 1)
                column = getattr(error, "colno", 1)
                what = _("This is not JSON.")
                todo = _("Look for a missing comma, quote or bracket, here or in the line above.")
                yield Finding(path, line, column, "error", "json", what, todo)


def _table(path: str, text: str) -> Iterator[Finding]:
    rows = [line for line in text.split("\n") if line.strip() and not line.startswith("#")]
    try:
        widths = [len(row) for row in csv.reader(rows)]
    except csv.Error:
        yield at_file(path, "table", _("This is not a table (CSV)."), _("Export it again as CSV UTF-8."))
        return
    for index, width in enumerate(widths):
        if width != widths[0]:
            number = 1 + [line for line in text.split("\n")].index(rows[index])
            what = _("This row has {count} values, the first one {wanted}.").format(
                count=width, wanted=widths[0]
            )
            todo = _("Write every value, and nothing that has a comma in it without quotes.")
            yield Finding(path, number, 1, "warning", "table", what, todo)
            return
