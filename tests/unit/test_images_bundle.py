"""Bundles: what goes in comes out, and a ZIP from anywhere does no harm."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from esp_images import esp_image
from hypothesis import given, settings
from hypothesis import strategies as st
from small_lesson import lesson_files

from makerlab.errors import BadImage, MakerError
from makerlab.firmware_images import bundle, wheels
from makerlab.firmware_images.problems import BadBundle, ImageChanged, WheelsMissing
from makerlab.firmware_images.store import ImageStore
from makerlab.lessons.packs import archive, keys, pack, signature

NAME = "ESP32_GENERIC-20251209-v1.27.0.bin"


@pytest.fixture
def full(tmp_path: Path) -> ImageStore:
    store = ImageStore(tmp_path / "full")
    (tmp_path / NAME).write_bytes(esp_image())
    store.add(tmp_path / NAME)
    return store


@pytest.fixture
def school(tmp_path: Path) -> ImageStore:
    return ImageStore(tmp_path / "school" / "firmware")


def made(tmp_path: Path, store: ImageStore) -> Path:
    lessons = tmp_path / "lessons"
    (lessons / "01-温度" / "pictures").mkdir(parents=True, exist_ok=True)
    (lessons / "01-温度" / "lesson.md").write_text("# 温度\n", encoding="utf-8")
    (lessons / "01-温度" / "pictures" / "a.png").write_bytes(b"png")
    wheel = tmp_path / "thing-1.0-py3-none-any.whl"
    wheel.write_bytes(b"PK wheel")
    out = tmp_path / "bundle.zip"
    bundle.make(out, store, lessons, [wheel], "Python 3.11", ["read me", "请读我"])
    return out


def test_what_goes_in_comes_out(tmp_path, full, school):
    contents = bundle.take_in(made(tmp_path, full), school, tmp_path / "school" / "lessons")
    assert list(contents.images) == [NAME]
    assert contents.lessons == ("01-温度",)
    assert contents.wheels == 1
    assert school.state(NAME) == "good"
    assert school.records() == full.records()
    lesson = tmp_path / "school" / "lessons" / "01-温度"
    assert (lesson / "lesson.md").read_text(encoding="utf-8") == "# 温度\n"
    assert (lesson / "pictures" / "a.png").read_bytes() == b"png"
    with zipfile.ZipFile(tmp_path / "bundle.zip") as file:
        assert file.read("README.txt").decode("utf-8-sig") == "read me\r\n请读我"


def lesson_pack(folder: Path, version: str = "1.0.0") -> Path:
    made = pack.build(lesson_files(version=version))
    path = folder / "lamp-distance--cn.test.mkl"
    path.write_bytes(signature.sign(made, keys.new("Li", bytes(32)), "author", "2026-11-24T08:30:00Z").data())
    return path


def test_installed_lesson_packs_travel_along(tmp_path, full, school):
    out, lessons = tmp_path / "bundle.zip", tmp_path / "school" / "lessons"
    bundle.make(out, full, tmp_path / "none", [], "", [], [lesson_pack(tmp_path, "1.2.0")])
    contents = bundle.take_in(out, school, lessons)
    assert contents.lessons == ("lamp-distance",)
    (installed,) = lessons.iterdir()
    assert installed.read_bytes() == (tmp_path / "lamp-distance--cn.test.mkl").read_bytes()
    bundle.make(out, full, tmp_path / "none", [], "", [], [lesson_pack(tmp_path, "1.1.0")])
    bundle.take_in(out, school, lessons)
    assert pack.read(installed.read_bytes(), "").version == "1.2.0"


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data.replace(b'"Li"', b'"Xi"')])
def test_a_damaged_lesson_pack_keeps_all_of_a_bundle_out(tmp_path, full, school, change):
    path = lesson_pack(tmp_path)
    data = archive.read(path.read_bytes(), 10)
    path.write_bytes(change(archive.write([(name, change(content)) for name, content in data])))
    bundle.make(tmp_path / "bundle.zip", full, tmp_path / "none", [], "", [], [path])
    with pytest.raises(BadBundle):
        bundle.take_in(tmp_path / "bundle.zip", school, tmp_path / "lessons taken")
    assert not (tmp_path / "lessons taken").exists()
    assert not school.records()


def test_a_changed_image_is_not_passed_on(tmp_path, full):
    full.path(NAME).write_bytes(b"something else")
    with zipfile.ZipFile(made(tmp_path, full)) as file:
        assert not [name for name in file.namelist() if name.startswith("images/")]


def test_a_bundle_cannot_replace_an_image_seen_before(tmp_path, full, school):
    (tmp_path / NAME).write_bytes(esp_image(fill=0x11))
    school.add(tmp_path / NAME)
    with pytest.raises(ImageChanged):
        bundle.take_in(made(tmp_path, full), school, tmp_path / "lessons there")
    assert not (tmp_path / "lessons there").exists()


# -- hostile ones ------------------------------------------------------------------------------------------


def listing(**images: bytes) -> str:
    import hashlib

    facts = {
        name: {
            "board": "esp32",
            "version": "",
            "sha256": hashlib.sha256(data).hexdigest(),
            "size": 1,
            "origin": "",
        }
        for name, data in images.items()
    }
    return json.dumps({"format": 1, "makerlab": "0", "images": facts})


def zipped(tmp_path: Path, *members: tuple[str | zipfile.ZipInfo, bytes | str]) -> Path:
    path = tmp_path / "hostile.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members:
            file.writestr(name, data)
    return path


def refused(tmp_path: Path, path: Path, words: str, school: ImageStore) -> None:
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BadBundle, match=words):
        bundle.take_in(path, school, tmp_path / "taken lessons")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "name",
    [
        "../evil.bin", "images/../../evil.bin", "/etc/passwd", "C:/evil.bin", "images/C:evil",
        "images\\..\\e.bin", "images/a/b.bin", "lessons/../../x", "lessons/x/CON", "lessons/x/nul.txt",
        "lessons/x/a.", "lessons/x/ b ", "", "lessons/x/a:b", "evil.exe", "wheels/a/b.whl", "lessons//x",
        "lessons/./x", "lessons/" + "a/" * 20 + "x", "lessons/x/" + "n" * 101, "bundle.json/x",
        "lessons/x/a\x01b",
    ],
)  # fmt: skip
def test_names_that_lead_elsewhere(tmp_path, name, school):
    info = zipfile.ZipInfo("placeholder")
    info.filename = name
    infos = [zipfile.ZipInfo("bundle.json"), info]
    with pytest.raises(BadBundle, match="does not belong"):
        bundle.checked_names(infos, Path("b.zip"))


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from(["images", "lessons", "wheels", "..", ".", "", "a", "C:", "con", "\\", "x.bin"]))
)
def test_no_name_that_passes_leaves_its_folder(parts):
    infos = [zipfile.ZipInfo("bundle.json"), zipfile.ZipInfo("a")]
    infos[1].filename = "/".join(parts)
    try:
        names = bundle.checked_names(infos, Path("b.zip"))
    except BadBundle:
        return
    base = Path("/base").resolve()
    for name in names:
        assert (base / name).resolve().is_relative_to(base)


def test_a_link_is_no_file(tmp_path, school):
    info = zipfile.ZipInfo("lessons/x/link")
    info.external_attr = 0o120777 << 16
    refused(tmp_path, zipped(tmp_path, ("bundle.json", listing()), (info, "/etc/passwd")), "no file", school)


def test_one_name_twice(tmp_path, school):
    path = zipped(tmp_path, ("bundle.json", listing()), ("lessons/x/A.md", ""), ("lessons/x/a.md", ""))
    refused(tmp_path, path, "twice", school)


def test_too_many_files(tmp_path, school):
    members = [(f"lessons/x/{number}", b"") for number in range(bundle.MAX_MEMBERS)]
    refused(tmp_path, zipped(tmp_path, ("bundle.json", listing()), *members), "too many", school)


def test_a_bomb_that_admits_it(tmp_path, school, monkeypatch):
    monkeypatch.setattr(bundle, "MAX_BYTES", 1 << 20)
    path = zipped(tmp_path, ("bundle.json", listing()), ("lessons/x/big", bytes(2 << 20)))
    refused(tmp_path, path, "too big", school)


def test_a_bomb_that_lies_about_its_size(tmp_path, school, monkeypatch):
    """The sizes in both headers say 10 bytes; 8 MB come out."""
    monkeypatch.setattr(bundle, "MAX_LESSON_FILE_BYTES", 1 << 20)
    path = zipped(tmp_path, ("bundle.json", listing()), ("lessons/x/big", bytes(8 << 20)))
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<I", 8 << 20), struct.pack("<I", 10)))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BadBundle):
        bundle.take_in(path, school, tmp_path / "lessons taken")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_file_that_is_too_big_alone(tmp_path, school, monkeypatch):
    monkeypatch.setattr(bundle, "MAX_LESSON_FILE_BYTES", 1000)
    path = zipped(tmp_path, ("bundle.json", listing()), ("lessons/x/big", bytes(1001)))
    refused(tmp_path, path, "too big", school)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"format": 1}', "cannot be read"),
        ('{"format": 2, "makerlab": "9", "images": {}}', "another version"),
        ('{"format": 1, "images": {"a": {"board": 1}}}', "cannot be read"),
        ('{"format": 1, "images": {"../../x": {"board": "esp32", "version": "", "sha256": "", "size": 0, '
         '"origin": ""}}}', "missing"),
        ("[" * 100_000, "cannot be read"),
    ],
)  # fmt: skip
def test_a_list_that_is_none(tmp_path, text, words, school):
    refused(tmp_path, zipped(tmp_path, ("bundle.json", text)), words, school)


def test_no_list(tmp_path, school):
    refused(tmp_path, zipped(tmp_path, ("lessons/x/a.md", "")), "missing", school)


def test_an_image_that_is_not_what_the_list_says(tmp_path, school):
    path = zipped(
        tmp_path, ("bundle.json", listing(**{NAME: esp_image()})), (f"images/{NAME}", esp_image(fill=1))
    )
    refused(tmp_path, path, "changed or damaged", school)


def test_an_image_cannot_take_the_place_of_the_ledger(tmp_path, full, school):
    """Its digests are all that tells a changed image."""
    path = zipped(
        tmp_path,
        ("bundle.json", listing(**{"hashes.json": esp_image()})),
        ("images/hashes.json", esp_image()),
    )
    with pytest.raises(BadImage, match="name"):
        bundle.take_in(path, school, tmp_path / "lessons")
    assert school.records() == {}


def test_an_image_that_is_none(tmp_path, school):
    page = b"<html>404</html>"
    path = zipped(tmp_path, ("bundle.json", listing(**{NAME: page})), (f"images/{NAME}", page))
    with pytest.raises(BadImage, match="web page"):
        bundle.take_in(path, school, tmp_path / "lessons")
    assert school.records() == {}


def test_any_damage_is_refused_in_words(tmp_path, full):
    """One byte changed, anywhere: the bundle is refused, or what comes out is what went in."""
    path = made(tmp_path, full)
    good = path.read_bytes()
    for at in range(0, len(good), max(1, len(good) // 150)):
        bad = bytearray(good)
        bad[at] ^= 0x41
        path.write_bytes(bytes(bad))
        store = ImageStore(tmp_path / f"store {at}")
        try:
            bundle.take_in(path, store, tmp_path / f"lessons {at}")
        except MakerError:
            continue
        assert [store.state(name) for name in store.records()] in ([], ["good"])


def test_a_cut_bundle(tmp_path, full, school):
    path = made(tmp_path, full)
    path.write_bytes(path.read_bytes()[:-30])
    assert bundle.is_zip(path)
    refused(tmp_path, path, "damaged", school)


# -- packages ----------------------------------------------------------------------------------------------


def tiny_wheel(folder: Path) -> Path:
    """A package with one module, as pip takes it."""
    path = folder / "tiny_thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as file:
        info = "tiny_thing-1.0.dist-info"
        file.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-thing\nVersion: 1.0\n")
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr("tiny_thing.py", "answer = 42\n")
        file.writestr(f"{info}/RECORD", "tiny_thing.py,,\n")
    return path


def test_packages_are_collected_with_the_genuine_pip(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    (tmp_path / "from").mkdir()
    (tmp_path / "to").mkdir()
    found = wheels.collect(tmp_path / "to", [str(tiny_wheel(tmp_path / "from"))])
    assert [path.name for path in found] == ["tiny_thing-1.0-py3-none-any.whl"]


def test_without_internet_it_is_said_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(WheelsMissing, match="makerlab-of-nowhere") as caught:
        wheels.collect(tmp_path, ["makerlab-of-nowhere==1"])
    assert "--no-wheels" in caught.value.hint


def test_a_python_without_pip(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no python"))
    with pytest.raises(WheelsMissing):
        wheels.collect(tmp_path, ["x"])


def test_this_checkout_is_not_built_in(tmp_path):
    """setuptools leaves folders where it builds, and takes what is in them into the next wheel."""
    copy = wheels.own(tmp_path)
    assert (copy / "host" / "makerlab" / "__main__.py").is_file()
    assert {path.name for path in copy.iterdir()} <= set(wheels.SOURCES)


def test_an_installed_package_becomes_a_wheel_again(tmp_path, monkeypatch):
    """Tried with the tiny package: installed by the genuine pip, put together again, installed again."""
    first, second = tmp_path / "first", tmp_path / "second"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target"]
    subprocess.run([*pip, str(first), str(tiny_wheel(tmp_path))], check=True)
    monkeypatch.syspath_prepend(str(first))
    monkeypatch.setattr(wheels, "NAME", "tiny_thing")
    monkeypatch.setattr(wheels.resources, "root", lambda: first)
    again = wheels.own(tmp_path)
    subprocess.run([*pip, str(second), str(again)], check=True)
    assert (second / "tiny_thing.py").read_text(encoding="utf-8") == "answer = 42\n"


def test_nothing_is_installed(tmp_path, monkeypatch):
    monkeypatch.setattr(wheels, "NAME", "makerlab-of-nowhere")
    monkeypatch.setattr(wheels.resources, "root", lambda: tmp_path)
    with pytest.raises(WheelsMissing, match="makerlab-of-nowhere"):
        wheels.own(tmp_path)
