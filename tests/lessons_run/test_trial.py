"""A lesson's test: what passes, and every way to fail it, on the genuine runtime."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from makerlab.errors import MakerError
from makerlab.lessons.trials import v1_memory
from makerlab.lessons.trials.trial import NoSuchTarget, Result, Room, Shown, Unseen, try_lesson
from makerlab.lessons.trials.v1_memory import Memory
from makerlab.lessons.trials.workers import Workers
from makerlab.virtual import unattended

LIGHT = "from microbit import display\nfrom lab import channel, run\n"
GOOD = LIGHT + "channel('light', '', display.read_light_level)\nrun(5, 'light')\n"


def spoilt(files: Mapping[str, bytes], path: str, *changes: tuple[str, str]) -> dict[str, bytes]:
    """The same files with one of them changed."""
    text = files[path].decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return {**files, path: text.encode()}


EARLY = "The program ended after 0.0 s; the lesson measures for 20 s."


def with_program(files: Mapping[str, bytes], source: str) -> dict[str, bytes]:
    return {**files, "code/microbit/main.py": source.encode()}


def tried(files: Mapping[str, bytes], target: str = "microbit") -> list[Result]:
    return list(try_lesson(files, target, emulator=False))


def failures(files: Mapping[str, bytes], target: str = "microbit") -> list[str]:
    return [trouble.what for result in tried(files, target) for trouble in result.failures]


def test_every_board_of_every_target_goes_through_every_scene(example):
    results = tried(example, "")
    shown = [(one.target, one.board, one.scene.id) for one in results if isinstance(one, Shown)]
    assert shown == [
        (target, board, scene)
        for target, board in (("microbit", "microbit-v1"), ("microbit", "microbit-v2"), ("esp32", "esp32"))
        for scene in ("walk-away", "covered")
    ]
    assert all(one.ok for one in results)


def test_it_is_the_same_whichever_process_does_it(example):
    def figures(results: list[Result]) -> list[object]:
        return [
            (one.board, one.scene.id, [verdict.figure for verdict in one.verdicts])
            for one in results
            if isinstance(one, Shown)
        ]

    with Workers(2) as workers:
        apart = list(try_lesson(example, "microbit", False, workers))
    assert figures(apart) == figures(tried(example))


def test_a_scene_that_does_not_show_it_fails_with_the_reason(example):
    files = spoilt(example, "data/scenes.yaml", ("from: 900, to: 60", "from: 300, to: 250"))
    assert failures(files) == [
        "near-and-far: “light” in “0-4 s” is 1.11 times that in “16-20 s”; it should be at least 1.5.",
        "near-and-far: “light” in “0-4 s” is 1.11 times that in “16-20 s”; it should be at least 2.",
    ]


def test_a_negative_scene_that_shows_it_fails(example):
    files = spoilt(example, "data/scenes.yaml", ("{constant: 20}", "{ramp: {from: 900, to: 60, over_s: 20}}"))
    assert [text.split(":")[0] for text in failures(files)] == [
        "falls holds although it must fail here",
        "near-and-far holds although it must fail here",
    ] * 2


def test_an_expectation_that_no_scene_makes_fail_is_none(example):
    files = spoilt(example, "lesson.yaml", ("must_fail: [falls, near-and-far]", "must_fail: [falls]"))
    assert failures(files) == ["No scene shows that “near-and-far” can fail."]


def test_a_target_without_a_good_scene(example):
    files = spoilt(example, "lesson.yaml", ("    seed: 1\n", "    must_fail: [falls]\n"))
    assert "There is no scene in which the data of “microbit” is good." in failures(files)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (GOOD.replace("display.read", "nothing.read"), "main.py, line 3: NameError: name 'nothing' isn't"),
        (GOOD.replace("run(5, 'light')", "run(5, 'light'"), "main.py, line 5: SyntaxError: invalid syntax"),
        (GOOD + "from machine import nothing\n", ""),
        ("import nothing_like_it\n", "main.py, line 1: ImportError: no module named 'nothing_like_it'"),
        (LIGHT + "x = [0] * 1000000\n", "main.py, line 3: MemoryError: memory allocation failed"),
        (LIGHT + "channel('light', '', display.read_light_level)\n", EARLY),
    ],
)  # fmt: skip
def test_a_program_with_a_mistake_is_told_with_its_line(example, source: str, says: str):
    found = failures(with_program(example, source))
    assert all(text.startswith(says) for text in found)
    assert bool(found) == bool(says)


def test_the_line_is_that_of_the_lesson_although_comments_are_not_sent(example):
    result = tried(with_program(example, "# one\n# two\n\nnonsense()  # here\n"))[0]
    assert result.failures[0] == (
        "main.py, line 4: NameError: name 'nonsense' isn't defined",
        "That line is: nonsense()  # here",
    )


def test_a_module_beside_the_program_comes_before_ours(example):
    files = with_program(example, LIGHT.replace("lab", "mine") + "channel('light', '', lambda: 7)\nrun(5)\n")
    files["code/microbit/mine.py"] = b"from lab import channel, run\n"
    assert {text.split(":")[0] for text in failures(files)} == {"falls", "near-and-far"}


def test_what_only_a_v2_has_is_not_there_on_a_v1(example):
    files = with_program(example, GOOD.replace("import display", "import display, microphone"))
    boards = [(one.board, one.failures[0].what) for one in tried(files) if one.failures]
    assert boards == [("microbit-v1", "main.py, line 1: ImportError: can't import name microphone")] * 2
    files = with_program(example, "import log\n" + GOOD)
    assert {one.board for one in tried(files) if one.failures} == {"microbit-v1"}


def test_plain_prints_are_data_too(example):
    source = "from microbit import display, sleep\nwhile True:\n"
    source += "    print('light:', display.read_light_level())\n    sleep(200)\n"
    assert failures(with_program(example, source)) == []


def test_programs_that_never_end_are_ended(example, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(unattended, "STUCK_S", 0.3)
    assert set(failures(with_program(example, "while True:\n    pass\n"))) == {
        "The program computes without end: it neither waits nor measures."
    }
    assert set(failures(with_program(example, "def f(): f()\nf()\n"))) == {
        "main.py, line 1: RuntimeError: maximum recursion depth exceeded"
    }


def test_files_that_are_not_there(example):
    files = dict(example)
    del files["code/esp32/main.py"]
    assert (
        failures(files, "esp32") == ["code/esp32/main.py, line 1: There is no such file in the lesson."] * 2
    )
    files = spoilt(example, "lesson.yaml", ("scene: covered", "scene: uncovered"))
    assert "data/scenes.yaml has no scene “uncovered”." in failures(files)
    files = spoilt(example, "data/scenes.yaml", ("noise: 4", "nois: 4"))
    assert all("“nois” is not known here." in text for text in failures(files))
    files = {**example, "code/microbit/main.py": "# 灯\n".encode("gbk")}
    assert set(failures(files)) == {"code/microbit/main.py, line 1: This is no text in UTF-8."}


def test_only_a_target_that_there_is(example):
    with pytest.raises(NoSuchTarget):
        tried(example, "arduino")


def test_a_board_that_nobody_can_simulate_is_said_and_is_no_failure(example):
    files = spoilt(example, "lesson.yaml", ("boards: [esp32]", "boards: [esp32s3]"))
    (unseen,) = tried(files, "esp32")
    assert isinstance(unseen, Unseen) and unseen.ok and unseen.board == "esp32s3"


def test_a_recorded_curve_is_played_again(example):
    table = "time (s),light (lx)\n" + "".join(f"{t},{900 - 42 * t}\n" for t in range(21))
    files = {**example, "data/walk.csv": table.encode()}
    files = spoilt(
        files, "data/scenes.yaml",
        ("{ramp: {from: 900, to: 60, over_s: 20}}", "{replay: {file: data/walk.csv, column: light}}"),
    )  # fmt: skip
    assert failures(files) == []


def test_a_lesson_that_keeps_its_data_on_the_board(example):
    files = spoilt(
        example, "lesson.yaml",
        ("  - rate_hz: 5\n    duration_s: 20\n", "  - rate_hz: 5\n    duration_s: 20\n    mode: log\n"),
    )  # fmt: skip
    files = spoilt(files, "code/esp32/main.py", ("from lab import", "from logbook import"))
    assert failures(files, "esp32") == []


# -- the emulated V1 ---------------------------------------------------------------------------------------

needs_qemu = pytest.mark.skipif(not v1_memory.is_there(), reason="QEMU is not installed")


def rooms(files: Mapping[str, bytes]) -> list[Result]:
    return [one for one in try_lesson(files, "microbit") if not isinstance(one, Shown)]


@needs_qemu
def test_the_memory_of_a_v1_is_judged_on_its_genuine_runtime(example):
    (room,) = rooms(example)
    assert isinstance(room, Room) and room.ok
    memory = room.memory
    assert memory.used is not None and memory.at_start is not None and memory.least is not None
    assert memory.at_start >= memory.least > memory.total // 2
    assert 1000 < memory.used < 3000


@needs_qemu
def test_a_program_that_takes_more_than_it_may(example):
    greedy = GOOD.replace(
        "run(5",
        "rows = []\ndef keep():\n    rows.append(bytearray(100))\n    return len(rows)\n"
        "channel('kept', '', keep)\nrun(5",
    )
    (room,) = rooms(
        spoilt(with_program(example, greedy), "lesson.yaml", ("heap_max: 8000", "heap_max: 2500"))
    )
    assert room.failures[0].what.endswith("heap_max allows 2,500.")
    too_big = GOOD.replace("run(5", "big = bytearray(9000)\nrun(5")
    (room,) = rooms(with_program(example, too_big))
    assert room.failures[0].what.startswith("main.py, line 4: MemoryError")


@needs_qemu
def test_sensors_that_never_answer_there_are_not_waited_for(example):
    (room,) = rooms(
        with_program(
            example,
            GOOD.replace("display.read_light_level", "temperature").replace(
                "import display", "import temperature"
            ),
        )
    )
    assert isinstance(room, Room) and room.ok and room.memory.skipped


def test_without_qemu_it_is_said(example, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(v1_memory, "is_there", lambda: False)
    (unseen,) = rooms(example)
    assert isinstance(unseen, Unseen) and unseen.ok and "QEMU" in unseen.why


def test_an_emulator_that_fails_is_a_failure_and_no_traceback(example, monkeypatch: pytest.MonkeyPatch):
    def fail(_program: object) -> Memory:
        raise MakerError(detail="it does not start")

    monkeypatch.setattr(v1_memory, "is_there", lambda: True)
    monkeypatch.setattr(v1_memory, "measure", fail)
    (unseen,) = rooms(example)
    assert [trouble.what for trouble in unseen.failures] == ["Something went wrong: it does not start"]


@needs_qemu
def test_a_module_with_those_sensors_is_no_reason_not_to_judge_a_program_that_asks_for_others(example):
    program = GOOD.replace("from microbit import display", "from microbit_sensors import light_level")
    (room,) = rooms(with_program(example, program.replace("display.read_light_level", "light_level")))
    assert isinstance(room, Room) and room.ok and room.memory.used
