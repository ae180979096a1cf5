"""What `maker run WHAT` means: an experiment, a program, or a lesson."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from makerlab.experiment.find import NoExperiment, find
from makerlab.experiment.model import Experiment
from makerlab.lessons.model import LESSON_FILE, SUFFIX

if TYPE_CHECKING:
    from makerlab.lessons.library import Found

LESSON_SCENE = "lesson"
"""What its scene is called in the address of a virtual board."""


@dataclass(frozen=True)
class Subject:
    """`folder`: where modules of its own lie, None for nowhere. `lesson`: its id, version and digest, "" for
    none. `seconds`: how long is measured if nobody says, None for without end. `scene`: what virtual boards
    see, "" for the usual."""

    experiment: Experiment
    folder: Path | None
    lesson: str = ""
    seconds: float | None = None
    scene: str = ""


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
    return _of_lesson(found)


def _is_lesson_path(what: str) -> bool:
    try:
        return what.endswith(SUFFIX) or (Path(what) / LESSON_FILE).is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _of_lesson(found: Found) -> Subject:
    from makerlab.lessons.running import experiment_of, scene_to_show, seconds_of
    from makerlab.lessons.simulate import scene_of
    from makerlab.virtual import scenes

    scene = ""
    if (use := scene_to_show(found.lesson)) is not None:
        scene = LESSON_SCENE
        scenes.offer(scene, scene_of(found.files, use))
    return Subject(
        experiment_of(found.lesson, found.files, found.slug),
        None,
        " ".join(filter(None, (found.id, found.lesson.version, found.digest))),
        seconds_of(found.lesson),
        scene,
    )
