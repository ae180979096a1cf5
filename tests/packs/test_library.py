"""Lessons on this computer: found by whatever people call them, the newest one, never a damaged one."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from small_lesson import lesson_files

from makerlab.errors import BadFile, FileProblem
from makerlab.lessons import disk, library
from makerlab.lessons.library import NoSuchLesson, SeveralLessons
from makerlab.lessons.packs import pack
from makerlab.lessons.packs.pack import BadPack


@pytest.fixture(autouse=True)
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in place of the lessons that come with makerlab."""
    folder = tmp_path / "shipped"
    monkeypatch.setattr(library, "lessons_dir", lambda: folder)
    monkeypatch.chdir(tmp_path)
    return folder


def packed(**facts: object) -> pack.Pack:
    return pack.build(lesson_files(**facts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    [
        "lamp-distance", "Lamp-Distance", "cn.test/lamp-distance", "How does light fade?",
        "how does light fade", "灯离得越远，光变暗多少？", "灯离得越远，光变暗多少",
    ],
)  # fmt: skip
def test_a_lesson_has_many_names(name, shipped):
    library.install(packed())
    found = library.find(name)
    assert (found.id, found.slug, found.origin) == ("cn.test/lamp-distance", "lamp-distance", "pack")
    assert found.digest == packed().digest
    (library.place_of(found.id)).unlink()
    disk.write_folder(shipped / "lamp-distance", lesson_files())
    found = library.find(name)
    assert (found.origin, found.pack, found.digest) == ("shipped", None, packed().digest)


def test_paths_are_names(tmp_path):
    disk.write_folder(tmp_path / "我的课", lesson_files())
    (tmp_path / "a.mkl").write_bytes(packed(version="2.0.0").data())
    assert library.find("我的课").origin == "folder"
    assert library.find(str(tmp_path / "我的课")).files == lesson_files()
    assert library.find("a.mkl").lesson.version == "2.0.0"
    with pytest.raises(FileProblem):
        library.find("b.mkl")
    with pytest.raises(FileProblem):
        library.find(str(tmp_path / "nothing"))


def test_the_newest_version_counts(shipped, own_home):
    disk.write_folder(shipped / "lamp-distance", lesson_files(version="1.10.0"))
    disk.write_folder(own_home / "lessons" / "lamp-distance", lesson_files(version="1.9.0"))
    library.install(packed(version="1.2.0"))
    assert (library.find("lamp-distance").lesson.version, library.find("lamp-distance").origin) == (
        "1.10.0", "shipped",
    )  # fmt: skip
    library.install(packed(version="1.10.0"))
    assert library.find("lamp-distance").origin == "pack"
    found, broken = library.shelf()
    assert [one.origin for one in found] == ["pack"] and not broken


def test_the_same_short_name_twice_must_be_told_apart():
    library.install(packed(id="a/lamp", zh="灯", en="Lamp"))
    library.install(packed(id="b/lamp", zh="别的灯", en="Other lamp"))
    with pytest.raises(SeveralLessons, match="lamp") as caught:
        library.find("lamp")
    assert "a/lamp" in caught.value.hint and "b/lamp" in caught.value.hint
    assert library.find("b/lamp").id == "b/lamp"
    assert library.find("Other lamp").id == "b/lamp"


@pytest.mark.parametrize(
    "name", ["lamp-distanc", "lamp_distance", "How does lihgt fade", "灯离得远，光变暗多少"]
)
def test_a_slip_of_the_keyboard(name):
    library.install(packed())
    with pytest.raises(NoSuchLesson) as caught:
        library.find(name)
    assert "lamp-distance" in caught.value.hint


@pytest.mark.parametrize("name", ["", " ", "nothing", "a" * 5000, "a\0b", "灯" * 300, "*", "a/b/c"])
def test_what_there_is_none_of(name):
    with pytest.raises(NoSuchLesson) as caught:
        library.find(name)
    assert caught.value.message and caught.value.hint


def test_a_damaged_pack_is_told_and_hides_no_other(own_home):
    library.install(packed())
    library.install(packed(id="cn.test/other", zh="别的", en="Other"))
    path = library.place_of("cn.test/lamp-distance")
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(BadPack):
        library.find("lamp-distance")
    assert library.find("other").slug == "other"
    found, broken = library.shelf()
    assert [one.slug for one in found] == ["other"]
    assert [one.path for one in broken] == [path]
    assert isinstance(broken[0].error, BadPack)


def test_a_lesson_this_program_cannot_read_is_not_installed(own_home):
    files = lesson_files()
    files["lesson.yaml"] = files["lesson.yaml"].replace(b'format: "1.0"', b'format: "2.0"')
    with pytest.raises(BadFile, match=r"2\.0"):
        library.install(pack.build(files))
    assert not (own_home / "lessons").exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_disk_that_does_not_take_it_keeps_what_was_there(monkeypatch, number):
    library.install(packed())

    def refuse(_fd: int) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(disk.os, "fsync", refuse)
    with pytest.raises(FileProblem):
        library.install(packed(version="2.0.0"))
    assert library.find("lamp-distance").lesson.version == "1.0.0"
    assert [path.name for path in library.installed_dir().iterdir()] == ["lamp-distance--cn.test.mkl"]


def test_a_folder_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    with pytest.raises(disk.FolderTaken):
        disk.write_folder(tmp_path, lesson_files())
    written = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.name == "1-measure.md":
            raise OSError(errno.ENOSPC, "full")
        return written(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(FileProblem, match="the disk is full"):
        disk.write_folder(tmp_path / "new", lesson_files())
    assert [path.name for path in tmp_path.iterdir() if "new" in path.name] == []


def test_windows_waits_for_a_reader(tmp_path, monkeypatch):
    """Windows refuses to replace a file that is being read; a moment later it goes."""
    path = tmp_path / "a.mkl"
    replace = Path.replace
    refusals = [PermissionError(errno.EACCES, "in use")] * 3
    waited = []

    def busy(self: Path, target: Path) -> Path:
        if refusals:
            raise refusals.pop()
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", busy)
    monkeypatch.setattr(disk.time, "sleep", waited.append)
    monkeypatch.setattr(disk, "ON_WINDOWS", True)
    disk.write(path, b"new")
    assert path.read_bytes() == b"new" and len(waited) == 3
