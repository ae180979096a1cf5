"""From a folder to another teacher's computer: build, sign, publish, search, install, fork, credits."""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path

import pytest
from small_lesson import lesson_files

from makerlab.lessons import disk, library
from makerlab.lessons.packs import pack
from makerlab.resources import lessons_dir

FILE = "lamp-distance-1.0.0.mkl"


@pytest.fixture(autouse=True)
def no_lessons_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "lessons_dir", lambda: tmp_path / "shipped")
    monkeypatch.setattr("sys.stdin", io.StringIO())  # nobody answers a question


@pytest.fixture
def built() -> Path:
    disk.write(Path(FILE), pack.build(lesson_files()).data())
    return Path(FILE)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Go to another computer."""

    def go(name: str) -> None:
        monkeypatch.setenv("MAKER_HOME", str(tmp_path / name))

    return go


def two_lines(ended) -> str:
    assert ended.code == 1
    assert len(ended.errors) == 2, ended.errors
    assert ended.errors[0].startswith("Error: ") and ended.errors[1].startswith("Do this: ")
    return ended.errors[0]


# -- the whole way -----------------------------------------------------------------------------------------


def test_a_lesson_goes_to_another_teacher_and_comes_back_changed(maker, elsewhere, built):
    elsewhere("li")
    assert maker("lesson", "keys", "new", "李老师").code == 0
    assert maker("lesson", "keys", "export", "李老师").code == 0
    assert maker("lesson", "sign", built).code == 0
    assert "signed by 李老师" in maker("lesson", "publish", "stick", built).out

    elsewhere("wang")
    assert "lamp-distance" in maker("lesson", "search", "亮度", "--grade", "5", "--from", "stick").out
    asked = maker("lesson", "install", "lamp-distance")
    assert asked.code == 1 and "--yes" in asked.errors[-1]
    assert any("None of the keys" in line for line in asked.errors)
    assert maker("lesson", "keys", "trust", "李老师.mkey", "--yes").code == 0
    installed = maker("lesson", "install", "lamp-distance")
    assert installed.code == 0 and "trusted" in installed.out
    assert [row["state"] for row in json.loads(maker("lesson", "list", "--json").out)] == ["trusted"]
    shown = maker("lesson", "show", "lamp-distance").out
    assert "How far away should a desk lamp stand?" in shown and "李老师, author" in shown
    forked = maker(
        "lesson", "fork", "lamp-distance", "mine", "--id", "wang/lamp", "--author", "王老师/Ms Wang"
    )
    assert forked.code == 0 and "Its licence must stay: CC-BY-SA-4.0." in forked.out
    (origin,) = json.loads(maker("lesson", "show", "mine", "--json").out)["derived_from"]
    assert origin["digest"] == pack.build(lesson_files()).digest
    assert maker("lesson", "build", "mine", "--unchecked").code == 0
    assert maker("lesson", "publish", "stick", "lamp-0.1.0.mkl").code == 0

    elsewhere("li")
    assert "2" in maker("lesson", "search", "--from", "stick", "--json").out
    assert maker("lesson", "install", "wang/lamp", "--yes").code == 0
    credits = maker("lesson", "credits", "wang/lamp").out.splitlines()
    assert "Ms Wang" in credits[0] and credits[1].startswith("  a remix of ") and "by Li" in credits[1]
    diff = json.loads(maker("lesson", "diff", built, "wang/lamp", "--json").out)
    assert diff["files"] == [] and diff["fields"][0]["place"] == "id"
    assert maker("lesson", "remove", "wang/lamp").code == 0
    assert two_lines(maker("lesson", "show", "wang/lamp"))


# -- one by one --------------------------------------------------------------------------------------------


def test_build_writes_the_same_file_and_keeps_signatures(maker):
    disk.write_folder(Path("光"), lesson_files())
    assert maker("lesson", "build", "光", "--unchecked").code == 0
    assert Path(FILE).read_bytes() == pack.build(lesson_files()).data()
    maker("lesson", "keys", "new", "Li")
    maker("lesson", "sign", FILE)
    signed = Path(FILE).read_bytes()
    assert maker("lesson", "build", "光", "--unchecked").code == 0
    assert Path(FILE).read_bytes() == signed
    assert maker("lesson", "build", "光", "--unchecked", "--out", "other").code == 0
    assert Path("other.mkl").exists()


def test_build_leaves_notes_out(maker):
    disk.write_folder(Path("lamp"), lesson_files(notes__class_dot_yaml=b"focus: x\n"))
    maker("lesson", "build", "lamp", "--unchecked", "--no-notes")
    assert library.read_pack(Path(FILE)).digest == pack.build(lesson_files()).digest


def test_a_lesson_with_mistakes_is_not_packed(maker):
    files = lesson_files()
    files["lesson.yaml"] = files["lesson.yaml"].replace(b"minutes: 40", b"minutes: many", 1)
    disk.write_folder(Path("lamp"), files)
    ended = maker("lesson", "build", "lamp")
    assert "has mistakes" in two_lines(ended) and "lesson.yaml:" in ended.out
    assert not Path(FILE).exists()


def test_a_folder_is_no_pack_yet(maker, tmp_path):
    folder = tmp_path / "lamp"
    folder.mkdir()
    ended = maker("lesson", "verify", folder)
    assert ended.code == 1 and f"maker lesson build {folder}" in ended.errors[-1]


def test_verify_says_the_four_states(maker, elsewhere, built):
    elsewhere("li")
    maker("lesson", "keys", "new", "Li")
    assert "not signed" in maker("lesson", "verify", built).out
    assert maker("lesson", "verify", built, "--trusted").code == 1
    maker("lesson", "sign", built)
    assert "trusted" in maker("lesson", "verify", built, "--trusted").out
    elsewhere("wang")
    ended = maker("lesson", "verify", built)
    assert ended.code == 0 and "unknown signature" in ended.out and "calls themselves Li" in ended.out
    whole = built.read_bytes()
    built.write_bytes(whole.replace(b'"role":"author"', b'"role":"school"'))
    assert "changed or damaged" in two_lines(maker("lesson", "verify", built))
    assert (
        "已损坏" in str(json.loads(maker("lesson", "verify", built, "--json").out))
        or maker("lesson", "verify", built).code
    )
    built.write_bytes(whole[:-1])
    assert two_lines(maker("lesson", "verify", built))


def test_the_four_states_in_chinese(maker, built):
    maker("lesson", "keys", "new", "李老师")
    assert "无签名" in maker("--lang", "zh", "lesson", "verify", built).out
    maker("lesson", "sign", built)
    assert "已信任" in maker("--lang", "zh", "lesson", "verify", built).out
    listed = maker("--lang", "zh", "lesson", "show", built).out
    assert "灯离得越远" in listed and "已信任" in listed


def resigned(path: Path) -> None:
    """Whole as an archive, and its signature is of another lesson."""
    from makerlab.lessons.packs import keys, signature

    key = keys.new("Li", bytes(32))
    other = signature.sign(pack.build(lesson_files(version="6.6.6")), key, "author", "2026-11-24T08:30:00Z")
    wrong = library.read_pack(path).with_signature(key.public.id, other.signatures[key.public.id])
    path.write_bytes(wrong.data())


@pytest.mark.parametrize("command", [("install",), ("install", "--yes"), ("sign",), ("publish", "stick")])
def test_damaged_is_never_taken(maker, built, command):
    maker("lesson", "keys", "new", "Li")
    resigned(built)
    ended = maker("lesson", *command[:1], *command[1:], built)
    assert "signature that is not right" in two_lines(ended)
    assert library.shelf() == ([], []) and not Path("stick").exists()


def test_what_there_is_to_think_about_before_installing(maker, built):
    maker("lesson", "keys", "new", "Li")
    maker("lesson", "sign", built)
    assert maker("lesson", "install", built).code == 0
    disk.write(Path("old.mkl"), pack.build(lesson_files(version="0.9.0")).data())
    disk.write(Path("other.mkl"), pack.build(lesson_files(en="Other")).data())
    old, other = maker("lesson", "install", "old.mkl"), maker("lesson", "install", "other.mkl")
    assert old.code == other.code == 1
    assert "A newer version is installed: 1.0.0." in str(old.errors)
    assert "Another lesson with the same id and version 1.0.0" in str(other.errors)
    assert "not from the same hands" in str(other.errors)
    assert library.find("lamp-distance").lesson.version == "1.0.0"
    assert maker("lesson", "install", "old.mkl", "--yes").code == 0
    assert library.find("lamp-distance").lesson.version == "0.9.0"


def test_a_stranger_does_not_replace_a_lesson_of_ours(maker, tmp_path, built):
    disk.write_folder(tmp_path / "shipped" / "lamp-distance", lesson_files())
    ended = maker("lesson", "install", built)
    assert ended.code == 1 and "would take its place" in str(ended.errors)
    maker("lesson", "keys", "new", "Li")
    maker("lesson", "sign", built)
    assert maker("lesson", "install", built).code == 0


def test_installing_again_adds_signatures(maker, elsewhere, built):
    unsigned = built.read_bytes()
    maker("lesson", "install", built, "--yes")
    maker("lesson", "keys", "new", "Li")
    maker("lesson", "sign", built)
    assert maker("lesson", "install", built).code == 0
    Path("unsigned.mkl").write_bytes(unsigned)
    assert maker("lesson", "install", "unsigned.mkl", "--yes").code == 0
    kept = library.find("lamp-distance").pack
    assert kept is not None and len(kept.signatures) == 1


def test_a_workshop_replaces_a_lost_key(maker, elsewhere, built):
    for name in ("li", "zhao", "wang", "new"):
        elsewhere(name)
        maker("lesson", "keys", "new", name)
        maker("lesson", "keys", "export", name)
    elsewhere("li")
    made = maker(
        "lesson", "keys", "workshop", "w.mkeys", "--name", "李波工作室", "--add", "zhao.mkey", "--add",
        "wang.mkey", "--yes",
    )  # fmt: skip
    assert made.code == 0 and "members 3" in made.out
    elsewhere("teacher")
    assert maker("lesson", "keys", "import", "w.mkeys").code == 1
    assert maker("lesson", "keys", "import", "w.mkeys", "--yes").code == 0
    elsewhere("li")
    changed = ("lesson", "keys", "workshop", "w.mkeys", "--remove", "wang", "--add", "new.mkey", "--yes")
    assert maker(*changed).code == 0
    elsewhere("teacher")
    assert "1 members of the list here have signed it" in two_lines(
        maker("lesson", "keys", "import", "w.mkeys")
    )
    elsewhere("zhao")
    assert "signatures 2" in maker("lesson", "keys", "workshop", "w.mkeys", "--yes").out
    elsewhere("new")
    maker("lesson", "sign", built)
    elsewhere("teacher")
    assert maker("lesson", "keys", "import", "w.mkeys").code == 0
    assert "trusted" in maker("lesson", "verify", built, "--trusted").out
    assert {row["name"] for row in json.loads(maker("lesson", "keys", "list", "--json").out)} == {
        "li", "zhao", "new",
    }  # fmt: skip


MEASURING = """\
channels:
  - id: level
    name:
      zh: 亮度
      en: level
acquisition:
  - rate_hz: 5
    duration_s: 2
expect:
  - id: bright
    check: range
    channel: level
    min: {least}
    say:
      zh: 灯亮着
      en: The lamp is on
scenes:
  - id: lit
    file: data/scenes.yaml
    scene: lit
  - id: dark
    file: data/scenes.yaml
    scene: dark
    must_fail: [bright]
"""
SCENES = "{name}:\n  title: {{zh: 灯, en: lamp}}\n  quantities:\n    light_lux: [{{constant: {lux}}}]\n"


def measuring(least: int) -> dict[str, bytes]:
    """A lesson whose light must be so bright at least, on a micro:bit V2; its scenes are 900 lux and 1."""
    files = lesson_files(
        boards="microbit-v2",
        code__all__main_dot_py=b"""\
from lab import channel, run
from microbit import display

channel("level", "", display.read_light_level)
run(5, "level")
""",
        data__scenes_dot_yaml="".join(
            SCENES.format(name=name, lux=lux) for name, lux in (("lit", 900), ("dark", 1))
        ).encode(),
    )
    text = files["lesson.yaml"].decode()
    text = text.replace("materials: []", MEASURING.format(least=least) + "materials: []")
    return {**files, "lesson.yaml": text.encode()}


def test_what_passed_its_test_is_signed_so(maker, elsewhere):
    elsewhere("li")
    maker("lesson", "keys", "new", "Li")
    disk.write(Path(FILE), pack.build(measuring(least=100)).data())
    ended = maker("lesson", "sign", FILE, "--test")
    assert (ended.code, ended.errors) == (0, [])
    assert "Tested on: micro:bit V2" in ended.out
    (record,) = json.loads(maker("lesson", "verify", FILE, "--json").out)
    (signed,) = record["signatures"]
    assert [(one["target"], one["board"]) for one in signed["tested"]] == [("all", "microbit-v2")]
    elsewhere("wang")
    assert "tested by them on micro:bit V2 (makerlab" in maker("lesson", "verify", FILE).out


def test_what_does_not_pass_its_test_is_not_signed(maker):
    maker("lesson", "keys", "new", "Li")
    disk.write(Path(FILE), pack.build(measuring(least=256)).data())
    assert "did not pass its test (microbit-v2)" in two_lines(maker("lesson", "sign", FILE, "--test"))
    assert "not signed" in maker("lesson", "verify", FILE).out


def test_a_key_moves_to_another_computer(maker, elsewhere, built):
    elsewhere("school")
    maker("lesson", "keys", "new", "Li")
    maker("lesson", "keys", "export", "Li", "--private", "--out", "stick.mkey")
    if os.name != "nt":
        assert Path("stick.mkey").stat().st_mode & 0o077 == 0
    maker("lesson", "sign", built)
    elsewhere("home")
    assert maker("lesson", "keys", "import", "stick.mkey").code == 0
    assert "trusted" in maker("lesson", "verify", built, "--trusted").out


@pytest.mark.parametrize(
    "command",
    [
        ("show", "nothing"), ("show", "nothing.mkl"), ("install", "nothing"), ("install", "nothing.mkl"),
        ("install", "x", "--from", "."), ("install", "x", "--from", "nowhere"), ("search", "--from", "."),
        ("install", "http://127.0.0.1:1/a.mkl"), ("search", "--from", "http://127.0.0.1:1/"),
        ("verify", "plain.txt"), ("verify", "."), ("sign", "plain.txt"), ("build", "."), ("build", "nothing"),
        ("keys", "import", "plain.txt"), ("keys", "trust", "plain.txt"), ("keys", "trust", "nobody"),
        ("keys", "forget", "nobody"), ("keys", "export", "nobody"), ("keys", "new", "a\nb"),
        ("keys", "workshop", "plain.txt"), ("fork", "nothing", "x", "--id", "a/b", "--author", "x"),
        ("diff", "nothing", "nothing"), ("credits", "nothing"), ("remove", "nothing"), ("publish", "nowhere"),
        ("publish", "stick", "plain.txt"),
    ],
)  # fmt: skip
def test_bad_input_is_two_lines(maker, command):
    maker("lesson", "keys", "new", "Li")
    Path("plain.txt").write_text("hello\n", encoding="utf-8")
    before = sorted(path.name for path in Path().iterdir())
    two_lines(maker("lesson", *command))
    assert sorted(path.name for path in Path().iterdir()) == before


@pytest.mark.parametrize(
    "command",
    [
        ("publish", "a.mkl"), ("search", "--board", "esp33"), ("search", "--grade", "12"),
        ("fork", "lamp", "x", "--id", "Bad Id"), ("keys", "workshop", "new.mkeys"),
    ],
)  # fmt: skip
def test_wrong_use_is_two_lines(maker, command):
    maker("lesson", "keys", "new", "Li")
    ended = maker("lesson", *command)
    assert ended.code == 2 and len(ended.errors) == 2


def test_a_list_says_who_signed_it(maker, elsewhere, built):
    elsewhere("li")
    maker("lesson", "publish", "unsigned", built)
    maker("lesson", "keys", "new", "Li")
    maker("lesson", "publish", "stick", built)
    assert "signed by Li" in maker("lesson", "search", "--from", "stick").out
    elsewhere("wang")
    assert "unknown signature" in maker("lesson", "search", "--from", "stick").out
    assert "Nobody has signed this list." in maker("lesson", "search", "--from", "unsigned").out


def test_a_pack_for_boards_of_the_future(maker):
    disk.write(Path(FILE), pack.build(lesson_files(boards="microbit-v9")).data())
    ended = maker("lesson", "install", FILE, "--yes")
    assert ended.code == 0 and "does not know: microbit-v9" in ended.out
    assert "microbit-v9" in maker("lesson", "show", "lamp-distance").out


@pytest.mark.parametrize("title", [r'"\e[32mtrusted"', r'"\u202eabc"', r'"a\0b"'])
def test_no_title_commands_the_terminal(maker, title):
    files = lesson_files(en=title)
    disk.write_folder(Path("evil"), files)
    ended = maker("lesson", "show", "evil")
    assert "no text may hold" in two_lines(ended)
    assert "\x1b" not in ended.out


def test_a_title_of_two_lines_is_shown_on_one(maker):
    disk.write(Path(FILE), pack.build(lesson_files(en=r'"Lamp\nSignatures: trusted"')).data())
    first = maker("lesson", "install", FILE, "--yes").out.splitlines()[0]
    assert first.startswith("Lamp Signatures: trusted") and first.endswith("not signed")


def test_no_key_yet(maker, built):
    assert "no key of your own" in two_lines(maker("lesson", "sign", built))


def test_nothing_is_overwritten_by_a_fork(maker, built):
    Path("mine").mkdir()
    ended = maker("lesson", "fork", built, "mine", "--id", "a/b", "--author", "x")
    assert "there already" in two_lines(ended)


def test_what_must_not_be_changed_is_not_forked(maker):
    disk.write_folder(Path("lamp"), lesson_files(license="CC-BY-NC-ND-4.0"))
    ended = maker("lesson", "fork", "lamp", "mine", "--id", "a/b", "--author", "x")
    assert "CC-BY-NC-ND-4.0" in two_lines(ended) and not Path("mine").exists()
    assert "Not to be used for money." in maker("lesson", "credits", "lamp").out


def test_a_broken_lesson_is_listed_and_hides_no_other(maker, built):
    maker("lesson", "install", built, "--yes")
    disk.write(library.installed_dir() / "b--x.mkl", b"PK\x03\x04 half")
    ended = maker("lesson", "list")
    assert "lamp-distance" in ended.out and len(ended.errors) == 2
    states = [row["state"] for row in json.loads(maker("lesson", "list", "--json").out)]
    assert states == ["unsigned", "damaged"]


def test_differences_are_readable(maker):
    disk.write_folder(Path("a"), lesson_files())
    changed = {"code__all__main_dot_py": b"print(2)\n", "minutes": 80}
    disk.write_folder(Path("b"), lesson_files(**changed))  # type: ignore[arg-type]
    shown = maker("lesson", "diff", "a", "b", "--lines").out
    assert "lesson.yaml: steps[measure].minutes\n    - 40\n    + 80" in shown
    assert "code/all/main.py  +1 -1\n    -print(1)\n    +print(2)" in shown
    assert "the same lesson" in maker("lesson", "diff", "a", "a").out


def test_a_lesson_is_found_by_what_it_measures_and_by_a_family_of_boards(maker, monkeypatch):
    monkeypatch.setattr(library, "lessons_dir", lessons_dir)
    assert "night-light" in maker("lesson", "search", "光", "--board", "microbit").out
    assert "pendulum-beat" in maker("lesson", "search", "拉力", "--board", "microbit-v1").out
    assert "night-light" not in maker("lesson", "search", "光", "--board", "esp32s3").out
    assert maker("lesson", "check", "night-light").code == 0  # a name is enough


def test_a_narrow_window_gets_a_block_a_lesson_and_a_wide_one_a_table(maker, built, monkeypatch):
    maker("lesson", "install", built, "--yes")
    monkeypatch.setenv("COLUMNS", "40")
    lines = maker("lesson", "list").out.splitlines()
    assert "  - Name: lamp-distance" in lines and "  - Version: 1.0.0" in lines
    assert max(map(len, lines)) <= 40
    monkeypatch.setenv("COLUMNS", "100")
    assert maker("lesson", "list").out.splitlines()[0].split()[:2] == ["Lesson", "Name"]


def test_an_export_overwrites_nothing(maker, built):
    for name in ("lamp-distance-pupil-en.html", "lamp-distance-pupil-en 2.html"):
        ended = maker("lesson", "export", "html", built, "--in", "en")
        assert ended.code == 0 and ended.out.startswith(f"{name}: ")
        assert Path(name).is_file()
    Path("mine.html").write_text("mine", encoding="utf-8")
    assert "there already" in two_lines(maker("lesson", "export", "html", built, "--out", "mine.html"))
    assert Path("mine.html").read_text(encoding="utf-8") == "mine"


def test_a_fork_invents_what_is_not_said(maker, built):
    made = maker("lesson", "fork", built, "my-lamp")
    assert made.code == 0, made.errors
    assert re.search(r"Its id is school-[0-9a-f]{6}/my-lamp, its author our school\.", made.out)
    maker("lesson", "keys", "new", "Ms Li")
    assert "Its id is ms-li/other, its author Ms Li." in maker("lesson", "fork", built, "other").out
    assert json.loads(maker("lesson", "show", "other", "--json").out)["id"] == "ms-li/other"
    assert maker("lesson", "check", "my-lamp", "other").errors == []


def test_a_folder_is_built_before_it_is_installed(maker, built):
    disk.write_folder(Path("lamp"), lesson_files())
    ended = maker("lesson", "install", "lamp")
    assert "is a folder, not a pack" in two_lines(ended)
    assert "maker lesson build lamp" in ended.errors[1]
