"""`maker run LESSON`: the lesson's program for the board that is there, recorded as the lesson's data."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from makerlab.boards import catalogue
from makerlab.errors import BadFile
from makerlab.experiment.run import prepare
from makerlab.lessons.library import find
from makerlab.lessons.running import NothingToRun, experiment_of, scene_to_show, seconds_of
from makerlab.recording.store.notebook import Notebook
from makerlab.resources import lessons_dir

ESP32 = "virtual:esp32?fresh=1"
NAME = "lamp-distance"


@pytest.fixture
def folder() -> Path:
    """A copy of a shipped lesson, to be changed."""
    return Path(shutil.copytree(lessons_dir() / NAME, "mine"))


def test_a_lesson_that_came_with_makerlab(maker):
    ended = maker("run", NAME, "--port", ESP32, "--samples", "3", "--out", "out.csv")
    assert (ended.code, ended.errors) == (0, [])
    assert "How fast does light fade?" in ended.out
    with Notebook() as notebook:
        about = notebook.get("last").about
    lesson = find(NAME)
    assert about.lesson == f"{lesson.id} {lesson.lesson.version} {lesson.digest}"
    assert (about.experiment, about.title) == ("", "How fast does light fade?")
    assert about.program == lesson.files["code/esp32/main.py"].decode()
    assert about.channel_titles["light"]["zh"] == "光线"
    assert Path("out.csv").exists()


def test_a_folder_and_a_pack(folder, maker):
    assert maker("run", str(folder), "--port", ESP32, "--samples", "2").code == 0
    assert maker("lesson", "build", str(folder), "--out", "mine.mkl").code == 0
    assert maker("run", "mine.mkl", "--port", ESP32, "--samples", "2").code == 0
    with Notebook() as notebook:
        first, second = (notebook.get(id).about for id in (1, 2))
    assert first.lesson == second.lesson  # the same content has the same digest
    assert first.program == second.program


def test_it_measures_as_long_as_the_lesson_says(folder, maker):
    lesson = folder / "lesson.yaml"
    text = lesson.read_text(encoding="utf-8")
    assert "duration_s: 80" in text
    lesson.write_text(text.replace("duration_s: 80", "duration_s: 1"), encoding="utf-8")
    ended = maker("run", str(folder), "--port", ESP32, "--out", "out.csv")
    assert (ended.code, ended.errors) == (0, [])


def test_strangers_programs_get_nothing_of_this_computer(folder, maker):
    Path("secret.py").write_text("KEY = 'mine'\n", encoding="utf-8")
    (folder / "secret.py").write_text("KEY = 'mine'\n", encoding="utf-8")
    main = folder / "code" / "esp32" / "main.py"
    main.write_text("import secret\n" + main.read_text(encoding="utf-8"), encoding="utf-8")
    ended = maker("run", str(folder), "--port", ESP32, "--samples", "2")
    assert ended.code == 1
    assert ended.errors[0].startswith("Error: main.py, line 1: ") and "no module secret" in ended.errors[0]


def test_the_modules_beside_its_program_go_with_it(folder, maker):
    code = folder / "code" / "esp32"
    (code / "beside.py").write_text("N = 7\n", encoding="utf-8")
    (code / "main.py").write_text(
        "from lab import channel, run\nimport beside\n"
        'channel("light", "lx", lambda: beside.N)\nrun(hz=50, name="light")\n',
        encoding="utf-8",
    )
    assert maker("run", str(folder), "--port", ESP32, "--samples", "2").code == 0
    with Notebook() as notebook:
        assert list(notebook.samples(1).values["light"]) == [7, 7]


def test_what_is_no_lesson(maker):
    Path("broken").mkdir()
    Path("broken/lesson.yaml").write_text("format: [", encoding="utf-8")
    Path("no.mkl").write_bytes(b"PK\x03\x04 nothing")
    for name in ("broken", "no.mkl", "missing.mkl", "lamp-distence"):
        ended = maker("run", name, "--port", ESP32)
        assert ended.code == 1 and len(ended.errors) == 2


def test_a_board_whose_micropython_it_cannot_do_with(folder, maker):
    lesson = folder / "lesson.yaml"
    text = lesson.read_text(encoding="utf-8")
    assert '">=1.24"' in text
    lesson.write_text(text.replace('">=1.24"', '">=9.0"'), encoding="utf-8")
    ended = maker("run", str(folder), "--port", ESP32, "--samples", "2")
    assert ended.code == 1
    assert ended.errors[0].startswith("Error: main.py needs MicroPython >=9.0; the ESP32 has 1.")


def test_a_board_it_has_no_program_for_and_a_lesson_without_any():
    lesson = find(NAME)
    experiment = experiment_of(lesson.lesson, lesson.files, lesson.slug)
    assert experiment.edition("esp32c3", "esp32c3") is None
    with pytest.raises(NothingToRun):
        experiment_of(replace(lesson.lesson, targets=()), lesson.files, lesson.slug)
    with pytest.raises(BadFile) as refused:
        experiment_of(lesson.lesson, {**lesson.files, "code/esp32/main.py": b"\n\xff"}, lesson.slug)
    assert refused.value.facts["line"] == 2


@pytest.mark.parametrize("name", sorted(path.parent.name for path in lessons_dir().glob("*/lesson.yaml")))
def test_every_lesson_that_comes_along_can_be_run_on_each_of_its_boards(name):
    found = find(name)
    experiment = experiment_of(found.lesson, found.files, name)
    assert seconds_of(found.lesson) and scene_to_show(found.lesson)
    for target in found.lesson.targets:
        for key in target.boards:
            prepared = prepare(experiment, None, catalogue().boards[key])
            assert prepared.shown == found.files[target.main].decode()
