"""Publishing: whatever happens in between, no pack is lost and no reader sees half a list."""

from __future__ import annotations

import errno
import shutil
import threading
from pathlib import Path

import pytest
from small_lesson import lesson_files

from makerlab.errors import FileProblem
from makerlab.lessons import disk, library
from makerlab.lessons.packs import index, keys, pack, publish, signature
from makerlab.lessons.packs.index import INDEX, PACKS, SEARCH, BadIndex
from makerlab.lessons.packs.places import Place, remembered

KEY, OTHER = keys.new("李老师", bytes(32)), keys.new("王老师", bytes([1] * 32))
WHEN = "2026-11-24T08:30:00Z"


def packed(slug: str = "lamp", **facts: object) -> pack.Pack:
    return pack.build(lesson_files(id=f"cn.test/{slug}", **facts))  # type: ignore[arg-type]


def there(folder: Path) -> list[str]:
    """What a reader finds, every pack opened."""
    place = Place.named(str(folder))
    found = place.index()
    assert found.complete
    for entry in found.entries:
        assert place.pack(entry).digest == entry.digest
    return [entry.slug for entry in found.entries]


def test_what_is_published_can_be_had(tmp_path):
    done = publish.publish(tmp_path / "U盘", [packed("a"), packed("b")], KEY, WHEN)
    assert not done.left_out
    assert there(tmp_path / "U盘") == ["a", "b"]
    assert Place.named(str(tmp_path / "U盘")).index().signer == KEY.public


def test_publishing_again_changes_no_byte(tmp_path):
    publish.publish(tmp_path, [packed("a"), packed("b")], KEY, WHEN)
    before = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    publish.publish(tmp_path, [packed("b")], KEY, WHEN)
    assert {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert len(before) == 4  # two packs, two lists, nothing left behind


def test_signatures_of_the_same_pack_come_together(tmp_path):
    made = packed("a")
    publish.publish(tmp_path, [signature.sign(made, KEY, "author", WHEN)])
    publish.publish(tmp_path, [signature.sign(made, OTHER, "reviewer", WHEN)])
    (entry,) = Place.named(str(tmp_path)).index().entries
    assert set(entry.signers) == {KEY.public.id, OTHER.public.id}
    got = Place.named(str(tmp_path)).pack(entry)
    assert signature.state(got, {OTHER.public.key: ""}) == "trusted"


# -- two at once -------------------------------------------------------------------------------------------


def test_many_publishers_at_once_lose_nothing(tmp_path):
    names = [[f"p{person}-{number}" for number in range(4)] for person in range(4)]
    begin = threading.Barrier(len(names))
    failed: list[BaseException] = []

    def person(own: list[str]) -> None:
        try:
            begin.wait()
            for name in own:
                publish.publish(tmp_path, [packed(name)], KEY, WHEN)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=person, args=(own,)) for own in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert there(tmp_path) == sorted(name for own in names for name in own)


def test_a_list_made_before_another_came_is_made_again(tmp_path, monkeypatch):
    """The worst moment: one has read what lies there, the other publishes all of theirs, the one writes."""
    write = publish._write
    others = [packed("b")]

    def late(*arguments: object) -> None:
        if others:
            mine, others[:] = list(others), []
            publish.publish(tmp_path, mine, OTHER, WHEN)
        write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(publish, "_write", late)
    publish.publish(tmp_path, [packed("a")], KEY, WHEN)
    assert there(tmp_path) == ["a", "b"]


def test_two_lists_that_mix_are_written_again(tmp_path, monkeypatch):
    """The search list of one beside the index of another."""
    write = disk.write
    others = [packed("b")]

    def between(path: Path, data: bytes, mode: int = 0o666) -> None:
        if path.name == INDEX and others:
            mine, others[:] = list(others), []
            publish.publish(tmp_path, mine, OTHER, WHEN)
        write(path, data, mode)

    monkeypatch.setattr(disk, "write", between)
    publish.publish(tmp_path, [packed("a")], KEY, WHEN)
    assert there(tmp_path) == ["a", "b"]


# -- what breaks off ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", [PACKS, SEARCH, INDEX])
def test_a_disk_that_is_full_leaves_what_was_there(tmp_path, monkeypatch, which):
    publish.publish(tmp_path, [packed("a")], KEY, WHEN)
    replace = disk._put_in_place

    def full(partial: Path, path: Path) -> None:
        if which in path.parts:
            raise OSError(errno.ENOSPC, "No space left on device")
        replace(partial, path)

    monkeypatch.setattr(disk, "_put_in_place", full)
    with pytest.raises(FileProblem, match="the disk is full"):
        publish.publish(tmp_path, [packed("b")], KEY, WHEN)
    monkeypatch.setattr(disk, "_put_in_place", replace)
    assert [entry.slug for entry in Place.named(str(tmp_path)).index().entries] == ["a"]
    assert not list(tmp_path.rglob("*.new"))
    publish.publish(tmp_path, [], KEY, WHEN)
    assert there(tmp_path) == (["a"] if which == PACKS else ["a", "b"])


@pytest.mark.parametrize("damage", [b"", b"{", b'{"format":"1.0","packs":['])
def test_a_half_written_list_is_told_and_mended(tmp_path, damage):
    publish.publish(tmp_path, [packed("a"), packed("b")])
    (tmp_path / INDEX).write_bytes(damage)
    with pytest.raises(BadIndex, match="half") as caught:
        Place.named(str(tmp_path)).index()
    assert "maker lesson publish" in caught.value.hint
    publish.publish(tmp_path, [])
    assert there(tmp_path) == ["a", "b"]


def test_a_missing_search_list_is_no_loss(tmp_path):
    publish.publish(tmp_path, [packed("a")])
    (tmp_path / SEARCH).unlink()
    found = Place.named(str(tmp_path)).index()
    assert [entry.slug for entry in index.fitting(found, "亮度")] == ["a"]
    publish.publish(tmp_path, [])
    assert there(tmp_path) == ["a"]


def test_packs_copied_or_deleted_by_hand(tmp_path):
    publish.publish(tmp_path, [packed("a"), packed("b")])
    (gone,) = (tmp_path / PACKS).glob("a-*")
    gone.unlink()
    (tmp_path / PACKS / "from a chat (1).mkl").write_bytes(packed("c").data())
    done = publish.publish(tmp_path, [])
    assert not done.left_out
    assert there(tmp_path) == ["b", "c"]
    assert not (tmp_path / PACKS / "from a chat (1).mkl").exists()


def test_what_is_no_pack_is_left_out_and_told(tmp_path):
    publish.publish(tmp_path, [packed("a")])
    whole = packed("b").data()
    (tmp_path / PACKS / "b.mkl").write_bytes(whole[: len(whole) // 2])
    (tmp_path / PACKS / "notes.txt").write_text("hello", encoding="utf-8")
    done = publish.publish(tmp_path, [packed("c")])
    assert list(done.left_out) == ["b.mkl"]
    assert there(tmp_path) == ["a", "c"]


def test_a_pack_broken_off_on_a_stick_is_mended_by_publishing_it_again(tmp_path):
    publish.publish(tmp_path, [packed("a")])
    (path,) = (tmp_path / PACKS).iterdir()
    path.write_bytes(path.read_bytes()[:100])
    publish.publish(tmp_path, [packed("a")])
    assert there(tmp_path) == ["a"]


# -- remembered --------------------------------------------------------------------------------------------


def test_a_list_is_searched_when_the_stick_is_gone(tmp_path):
    stick = tmp_path / "stick"
    publish.publish(stick, [packed("a")])
    Place.named(str(stick)).index()
    shutil.rmtree(stick)
    ((place, found),) = remembered()
    assert place.address == str(stick)
    assert [entry.slug for entry in index.fitting(found, "亮度")] == ["a"]
    with pytest.raises(FileProblem):
        place.pack(found.entries[0])


def test_a_full_home_folder_does_not_hinder_searching(tmp_path, monkeypatch):
    publish.publish(tmp_path / "stick", [packed("a")])

    def full(path: Path, *_others: object) -> None:
        raise FileProblem(path=path, detail="full")

    monkeypatch.setattr(disk, "write", full)
    assert there(tmp_path / "stick") == ["a"]
    assert list(remembered()) == []


def test_a_damaged_copy_is_not_searched(tmp_path, own_home):
    publish.publish(tmp_path / "stick", [packed("a")])
    Place.named(str(tmp_path / "stick")).index()
    (copy,) = (own_home / "indexes").iterdir()
    (copy / INDEX).write_bytes(b"{")
    assert list(remembered()) == []


def test_another_pack_than_the_list_says_is_refused(tmp_path):
    publish.publish(tmp_path, [packed("a")])
    place = Place.named(str(tmp_path))
    (entry,) = place.index().entries
    (path,) = (tmp_path / PACKS).iterdir()
    path.write_bytes(packed("a", version="6.6.6").data())
    with pytest.raises(pack.BadPack, match="another one"):
        place.pack(entry)
    assert not library.installed_dir().exists()
