"""lesson.yaml -> Lesson: the example is read whole, and every mistake in one file is found at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from makerlab.errors import BadFile
from makerlab.lessons.description import describe, lesson_of
from makerlab.lessons.folder import read_folder
from makerlab.lessons.model import Where

EXAMPLE = Path(__file__).parent / "example"


def example_text() -> str:
    return (EXAMPLE / "lesson.yaml").read_text(encoding="utf-8")


def test_the_example_is_read_whole():
    lesson = lesson_of(read_folder(EXAMPLE))
    assert lesson.title["zh"] == "离灯多远还看得清？"
    assert lesson.target_for("microbit-v1") is lesson.target("microbit")
    assert lesson.target_for("esp32c3") is None
    assert lesson.steps[0].path("en") == "steps/en/1-measure.md"
    assert [channel.on("esp32").unit for channel in lesson.measured("esp32")] == ["mV"]
    ratio = lesson.expected("microbit")[2]
    assert ratio.on("microbit", "microbit-v1")["min"] == 1.5
    assert ratio.on("microbit", "microbit-v2")["min"] == 2
    assert ratio.values["of"] == Where((0.0, 4.0))
    assert lesson.scenes[1].must_fail == ("falls", "near-and-far")
    assert lesson.materials[2].home is not None and lesson.materials[2].home.none["zh"].startswith("家里")
    assert lesson.home is not None and lesson.home.minutes == 20


def test_every_mistake_of_a_file_is_found_at_its_place():
    text = example_text()
    mistakes = {
        "status: trial": "status: finished",
        "grades: [4, 5]": "grades: [4, 50]",
        "minutes: 40": 'minutes: "40"',
        "level: starter": "levle: starter",
        "version: 0.1.0": "version: 1.10",
    }
    lines = {old: text[: text.index(old)].count("\n") + 1 for old in mistakes}
    for old, new in mistakes.items():
        text = text.replace(old, new, 1)
    found = describe(text)
    assert found.lesson is not None
    assert sorted(one.line for one in found.findings) == sorted(lines.values())
    columns = {one.line: one.column for one in found.findings}
    assert columns[lines["grades: [4, 5]"]] == len("grades: [4, ") + 1


def test_items_that_are_wrong_keep_their_place():
    text = example_text().replace("grades: [4, 5]", "grades: [x, 5]")
    found = describe(text)
    assert found.lesson is not None and found.lesson.grades == (0, 5)
    assert [finding.line for finding in found.findings] == [text[: text.index("grades")].count("\n") + 1]


@pytest.mark.parametrize("text", ["", "- a\n", "just words\n", "a: [", "\t", "format: \x07"])
def test_what_is_no_lesson_is_one_finding(text):
    found = describe(text)
    assert found.lesson is None and len(found.findings) == 1


def test_a_newer_format_is_said_and_nothing_else():
    found = describe(example_text().replace('format: "1.0"', 'format: "2.0"') + "new_thing: 1\n")
    assert found.lesson is None
    assert [(finding.rule, finding.line) for finding in found.findings] == [("newer-format", 1)]


def test_lesson_of_raises_the_first_mistake():
    files = read_folder(EXAMPLE)
    with pytest.raises(BadFile) as raised:
        lesson_of({**files, "lesson.yaml": files["lesson.yaml"].replace(b"status: trial", b"status: done")})
    assert raised.value.facts["line"] == 4
    with pytest.raises(BadFile):
        lesson_of({})
    with pytest.raises(BadFile) as raised:
        lesson_of({"lesson.yaml": "a: 1\ntitle: 灯\n".encode("gbk")})
    assert raised.value.facts["line"] == 2
