"""What a lesson's program measures when all is well: tried on a virtual board, for the teacher's page."""

from __future__ import annotations

from dataclasses import replace

from makerlab.boards import catalogue
from makerlab.errors import MakerError
from makerlab.lessons.check.program_rules import V1
from makerlab.lessons.export.page import Example, Source
from makerlab.lessons.trials.programs import prepared
from makerlab.lessons.trials.simulate import can_simulate, scene_of, simulate


def with_example(source: Source) -> Source:
    """The source with an example of its first program's data; without, where that cannot be tried here."""
    try:
        return replace(source, example=_example(source))
    except (MakerError, LookupError, ValueError):  # what `maker lesson test` complains of
        return source


def _example(source: Source) -> Example | None:
    lesson = source.lesson
    target = next(iter(lesson.targets), None)
    if target is None or (acquisition := lesson.acquisition_of(target.id)) is None:
        return None
    # A V1 has no virtual board of its own (simulate.py): any other is the better example.
    boards = sorted(target.boards, key=lambda one: one == V1)
    key = next((one for one in boards if can_simulate(one)), None)
    fits = (
        one for one in lesson.scenes if not one.must_fail and (not one.targets or target.id in one.targets)
    )
    use = next(fits, None)
    if key is None or use is None:
        return None
    board = catalogue().boards[key]
    ran = simulate(prepared(source.files, target, board), board, scene_of(source.files, use), acquisition)
    return None if ran.troubles else Example(target.id, key, ran.columns)
