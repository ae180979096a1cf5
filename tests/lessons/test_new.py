"""maker lesson new: whatever is answered, the lesson that comes out has no mistake."""

from __future__ import annotations

import json

import pytest

from makerlab.boards import catalogue
from makerlab.lessons.check.everything import check
from makerlab.lessons.description import lesson_of
from makerlab.lessons.model import SCHEMA_FOLDER
from makerlab.lessons.new.kinds import UNPLUGGED, kinds
from makerlab.lessons.new.make import make
from makerlab.lessons.new.plan import Answers, slug_of
from makerlab.lessons.trials.trial import try_lesson
from makerlab.sensors import sensors

BOARDS = catalogue().boards
BOTH = {"zh": "灯放多远合适？", "en": "How far from the lamp?"}


def made(
    kind: str, boards: list[str], titles: dict[str, str] = BOTH, author: str = "王老师", minutes: int = 40
):
    answers = Answers(
        "my-school/lamp", titles, author, [4, 5], [BOARDS[key] for key in boards], kind, minutes
    )
    files = make(answers, sensors())
    return {path: data for path, data in files.items() if not path.startswith(SCHEMA_FOLDER)}


def findings(files: dict[str, bytes]) -> list[str]:
    return [f"{one.place} {one.what}" for one in check(files)]


@pytest.mark.parametrize("kind", kinds())
@pytest.mark.parametrize(
    "boards", [["microbit-v1", "microbit-v2", "esp32"], ["microbit-v2"], list(BOARDS)], ids=len
)
def test_every_kind_on_every_board(kind, boards):
    files = made(kind, boards)
    assert findings(files) == []
    lesson = lesson_of(files)
    assert sorted(board for target in lesson.targets for board in target.boards) == sorted(boards)


@pytest.mark.parametrize("titles", [{"zh": "灯"}, {"en": "Lamp"}, {"en": "Lamp", "zh": "灯"}], ids=list)
@pytest.mark.parametrize("minutes", [10, 45, 90, 480])
@pytest.mark.parametrize("kind", ["light", UNPLUGGED])
def test_languages_minutes_and_no_boards(titles, minutes, kind):
    files = made(kind, [] if kind == UNPLUGGED else ["esp32"], titles, minutes=minutes)
    assert findings(files) == []
    assert lesson_of(files).languages == tuple(titles)


@pytest.mark.parametrize(
    "words",
    [
        "10:30",
        "yes",
        "1.10",
        "a: b",
        "# 一",
        "“灯”：多亮？",
        "- x",
        "{a}",
        '"',
        "null",
        "@home",
        "'",
        "灯，影",
        "~",
    ],
)
def test_what_is_typed_is_kept_word_for_word(words):
    files = made("light", ["esp32"], {"zh": words}, author=words)
    assert findings(files) == []
    lesson = lesson_of(files)
    assert (lesson.title["zh"], lesson.authors[0].name["zh"]) == (words, words)


def test_the_schema_for_editors_is_named_in_the_first_line():
    answers = Answers("my-school/lamp", BOTH, "王老师", [5], [BOARDS["esp32"]], "light")
    files = make(answers, sensors())
    first = files["lesson.yaml"].decode().splitlines()[0]
    path = first.partition("$schema=")[2]
    assert json.loads(files[path])["title"] == "makerlab lesson.yaml"


def test_slugs():
    assert slug_of("How bright? (2)") == "how-bright-2"
    assert slug_of("灯") == ""
    assert len(slug_of("a" * 99)) == 40


@pytest.mark.parametrize("kind", kinds())
def test_what_is_new_holds_on_virtual_boards(kind):
    """Its programs run, its expectations hold in the good scene and fail in the bad one."""
    # A probe's wire is simulated bit by bit, which takes seconds: one board does.
    boards = ["microbit-v2"] if kind == "temperature" else ["microbit-v2", "esp32"]
    results = list(try_lesson(made(kind, boards, {"zh": "灯"}), emulator=False))
    assert len(results) == 2 * len(boards)
    assert [failure.what for one in results for failure in one.failures] == []
