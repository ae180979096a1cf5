"""maker lesson check: a good lesson has no finding, and every mistake of an author is found at its place."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from mistakes import MISTAKES, Mistake

from makerlab.lessons.check.everything import check
from makerlab.lessons.folder import read_folder
from makerlab.resources import lessons_dir

EXAMPLE = Path(__file__).parent / "example"
SHIPPED = sorted(path.parent for path in lessons_dir().glob("*/lesson.yaml"))


@pytest.fixture(scope="module")
def good() -> dict[str, bytes]:
    return read_folder(EXAMPLE)


@pytest.mark.parametrize("folder", [EXAMPLE, *SHIPPED], ids=lambda path: path.name)
def test_no_false_alarm(folder):
    assert [f"{one.place} {one.rule} {one.what}" for one in check(read_folder(folder))] == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: one.name)
def test_every_mistake_is_found_at_its_place(mistake: Mistake, good):
    found = check(mistake.made_in(good))
    file, line = mistake.place(good)
    places = [(one.file, one.line, one.rule, one.severity) for one in found]
    assert (file, line, mistake.rule, mistake.severity) in places, "\n".join(map(str, found))


def test_there_are_thirty_and_more():
    assert len({one.rule for one in MISTAKES}) >= 30


def test_what_is_behind_a_wrong_mark_is_still_found(good):
    text = (
        good["lesson.yaml"].decode().replace("status: trial", "status：trial").replace("5-ESS1-1", "5-ESS9-9")
    )
    rules = [one.rule for one in check({**good, "lesson.yaml": text.encode()})]
    assert sorted(rules) == ["full-width-colon", "unknown-code"]


@pytest.mark.parametrize(
    "line",
    [
        "  zh: 距离：离灯多远",
        "  zh: 光，影子，距离",
        '  zh: "10:30 开始，量一量"',
        "  en: What happens? Measure: you will see",
        "  zh: |\n    LED：亮\n    a,b，c",
    ],
)
def test_chinese_marks_in_a_text_are_no_mistake(line, good):
    text = good["lesson.yaml"].decode()
    summary = text[text.index("summary:") : text.index("license:")]
    key = line.split(":")[0].strip()
    other = next(
        one
        for one in summary.splitlines()
        if one.startswith(("  zh", "  en")) and not one.strip().startswith(key)
    )
    files = {**good, "lesson.yaml": text.replace(summary, f"summary:\n{line}\n{other}\n").encode()}
    found = [one.rule for one in check(files)]
    assert found == (["yaml"] if "you will see" in line else [])  # a colon and a space do need quotes


@pytest.mark.parametrize(
    "text",
    [
        "频率 13812345678.5 次",
        "编号 138123456789",
        "0.13812345678",
        "sha256 a13812345678b",
        "110105194912310021",  # its check digit is wrong
        "周围的同学和许多同学一起",
        "请几个同学读出任何同学的数",
        "小明同学说",
        "time_s,light\n13812,45678",
        "全班同学：王国里的故事",
    ],
)
def test_numbers_and_words_that_are_nobody(text, good):
    step = good["steps/zh/2-compare.md"].decode().replace("看你的曲线：", text + "看你的曲线：")
    rules = {one.rule for one in check({**good, "steps/zh/2-compare.md": step.encode()})}
    assert rules <= {"stale-translation"}


@pytest.mark.parametrize(
    "text", ["请王小明同学读数。", "李华同学：200", "组长：张伟", "学生: 欧阳娜", "让陈小红小朋友试一试"]
)
def test_names_of_pupils_in_a_sentence(text, good):
    step = good["steps/zh/2-compare.md"].decode() + f"\n{text}\n"
    rules = {one.rule for one in check({**good, "steps/zh/2-compare.md": step.encode()})}
    assert "pupil-name" in rules


def test_any_files_give_findings_and_no_error(good):
    """Bytes changed, cut and doubled at random: there is an answer every time."""
    rng = random.Random(7)
    names = sorted(good)
    for _round in range(120):
        name = rng.choice(names)
        data = bytearray(good[name])
        for _change in range(rng.randint(1, 6)):
            at = rng.randrange(len(data) + 1)
            kind = rng.randrange(4)
            if kind == 0:
                data[at : at + rng.randint(1, 30)] = b""
            elif kind == 1:
                data[at:at] = rng.choice(
                    [b"\n", b"  ", b"- ", b": ", b"[", b"{", b":::", b"\xff", b"&a ", b"*a", b"#", b"0"]
                )
            elif kind == 2:
                data[at:at] = data[at // 2 : at]
            else:
                line = bytes(data).split(b"\n")
                rng.shuffle(line)
                data = bytearray(b"\n".join(line))
        check({**good, name: bytes(data)})


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n\n\n",
        b"\x00" * 100,
        b"[" * 100_000,
        b"{a: " * 50_000,
        b"a: &a [x]\nb: *a\n",
        b"- " * 100_000,
        "标题\n".encode("gbk") * 1000,
        b"format: '1.0'\n" + b"tasks: [{}, {}]\n" * 3,
        b"a: 1\n" * 40_000,
        b"%YAML 9.9\n---\na: 1\n",
        b"!!python/object/apply:os.system ['true']\n",
    ],
    ids=range(12),
)
@pytest.mark.parametrize(
    "name", ["lesson.yaml", "quiz.yaml", "wiring/esp32.yaml", "data/scenes.yaml", "steps/zh/1-measure.md"]
)
def test_broken_files(name, text, good):
    assert any(one.severity == "error" for one in check({**good, name: text}))


def test_no_lesson_at_all():
    assert [one.rule for one in check({})] == ["no-lesson"]
