"""Which image, what a file is, and the cache that notices every change."""

from __future__ import annotations

import errno
import json
from collections import Counter
from pathlib import Path

import micropython_microbit_fs
import pytest
from esp_images import CHIP_IDS, esp_image
from hypothesis import example, given
from hypothesis import strategies as st

from makerlab.boards import ImageSource, boards, catalogue
from makerlab.errors import BadFile, BadImage, FileProblem
from makerlab.firmware_images import kind
from makerlab.firmware_images.choice import addresses, choose
from makerlab.firmware_images.problems import ImageChanged, ImageMissing, NoSuchImage
from makerlab.firmware_images.store import LEDGER, ImageStore
from makerlab.flash.esptool_adaptation import chips

ESP32 = catalogue().boards["esp32"]
V1, V2 = catalogue().boards["microbit-v1"], catalogue().boards["microbit-v2"]
NAME = ESP32.images[0].file


# -- boards.yaml, and the choice ---------------------------------------------------------------------------


@pytest.mark.parametrize("board", boards(), ids=lambda board: board.key)
def test_every_board_has_images_that_say_their_version(board):
    assert board.images
    for image in board.images:
        assert kind.version_in(image.file) == image.version
        assert bool(image.bundled) is (board.family == "microbit")


def test_no_file_name_stands_for_two_images():
    names = Counter(image.file for board in boards() for image in board.images)
    assert set(names.values()) == {1}


def test_the_first_is_taken_unless_a_version_is_named():
    assert choose(ESP32) is ESP32.images[0]
    assert choose(ESP32, "1.28.0") is choose(ESP32, "v1.28.0") is ESP32.images[1]
    with pytest.raises(NoSuchImage, match=r"0\.9") as caught:
        choose(ESP32, "0.9")
    assert "1.27.0, 1.28.0" in caught.value.hint


def test_who_lives_near_a_source_goes_there_first():
    near = ImageSource("near", "https://near.example/", "zh")
    home = ImageSource("home", "https://home.example/")
    image = ESP32.images[0]
    assert addresses(image, [home, near], "zh") == [
        f"https://near.example/{NAME}",
        f"https://home.example/{NAME}",
    ]
    assert addresses(image, [home, near], "en") == [
        f"https://home.example/{NAME}",
        f"https://near.example/{NAME}",
    ]
    own = addresses(image, [home], "en", ["http://10.0.0.2/images"])
    assert own == [f"http://10.0.0.2/images/{NAME}", f"https://home.example/{NAME}"]


# -- what a file is ----------------------------------------------------------------------------------------


CHIPS = chips()
GENUINE = {1: "microbit-v1", 2: "microbit-v2"}


@pytest.mark.parametrize("board", CHIP_IDS)
def test_chip_and_runtime_stand_in_the_image(board):
    assert kind.recognised(esp_image(board), "x.bin", CHIPS) == (board, "1.27.0")


@pytest.mark.parametrize(("device", "board"), GENUINE.items())
def test_the_genuine_images_of_the_microbit(device, board):
    bundled = micropython_microbit_fs.get_bundled_hex(device)
    assert kind.recognised(bundled.content.encode(), "x.hex", CHIPS) == (board, bundled.version)


def damaged(at: int) -> bytes:
    data = bytearray(esp_image())
    data[at] ^= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\n <!doctype html>", "web page"),
        (b"PK\x03\x04....", "zip"),
        (b"hello" * 1000, "begin"),
        (esp_image()[:-1], "cut off"),
        (esp_image()[: len(esp_image()) // 2], "ends before"),
        (damaged(-100), "damaged"),
        (damaged(30), "cut off"),
        (esp_image()[:12] + b"\x10\x00" + esp_image()[14:], "ESP32-H2|not"),
        (b":00000001FF\n", "no MicroPython"),
        (b":020000040000FA\n:10", "line 2"),
        (bytes(kind.MAX_BYTES + 1), "too big"),
    ],
)
def test_what_is_no_image_is_said_so(data, words):
    with pytest.raises(BadImage, match=words) as caught:
        kind.recognised(data, "x.bin", CHIPS)
    assert caught.value.hint


@given(st.binary(max_size=300))
@example(b":")
@example(b":10000000")
@example(b"\xe9" + bytes(40))
def test_any_bytes_are_told_or_refused_in_words(data):
    with pytest.raises(BadImage):
        kind.recognised(data, "x", CHIPS)


# -- the cache ---------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    return ImageStore(tmp_path / "cache 缓存")


def brought(tmp_path: Path, data: bytes, name: str = NAME) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_what_is_kept_is_read_again(store, tmp_path):
    name, record = store.add(brought(tmp_path, esp_image()))
    assert (name, record.board, record.version) == (NAME, "esp32", "1.27.0")
    assert store.state(NAME) == "good"
    image, data = store.read(ESP32)
    assert (image.file, data) == (NAME, esp_image())
    assert (tmp_path / NAME).exists()  # what somebody brought stays theirs


def test_images_of_the_microbit_need_nothing(store):
    for board, device in ((V1, 1), (V2, 2)):
        _image, data = store.read(board)
        assert data.decode() == micropython_microbit_fs.get_bundled_hex(device).content
    assert not store.folder.exists()


def test_a_missing_image_says_how_to_get_it(store):
    with pytest.raises(ImageMissing) as caught:
        store.read(ESP32)
    assert "maker firmware fetch esp32" in caught.value.hint


def test_a_changed_image_is_never_given_out(store, tmp_path):
    store.add(brought(tmp_path, esp_image()))
    with store.path(NAME).open("r+b") as file:
        file.seek(50_000)
        file.write(b"\x00")
    assert store.state(NAME) == "changed"
    with pytest.raises(ImageChanged):
        store.read(ESP32)


def test_a_digest_outlives_its_file(store, tmp_path):
    """First sight counts: other bytes under the same name are refused ever after."""
    store.add(brought(tmp_path, esp_image()))
    store.remove(NAME)
    assert store.state(NAME) == "missing"
    with pytest.raises(ImageChanged):
        store.add(brought(tmp_path, esp_image(fill=0x66)))
    assert store.state(NAME) == "missing"
    store.add(brought(tmp_path, esp_image()))
    assert store.state(NAME) == "good"


def test_an_image_for_another_board_is_refused(store, tmp_path):
    source = brought(tmp_path, esp_image("esp32c3"))
    with pytest.raises(BadImage, match="esp32c3"):
        store.keep(source, NAME, "esp32", "1.27.0", "somewhere")
    assert store.records() == {}


@pytest.mark.parametrize("name", [LEDGER, "a:b.bin", "x.part", "a.bin.new", "..", "image"])
def test_a_name_that_no_image_has(store, tmp_path, name):
    (tmp_path / "good.bin").write_bytes(esp_image())
    with pytest.raises(BadImage, match="name"):
        store.keep(tmp_path / "good.bin", name, "esp32", "", "")
    assert not store.folder.exists()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}', '{"a": {"board": "esp32"}}', "\xff"])
def test_a_damaged_record_is_not_taken_for_an_empty_one(store, tmp_path, text):
    store.add(brought(tmp_path, esp_image()))
    (store.folder / LEDGER).write_text(text, encoding="latin-1")
    with pytest.raises(BadFile) as caught:
        store.read(ESP32)
    assert LEDGER in str(caught.value.facts["path"])


def test_a_full_disk_leaves_what_was_there(store, tmp_path, monkeypatch):
    from makerlab.firmware_images import store as module

    store.add(brought(tmp_path, esp_image()))
    before = json.loads((store.folder / LEDGER).read_text())

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(FileProblem, match="disk is full"):
        store.add(brought(tmp_path, esp_image("esp32c3"), "ESP32_GENERIC_C3-20251209-v1.27.0.bin"))
    monkeypatch.undo()
    assert json.loads((store.folder / LEDGER).read_text()) == before
    assert store.state(NAME) == "good"


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "cache").write_text("a file in the way")
    store = ImageStore(tmp_path / "cache")
    with pytest.raises(FileProblem):
        store.add(brought(tmp_path, esp_image()))
