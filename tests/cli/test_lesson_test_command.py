"""`maker lesson test` and `maker lesson judge`, as a teacher types them."""

from __future__ import annotations

import json
import math
from datetime import datetime, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from makerlab.cli.base import EXIT_FAILED
from makerlab.cli.main import maker
from makerlab.i18n import set_language
from makerlab.recording.about import About
from makerlab.recording.store.notebook import Notebook
from makerlab.wire.events import Channel, Header, Mark, Samples

EXAMPLE = Path(__file__).resolve().parents[1] / "lessons" / "example"


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAKER_HOME", str(tmp_path_factory.getbasetemp() / "home-of-lessons"))


def run(*arguments: str, lang: str = "en") -> Result:
    result = CliRunner().invoke(maker, ["--lang", lang, "lesson", *arguments])
    set_language("en")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def spoilt(tmp_path: Path, path: str, old: str, new: str) -> Path:
    """A copy of the example with one text changed."""
    folder = tmp_path / "lesson"
    for source in EXAMPLE.rglob("*"):
        if source.is_file():
            there = folder / source.relative_to(EXAMPLE)
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(source.read_bytes())
    text = (folder / path).read_text(encoding="utf-8")
    assert old in text
    (folder / path).write_text(text.replace(old, new), encoding="utf-8", newline="\n")
    return folder


# -- test --------------------------------------------------------------------------------------------------


def test_a_good_lesson_in_both_languages():
    result = run("test", str(EXAMPLE), "--no-emulator", "--target", "esp32")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "How far from the lamp can you still read?"
    assert lines[1].startswith("  ok  ESP32, esp32: scene walk-away; 3 expectations hold (20 s in ")
    assert lines[2].startswith(
        "  ok  ESP32, esp32: scene covered; 2 expectations fail, as they must (20 s in "
    )
    assert lines[3].startswith("Everything holds (2 tests, ")
    result = run("test", str(EXAMPLE), "--no-emulator", "--target", "esp32", lang="zh")
    assert "场景 walk-away；3 条预期都成立（20 秒的测量，用时 " in result.output


def test_what_is_left_out_has_not_passed(tmp_path: Path):
    folder = spoilt(tmp_path, "lesson.yaml", "boards: [esp32]", "boards: [esp32, esp32s3]")
    lines = run("test", str(folder), "--no-emulator", "--target", "esp32").output.splitlines()
    assert lines[-2].startswith("Everything holds (2 tests, ") and lines[-1] == "1 more was left out."
    folder = spoilt(tmp_path, "lesson.yaml", "boards: [esp32]", "boards: [esp32s3]")
    result = run("test", str(folder), "--no-emulator", "--target", "esp32")
    assert result.output.endswith("\nNothing was tested.\n1 more was left out.\n")


def test_a_lesson_that_fails_says_where_and_what_to_do(tmp_path: Path):
    folder = spoilt(tmp_path, "code/microbit/main.py", "display.read_light_level", "display.light")
    result = run("test", str(folder), "--no-emulator", "--target", "microbit")
    assert result.exit_code == EXIT_FAILED
    assert "  failed  micro:bit V2, microbit: scene walk-away\n" in result.output
    assert "      main.py, line 8: AttributeError: " in result.output
    assert '        That line is: channel("light", "", display.light)\n' in result.output
    assert result.output.endswith("4 of 4 tests failed\n")


def test_a_program_that_measures_something_else_than_the_lesson_says(tmp_path: Path):
    folder = spoilt(tmp_path, "code/esp32/main.py", '"mV"', '"V"')
    result = run("test", str(folder), "--no-emulator", "--target", "esp32")
    assert "The program counts “light” in “V”, lesson.yaml in “mV”." in result.output
    folder = spoilt(tmp_path, "code/esp32/main.py", '"light", "mV"', '"licht", "mV"')
    result = run("test", str(folder), "--no-emulator", "--target", "esp32")
    assert "The program does not measure “light”." in result.output and "It measures: licht." in result.output


def test_json_has_every_figure():
    result = run("test", str(EXAMPLE), "--no-emulator", "--target", "esp32", "--json")
    (record,) = json.loads(result.output)
    assert record["ok"] and record["id"] == "makerlab.test/near-and-far"
    good, bad = record["results"]
    assert (good["kind"], good["board"], good["scene"], good["must_fail"]) == (
        "scene",
        "esp32",
        "walk-away",
        [],
    )
    assert [(one["id"], one["check"], one["met"]) for one in good["expectations"]] == [
        ("enough-rows", "count", True), ("falls", "trend", True), ("near-and-far", "ratio", True),
    ]  # fmt: skip
    assert good["expectations"][0]["figure"] == 100
    assert bad["must_fail"] == ["falls", "near-and-far"]
    assert [one["met"] for one in bad["expectations"]] == [False, False]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("test", "no-such-lesson"), "no-such-lesson"),
        (("test", str(EXAMPLE), "--target", "arduino"), "The lesson has no target arduino."),
        (("test",), "NAME"),
        (("judge", str(EXAMPLE)), "Say which data is to be judged"),
        (("judge", str(EXAMPLE), "--recording", "9999"), "9999"),
        (("judge", str(EXAMPLE), "nothing.csv"), "nothing.csv"),
    ],
)
def test_wrong_use_is_told_in_a_line(arguments: tuple[str, ...], says: str):
    result = run(*arguments)
    assert result.exit_code != 0
    assert says in result.output and "Traceback" not in result.output


# -- judge -------------------------------------------------------------------------------------------------


def record(
    board: str, light: list[float], marks: tuple[tuple[int, str], ...] = (), experiment: str = ""
) -> int:
    """A recording of five rows a second; its number."""
    header = Header("light", (Channel("light"),), rate_hz=5)
    rows = [(index + 1, 1000 + 200 * index, round(value)) for index, value in enumerate(light)]
    begun = datetime(2026, 11, 24, 9, tzinfo=timezone.utc)
    about = About("Light 光线", experiment=experiment, board=board, started_at=begun)
    with Notebook() as notebook:
        with notebook.record(about) as writer:
            writer.take([header, Samples(rows), *(Mark(*mark) for mark in marks)], 0.0)
        return notebook.get("last").id


def walk(count: int = 100) -> list[float]:
    return [240 * math.exp(-index / 30) + 5 for index in range(count)]


def test_a_recording_is_judged_in_words_and_never_marked():
    number = record("microbit-v2", walk())
    result = run("judge", str(EXAMPLE), "--recording", str(number))
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "How far from the lamp can you still read?",
        "  yes: There are about 100 rows in 20 seconds.",
        "      100 rows were measured.",
        "  yes: Further and further from the lamp, the number gets smaller and smaller.",
        "      “light” gets smaller and smaller (order -1; -1 means all the time).",
        "  yes: Near the lamp the number is at least twice that far away.",
        "      “light” in “0-4 s” is 10.5 times that in “16-20 s”.",
        "3 of 3 expectations hold.",
    ]


def test_what_is_missing_is_said_in_chinese_and_is_no_error():
    number = record("microbit-v2", [200] * 30)
    result = run("judge", str(EXAMPLE), "--recording", str(number), lang="zh")
    assert result.exit_code == 0
    assert (
        "  还不符合：20 秒里大约有 100 行数据。\n      测到了 30 行数据；应该是 90 到 110。\n"
        in result.output
    )
    assert "“光线”一直没有变化。" in result.output
    assert "这里没有数据。" in result.output  # nothing from 16 to 20 s
    assert result.output.endswith("3 条预期里有 0 条成立。\n")


def test_a_table_is_judged_with_its_titles_in_any_language(tmp_path: Path):
    for heading in ("time (s),light", "时间 (s),光线"):
        table = tmp_path / "group3.csv"
        lines = [heading, *(f"{index / 5},{value:.0f}" for index, value in enumerate(walk()))]
        table.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
        result = run("judge", str(EXAMPLE), str(table))
        assert "Say it with --board" in result.output  # a V1's numbers may be nearer to each other
        result = run("judge", str(EXAMPLE), str(table), "--board", "microbit-v1")
        assert result.output.endswith("3 of 3 expectations hold.\n"), result.output


def test_data_of_a_board_the_lesson_has_no_program_for():
    number = record("esp32c3", walk())
    result = run("judge", str(EXAMPLE), "--recording", str(number))
    assert result.exit_code == 1
    assert "nothing is expected of its data" in result.output


def test_data_of_another_experiment_is_told():
    number = record("microbit-v2", walk(), experiment="light")
    result = run("judge", str(EXAMPLE), "--recording", str(number), lang="zh")
    assert "这份记录不是上这节课时测的：Light 光线。" in result.output and result.exit_code == 0


def test_judge_as_json():
    number = record("microbit-v1", walk())
    found = json.loads(run("judge", str(EXAMPLE), "--recording", str(number), "--json").output)
    assert [one["met"] for one in found] == [True, True, True]
    assert found[0]["figure"] == 100 and found[0]["say"]["zh"] == "20 秒里大约有 100 行数据。"
