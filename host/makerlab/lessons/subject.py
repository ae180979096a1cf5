"""What is put on a board, and what came with it: an experiment, a program, or a lesson's program.

Shared by `maker run` and `maker page`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from makerlab.experiment.model import Experiment

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


def subject_of(found: Found) -> Subject:
    """A lesson's program; its scene is offered to virtual boards. Raises NothingToRun or BadFile."""
    from makerlab.lessons.running import experiment_of, scene_to_show, seconds_of
    from makerlab.lessons.trials.simulate import scene_of
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
