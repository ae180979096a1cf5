"""What `maker run WHAT` means: an experiment, a program, or a lesson."""

from __future__ import annotations

from pathlib import Path

from makerlab.experiment.find import NoExperiment, find
from makerlab.lessons.model import LESSON_FILE, SUFFIX
from makerlab.lessons.subject import Subject, subject_of


def subject(what: str) -> Subject:
    """Raises NoExperiment, NoSuchLesson, SeveralLessons, NothingToRun, BadPack, BadFile or FileProblem."""
    if not _is_lesson_path(what):
        try:
            experiment, folder = find(what)
            return Subject(experiment, folder, scene=experiment.scene)
        except NoExperiment as error:
            not_there = error
    from makerlab.lessons import library

    try:
        found = library.find(what)
    except library.NoSuchLesson:
        if _is_lesson_path(what):
            raise
        raise not_there from None
    return subject_of(found)


def _is_lesson_path(what: str) -> bool:
    try:
        return what.endswith(SUFFIX) or (Path(what) / LESSON_FILE).is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False
