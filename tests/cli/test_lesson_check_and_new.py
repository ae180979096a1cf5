"""maker lesson check and maker lesson new, as typed."""

from __future__ import annotations

import errno
import json
import shutil
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1] / "lessons" / "example"


@pytest.fixture
def lamp() -> Path:
    """The example lesson, to be spoilt."""
    shutil.copytree(EXAMPLE, "台灯")
    return Path("台灯")


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# -- check -------------------------------------------------------------------------------------------------


def test_a_good_lesson(maker, lamp):
    ended = maker("lesson", "check", lamp)
    assert (ended.code, ended.out, ended.errors) == (0, "台灯: no mistakes found.\n", [])


def test_a_mistake_has_its_place_and_the_mend(maker, lamp):
    spoil(lamp, "lesson.yaml", "grades: [4, 5]", "grades: [4，5]")
    ended = maker("lesson", "check", lamp)
    assert ended.code == 1
    first, mend, count = ended.out.splitlines()
    assert first.startswith("台灯/lesson.yaml:19:11: error: This is a full-width comma")
    assert mend.startswith("    Switch the keyboard to English")
    assert count == "台灯: 1 error"


def test_it_speaks_chinese(maker, lamp):
    spoil(lamp, "lesson.yaml", "grades: [4, 5]", "grades: [4，5]")
    ended = maker("--lang", "zh", "lesson", "check", lamp)
    assert ended.out.splitlines()[0].startswith("台灯/lesson.yaml:19:11: 错误：这是全角逗号")
    assert ended.out.splitlines()[-1] == "台灯：1 个错误"


def test_warnings_do_not_fail(maker, lamp):
    spoil(lamp, "steps/zh/1-measure.md", "慢慢走到一米远", "慢慢走到两米远")
    ended = maker("lesson", "check", lamp)
    assert (ended.code, ended.out.splitlines()[-1]) == (0, "台灯: 1 warning")


def test_a_translation_is_marked_as_compared(maker, lamp):
    spoil(lamp, "steps/zh/1-measure.md", "慢慢走到一米远", "慢慢走到两米远")
    spoil(lamp, "steps/en/1-measure.md", "one metre", "two metres")
    before = (lamp / "steps/en/1-measure.md").read_text(encoding="utf-8")
    ended = maker("lesson", "check", lamp, "--translated")
    assert (ended.code, ended.out) == (0, "台灯: no mistakes found.\n")
    assert ended.errors == ["steps/en/1-measure.md: compared with the original as it is now."]
    after = (lamp / "steps/en/1-measure.md").read_text(encoding="utf-8")
    assert after.splitlines()[1:] == before.splitlines()[1:] and after != before


def test_a_pattern_may_catch_files_beside_the_lessons(maker, lamp):
    Path("README.md").write_text("Our lessons", encoding="utf-8")
    for words in (["*"], ["README.md", lamp]):  # by us, and by a shell
        ended = maker("lesson", "check", *words)
        assert (ended.code, ended.out, ended.errors) == (0, "台灯: no mistakes found.\n", [])
    assert maker("lesson", "check", "README.md").code == 1


def test_several_lessons_by_a_pattern_and_json(maker, lamp):
    """Windows' own shells leave patterns to the program."""
    Path("lessons").mkdir()
    shutil.copytree(EXAMPLE, "lessons/good")
    lamp.rename("lessons/bad")
    spoil(Path("lessons/bad"), "lesson.yaml", "status: trial", "status: done")
    ended = maker("lesson", "check", "lessons/*", "--json")
    bad, good = json.loads(ended.out)
    assert ended.code == 1
    assert (bad["folder"], bad["ok"], good["ok"], good["findings"]) == ("lessons/bad", False, True, [])
    (finding,) = bad["findings"]
    assert set(finding) == {"file", "line", "column", "severity", "rule", "what", "todo"}
    assert (finding["file"], finding["line"], finding["rule"]) == ("lesson.yaml", 4, "value")


def test_a_pack_is_looked_at_too(maker, lamp):
    spoil(lamp, "steps/zh/1-measure.md", "慢慢走到一米远", "慢慢走到两米远")
    assert maker("lesson", "build", lamp, "--out", "lamp.mkl").code == 0
    ended = maker("lesson", "check", "lamp.mkl")
    assert (ended.code, ended.out.splitlines()[-1]) == (0, "lamp.mkl: 1 warning")


def test_a_file_with_a_thousand_mistakes_is_not_a_thousand_lines(maker, lamp):
    spoil(lamp, "lesson.yaml", "tasks:\n", "tasks:\n" + "  - {}\n" * 1000)
    ended = maker("lesson", "check", lamp)
    assert ended.code == 1 and len(ended.out.splitlines()) < 250
    (record,) = json.loads(maker("lesson", "check", lamp, "--json").out)
    assert len(record["findings"]) > 1000


def test_a_lesson_that_cannot_be_written_leaves_nothing(maker, monkeypatch):
    write, written = Path.write_bytes, []

    def full(path: Path, data: bytes) -> int:
        written.append(path)
        if len(written) == 5:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    ended = maker("lesson", "new", "lamp", "--title", "Lamp")
    assert (ended.code, ended.errors[0]) == (1, "Error: lamp: the disk is full")
    assert len(written) == 5 and not Path("lamp").exists()
    assert maker("lesson", "new", "lamp", "--title", "Lamp").code == 0


def test_a_folder_without_a_lesson(maker):
    Path("empty").mkdir()
    ended = maker("lesson", "check", "empty")
    assert (ended.code, ended.errors[0]) == (1, "Error: There is no lesson in empty: it has no lesson.yaml.")
    ended = maker("lesson", "check", "nowhere")
    assert (ended.code, ended.errors[0]) == (
        1,
        "Error: There is no lesson in nowhere: there is no such file.",
    )


def test_a_link_to_somewhere_else_is_refused(maker, lamp):
    try:
        (lamp / "media" / "secret.png").symlink_to(Path(__file__))
    except OSError:
        pytest.skip("this system makes no links for this user")
    ended = maker("lesson", "check", lamp)
    assert (ended.code, len(ended.errors)) == (1, 2)
    assert "link" in ended.errors[0]


def test_texts_of_strangers_stay_on_one_line(maker, lamp):
    spoil(lamp, "lesson.yaml", "status: trial", 'status: "done\\nlesson.yaml:1:1: error: nonsense\\e[2J"')
    ended = maker("lesson", "check", lamp)
    assert len(ended.out.splitlines()) == 3
    assert "\x1b" not in ended.out


# -- new ---------------------------------------------------------------------------------------------------


def test_new_with_flags_is_a_lesson_without_mistakes(maker):
    ended = maker(
        "lesson", "new", "lamp", "--title", "灯放多远合适？", "--other-title", "How far from the lamp?",
        "--author", "Mr Wang", "--grade", "4-6", "--board", "microbit", "--board", "esp32",
        "--measure", "light", "--minutes", "80",
    )  # fmt: skip
    assert (ended.code, ended.errors) == (0, [])
    assert "mr-wang/lamp" in ended.out
    assert maker("lesson", "check", "lamp").out == "lamp: no mistakes found.\n"
    text = Path("lamp/lesson.yaml").read_text(encoding="utf-8")
    assert "grades: [4, 5, 6]" in text and "boards: [microbit-v1, microbit-v2]" in text


def test_without_a_keyboard_a_title_is_enough(maker, monkeypatch):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    assert maker("lesson", "new", "lamp", "--title", "灯").code == 0
    assert maker("lesson", "check", "lamp").code == 0
    ended = maker("lesson", "new", "other")
    assert (ended.code, ended.errors[0]) == (2, "Error: The lesson needs a title.")


def test_six_questions_wrong_answers_are_asked_again(maker, monkeypatch):
    asked: list[str] = []
    answers = iter(
        [
            "秋千多久荡一个来回？",
            "How long does a swing take?",
            "王老师",
            "99",
            "5-6",
            "swnig",
            "swing",
            "microbit",
        ]
    )

    def prompt(question: str, **_options: object) -> str:
        asked.append(question)
        return next(answers)

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("click.prompt", prompt)
    ended = maker("lesson", "new")
    assert ended.code == 0
    assert len(dict.fromkeys(asked)) == 6
    assert any("Did you mean “swing”?" in line for line in ended.errors)
    assert maker("lesson", "check", "how-long-does-a-swing-take").out.endswith("no mistakes found.\n")


def test_new_writes_into_no_folder_that_is_not_empty(maker, lamp):
    before = sorted(Path().rglob("*"))
    ended = maker("lesson", "new", lamp, "--title", "灯")
    assert (ended.code, len(ended.errors)) == (1, 2)
    assert sorted(Path().rglob("*")) == before


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--grade", "12", "are no grades"),
        ("--board", "arduino", "There is no board"),
        ("--measure", "ligt", "Did you mean “light”?"),
        ("--minutes", "3", "from 10 to 480 minutes"),
        ("--id", "灯", "cannot be the name of a lesson"),
        ("--title", "   ", "There is nothing in this answer"),
    ],
)
def test_options_that_make_no_sense(maker, option, value, says, monkeypatch):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    arguments = {"--title": "灯", option: value}
    ended = maker("lesson", "new", "lamp", *(word for pair in arguments.items() for word in pair))
    assert ended.code == 2
    assert says in " ".join(ended.errors)
    assert not Path("lamp").exists()
