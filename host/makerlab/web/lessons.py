"""The lessons on this computer, as the page shows them."""

from __future__ import annotations

from typing import Any

from makerlab.boards import catalogue
from makerlab.i18n import _, language, pick
from makerlab.lessons import library
from makerlab.lessons.expectations.judge import judge
from makerlab.lessons.export.fragments import fragments
from makerlab.lessons.export.page import TAGS, Source
from makerlab.lessons.library import Found
from makerlab.lessons.trials.judging import from_recording, target_of
from makerlab.recording.store.notebook import Notebook
from makerlab.web.advice import told


def listed() -> dict[str, Any]:
    """Every lesson, and what went wrong with those that cannot be read."""
    found, broken = library.shelf()
    return {
        "lessons": [_head(one) for one in found],
        "broken": [told(one.error) for one in broken],
    }


def shown(name: str) -> dict[str, Any]:
    """A lesson with its sections, in the language spoken if it has it; its texts there are HTML. Raises
    NoSuchLesson, SeveralLessons, BadPack, BadFile or FileProblem."""
    found = library.find_kept(name)
    lesson = found.lesson
    spoken = language() if language() in lesson.languages else lesson.source_language
    sections = [vars(one) for one in fragments(Source.of(found.files), spoken)]
    return {**_head(found), "tag": TAGS.get(spoken, spoken), "sections": sections}


def judged(notebook: Notebook, which: int) -> list[dict[str, Any]]:
    """What the lesson expects of the recording `which` of its program, and why that is met or not yet: what
    `maker lesson judge` says. Raises NoRecording, OtherBoard, and what `find_kept` raises."""
    about = notebook.get(which).about
    lesson = library.find_kept(about.lesson.partition(" ")[0]).lesson
    measured = from_recording(notebook, str(which), lesson)
    verdicts = judge(lesson, target_of(lesson, measured.board).id, measured.board, measured.columns)
    return [{"met": one.met, "say": pick(dict(one.say)), "reason": one.reason.text} for one in verdicts]


def _head(found: Found) -> dict[str, Any]:
    lesson = found.lesson
    known = catalogue().boards
    boards = dict.fromkeys(board for target in lesson.targets for board in target.boards)
    return {
        "name": found.id,
        "title": lesson.shown_title,
        "question": pick(dict(lesson.project.driving_question)),
        "grades": sorted(lesson.grades),
        "minutes": lesson.minutes,
        "boards": _(", ").join(known[board].shown_name for board in boards if board in known),
    }
