"""The three lessons that come with makerlab: for every board the catalogue names, on the genuine runtimes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from makerlab.boards import catalogue
from makerlab.lessons.expectations.judge import judge
from makerlab.lessons.folder import read_folder
from makerlab.lessons.library import find
from makerlab.lessons.trials import v1_memory
from makerlab.lessons.trials.programs import prepared
from makerlab.lessons.trials.simulate import scene_of, simulate
from makerlab.lessons.trials.trial import Room, Shown, try_lesson
from makerlab.lessons.trials.workers import Workers
from makerlab.resources import lessons_dir

LESSONS = ("lamp-distance", "pendulum-beat", "night-light")
BOARDS = {"microbit-v1", "microbit-v2", "esp32"}
MAX_LINES, MAX_COLUMNS = 50, 90
"""Of a program: what a pupil of ten reads on one page."""


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers() as workers:
        yield workers


@pytest.mark.parametrize("name", LESSONS)
def test_it_passes_on_every_board_and_leaves_a_v1_room(name: str, workers: Workers):
    results = list(try_lesson(read_folder(lessons_dir() / name), workers=workers))
    assert [(one.target, one.board, one.failures) for one in results if not one.ok] == []
    shown = [one for one in results if isinstance(one, Shown)]
    assert {one.board for one in shown} == BOARDS
    for board in BOARDS:
        of_board = [one for one in shown if one.board == board]
        assert sum(not one.scene.must_fail for one in of_board) == 1
        assert sum(bool(one.scene.must_fail) for one in of_board) >= 2
    rooms = [one for one in results if isinstance(one, Room)]
    if v1_memory.is_there():
        assert [room.memory.used is not None for room in rooms] == [True]


def test_the_same_scene_gives_the_same_data_every_time():
    found = find(str(lessons_dir() / "night-light"))
    lesson, board = found.lesson, catalogue().boards["microbit-v1"]
    target = lesson.target_for(board.key)
    assert target is not None
    acquisition = lesson.acquisition_of(target.id)
    assert acquisition is not None
    use = lesson.scenes_of(target.id)[0]
    once, again = (
        simulate(prepared(found.files, target, board), board, scene_of(found.files, use), acquisition)
        for _time in range(2)
    )
    assert once == again
    assert [one.met for one in judge(lesson, target.id, board.key, once.columns)] == [True] * 8


@pytest.mark.parametrize("name", LESSONS)
def test_its_programs_are_short_and_explained_in_both_languages(name: str):
    files = read_folder(lessons_dir() / name)
    for path, data in files.items():
        if not path.endswith(".py"):
            continue
        lines = data.decode().splitlines()
        assert len(lines) <= MAX_LINES
        assert all(len(line) + sum(ord(char) > 0x2E7F for char in line) <= MAX_COLUMNS for line in lines)
        assert lines[0].startswith("# ") and lines[0].isascii()
        assert lines[1].startswith("# ") and not lines[1].isascii()
