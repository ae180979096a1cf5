"""Forks with credit, licence rules, and what is other in one lesson than in another."""

from __future__ import annotations

import pytest
from small_lesson import lesson_files

from makerlab.errors import BadFile
from makerlab.lessons.description import lesson_of
from makerlab.lessons.packs import differences, licences, lineage, pack
from makerlab.lessons.packs.lineage import NotForked, SameId


def by(name: str) -> dict[str, str]:
    return {"zh": name, "en": name}


def test_a_fork_says_where_it_comes_from():
    parent = lesson_files()
    digest = pack.build(parent).digest
    changes = {"zh": "换成 ESP32", "en": "ESP32"}
    made = lineage.fork(parent, digest, "my-school/lamp", by("王老师"), "port", changes)
    lesson = lesson_of(made)
    assert (lesson.id, lesson.version, lesson.status) == ("my-school/lamp", "0.1.0", "draft")
    assert lesson.authors[0].name == {"zh": "王老师", "en": "王老师"}
    (origin,) = lesson.derived_from
    assert (origin.id, origin.version, origin.digest) == ("cn.test/lamp-distance", "1.0.0", digest)
    assert origin.relation == "port" and origin.changes["zh"] == "换成 ESP32"
    assert origin.authors == lesson_of(parent).authors
    assert {name: made[name] for name in made if name != "lesson.yaml"} == {
        name: parent[name] for name in parent if name != "lesson.yaml"
    }


def test_credit_goes_back_to_the_first():
    first = lesson_files()
    second = lineage.fork(first, pack.build(first).digest, "b/lamp", by("王老师"), "translation")
    third = lineage.fork(second, pack.build(second).digest, "c/lamp", by("赵老师"))
    chain = lineage.credits(lesson_of(third), pack.build(third).digest)
    assert [(one.id, one.relation) for one in chain] == [
        ("c/lamp", ""), ("b/lamp", "remix"), ("cn.test/lamp-distance", "translation"),
    ]  # fmt: skip
    assert [one.digest for one in chain] == [pack.build(one).digest for one in (third, second, first)]
    assert [one.authors[0].name["zh"] for one in chain] == ["赵老师", "王老师", "李老师"]


def test_comments_and_the_order_of_keys_stay():
    files = lesson_files()
    text = files["lesson.yaml"].decode()
    comments = ("# which one?\nlicense:", "# people\nauthors:", "# upper grades\n\ngrades:")
    for comment in comments:
        key = comment.rpartition("\n")[2]
        text = text.replace(f"\n{key}", f"\n{comment}")
    made = lineage.fork({**files, "lesson.yaml": text.encode()}, "", "b/lamp", by("王"))[
        "lesson.yaml"
    ].decode()
    assert all(comment in made for comment in comments)
    before, after = ([line for line in one.splitlines() if line[0:1].isalpha()] for one in (text, made))
    after.remove("derived_from:")
    assert [line.split(":")[0] for line in before] == [line.split(":")[0] for line in after]
    assert {"id: b/lamp", "version: 0.1.0", "status: draft"} <= set(after)


def test_windows_lines_and_a_byte_order_mark():
    files = lesson_files()
    files["lesson.yaml"] = b"\xef\xbb\xbf" + files["lesson.yaml"].replace(b"\n", b"\r\n")
    assert lesson_of(lineage.fork(files, "", "b/lamp", by("王"))).id == "b/lamp"


@pytest.mark.parametrize("name", ['Li "the\\ lamp": #1', "李老师：组长", "- x", "*a", "{a}"])
def test_any_name_can_be_an_authors(name):
    made = lineage.fork(lesson_files(), "", "b/lamp", by(name))
    assert lesson_of(made).authors[0].name["zh"] == name
    again = lineage.fork(made, "", "c/lamp", by("x"))
    assert lesson_of(again).derived_from[0].authors[0].name["zh"] == name


def test_no_derivatives_cannot_be_forked():
    with pytest.raises(NotForked, match=r"CC-BY-ND-4\.0"):
        lineage.fork(lesson_files(license="CC-BY-ND-4.0"), "", "b/lamp", by("王"))


def test_a_fork_has_an_id_of_its_own():
    with pytest.raises(SameId):
        lineage.fork(lesson_files(), "", "cn.test/lamp-distance", by("王"))


def test_a_lesson_with_mistakes_is_not_forked():
    files = lesson_files()
    files["lesson.yaml"] = files["lesson.yaml"].replace(b"minutes: 40", b"minutes: many", 1)
    with pytest.raises(BadFile):
        lineage.fork(files, "", "b/lamp", by("王"))


@pytest.mark.parametrize(
    ("parent", "child", "allowed"),
    [
        ("CC-BY-SA-4.0", "CC-BY-SA-4.0", True), ("CC-BY-SA-3.0", "CC-BY-SA-4.0", True),
        ("CC-BY-SA-4.0", "CC-BY-SA-3.0", False), ("CC-BY-SA-4.0", "CC-BY-4.0", False),
        ("CC-BY-SA-4.0", "CC-BY-NC-SA-4.0", False), ("CC-BY-ND-4.0", "CC-BY-ND-4.0", False),
        ("CC-BY-NC-4.0", "CC-BY-4.0", False), ("CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", True),
        ("CC-BY-4.0", "CC-BY-SA-4.0", True), ("CC0-1.0", "MIT", True), ("MIT", "CC-BY-4.0", True),
        ("GPL-3.0-or-later", "MIT", False), ("GPL-3.0-or-later", "GPL-3.0-or-later", True),
        ("CC-BY-NC-ND-4.0", "CC-BY-NC-ND-4.0", False),
    ],
)  # fmt: skip
def test_what_licences_allow(parent, child, allowed):
    assert (licences.problem_with(parent, child) == "") is allowed


# -- differences -------------------------------------------------------------------------------------------


def test_differences_by_step_and_field():
    before, after = lesson_files(), lesson_files(minutes=80, version="1.1.0")
    found = differences.fields(before, after)
    assert [(one.place, one.before, one.after) for one in found] == [
        ("version", "1.0.0", "1.1.0"),
        ("minutes", "40", "80"),
        ("steps[measure].minutes", "40", "80"),
    ]


def test_a_step_that_moved_is_no_other_step():
    files = lesson_files()
    extra = "  - id: look\n    file: 2-look.md\n    title:\n      zh: 看\n      en: Look\n    minutes: 5\n"
    text = files["lesson.yaml"].decode()
    first = text.replace("steps:\n", "steps:\n" + extra)
    last = text.replace("home: none", extra + "home: none")
    moved = differences.fields({"lesson.yaml": first.encode()}, {"lesson.yaml": last.encode()})
    assert moved == []
    added = differences.fields(files, {"lesson.yaml": last.encode()})
    assert {one.place for one in added} >= {"steps[look].minutes", "steps[look].title.zh"}
    assert all(one.kind == "added" for one in added)


def test_differences_by_file():
    before = lesson_files(notes_dot_md=b"old\n")
    after = lesson_files(code__all__main_dot_py=b"print(1)\nprint(2)\n", media__lamp_dot_png=b"other")
    found = {one.file: one for one in differences.files(before, after)}
    assert {name: one.kind for name, one in found.items()} == {
        "notes.md": "removed", "code/all/main.py": "changed", "media/lamp.png": "changed",
    }  # fmt: skip
    assert found["code/all/main.py"].lines == ("+print(2)",)
    assert (found["notes.md"].added, found["notes.md"].removed) == (0, 1)
    assert found["media/lamp.png"].lines == ()


def test_line_ends_are_no_difference():
    before = lesson_files()
    after = {name: content.replace(b"\n", b"\r\n") for name, content in before.items() if name[-3:] != "png"}
    after["media/lamp.png"] = before["media/lamp.png"]
    assert differences.fields(before, after) == []
    assert differences.files(before, after) == []


def test_a_file_that_says_itself_a_million_times_is_refused():
    doubled = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 10)}]\n" for at in range(1, 9)
    )
    with pytest.raises(BadFile, match="cannot stand here"):
        differences.fields({"lesson.yaml": doubled.encode()}, lesson_files())
