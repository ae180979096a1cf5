"""`maker firmware`: the images from first sight to a school without internet."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from esp_images import esp_image
from web_server import Request, serving

from makerlab.boards import catalogue

NAME = catalogue().boards["esp32"].images[0].file
IMAGE = esp_image()


def gives(image: bytes):
    """An answer with this image."""

    def answer(request: Request) -> None:
        request.begin(200, Content_Type="application/octet-stream", Content_Length=len(image))
        request.wfile.write(image)

    return answer


gives_image, other_image, c3_image = gives(IMAGE), gives(esp_image(fill=0x77)), gives(esp_image("esp32c3"))


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch):
    """Nothing but the mirror of the test is asked, whatever it answers."""
    from makerlab import boards

    without = boards.Catalogue(**{**vars(catalogue()), "image_sources": ()})
    monkeypatch.setattr(boards, "catalogue", lambda: without)
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def states(maker) -> dict[str, str]:
    return {row["file"]: row["state"] for row in json.loads(maker("firmware", "list", "--json").out)}


def test_the_list_says_what_there_is(maker):
    found = states(maker)
    assert found[NAME] == "missing"
    assert found["micropython-microbit-v2.1.2.hex"] == "included"
    ended = maker("firmware", "list")
    assert (ended.code, ended.errors) == (0, [])
    assert "* esp32 " in ended.out and "comes with makerlab" in ended.out


def test_fetched_once_then_known(maker):
    with serving(gives_image) as server:
        ended = maker("firmware", "fetch", "esp32", "--mirror", server.address)
        assert (ended.code, ended.errors) == (0, [])
        assert f"{len(IMAGE):,} bytes" in ended.out
        again = maker("firmware", "fetch", "esp32", "--mirror", server.address)
        assert "already" in again.out
        assert [path for path, _headers in server.asked] == ["/firmware/" + NAME]
    assert states(maker)[NAME] == "good"


def test_other_bytes_later_are_refused(maker, tmp_path):
    with serving(gives_image, other_image) as server:
        maker("firmware", "fetch", "esp32", "--mirror", server.address)
        (tmp_path / "home" / "firmware" / NAME).unlink()
        ended = maker("firmware", "fetch", "esp32", "--mirror", server.address)
    assert ended.code == 1
    assert "SHA-256" in ended.errors[0]
    assert states(maker)[NAME] == "missing"
    assert [path.name for path in (tmp_path / "home" / "firmware").iterdir()] == ["hashes.json"]


def test_the_image_of_another_chip_is_refused(maker):
    with serving(c3_image) as server:
        ended = maker("firmware", "fetch", "esp32", "--mirror", server.address)
    assert ended.code == 1 and len(ended.errors) == 2
    assert "esp32c3" in ended.errors[0]
    assert states(maker)[NAME] == "missing"


def test_some_of_several(maker):
    with serving(gives_image, lambda request: request.begin(404, Content_Length=0)) as server:
        ended = maker("firmware", "fetch", "esp32", "esp32s3", "microbit-v1", "--mirror", server.address)
    assert ended.code == 3
    assert "404" in ended.errors[0] and len(ended.errors) == 2
    assert "comes with makerlab" in ended.out


def test_the_microbit_needs_no_network(maker):
    ended = maker("firmware", "fetch", "microbit-v1", "microbit-v2")
    assert (ended.code, ended.errors) == (0, [])


@pytest.mark.parametrize("words", [(), ("--all", "esp32"), ("esp23",)])
def test_which_board_must_be_said(maker, words):
    ended = maker("firmware", "fetch", *words)
    assert ended.code == 2 and len(ended.errors) == 2


def test_no_such_version(maker):
    ended = maker("firmware", "fetch", "esp32", "--version", "9.9")
    assert ended.code == 1
    assert "1.27.0" in ended.errors[1]


def test_an_own_image(maker):
    Path("mine.bin").write_bytes(esp_image("esp32c6"))
    ended = maker("firmware", "add", "mine.bin")
    assert (ended.code, ended.errors) == (0, [])
    assert "ESP32-C6" in ended.out
    assert states(maker)["mine.bin"] == "good"


@pytest.mark.parametrize("content", [None, b"", b"<html>", b"PK\x03\x04 no zip", b"hello"])
def test_what_cannot_be_added(maker, content):
    if content is not None:
        Path("bad.bin").write_bytes(content)
    ended = maker("firmware", "add", "bad.bin")
    assert ended.code == 1 and len(ended.errors) == 2
    assert "bad.bin" in ended.errors[0]


def test_a_folder_cannot_be_added(maker):
    Path("folder").mkdir()
    ended = maker("firmware", "add", "folder")
    assert ended.code == 1 and len(ended.errors) == 2


def test_verify_finds_and_removes_a_changed_image(maker, tmp_path):
    assert maker("firmware", "verify").code == 0
    Path(NAME).write_bytes(IMAGE)
    maker("firmware", "add", NAME)
    assert maker("firmware", "verify").code == 0
    (tmp_path / "home" / "firmware" / NAME).write_bytes(IMAGE[:-1])
    ended = maker("firmware", "verify")
    assert ended.code == 1 and NAME in ended.errors[0]
    assert maker("firmware", "verify", "--remove").code == 0
    assert states(maker)[NAME] == "missing"


def test_from_one_computer_to_another(maker, monkeypatch, tmp_path):
    Path(NAME).write_bytes(IMAGE)
    maker("firmware", "add", NAME)
    ended = maker("firmware", "bundle", "all.zip", "--no-wheels")
    assert (ended.code, ended.errors) == (0, [])
    with zipfile.ZipFile("all.zip") as file:
        text = file.read("README.txt").decode("utf-8-sig")
    assert "--no-index" in text and "固件" in text
    monkeypatch.setenv("MAKER_HOME", str(tmp_path / "another"))
    ended = maker("firmware", "add", "all.zip")
    assert (ended.code, ended.errors) == (0, [])
    assert NAME in ended.out
    assert states(maker)[NAME] == "good"


def test_a_bundle_without_internet_says_what_to_leave_out(maker, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    ended = maker("firmware", "bundle", "all.zip")
    assert ended.code == 1 and len(ended.errors) == 2
    assert "--no-wheels" in ended.errors[1]
    assert not Path("all.zip").exists()


def test_a_bundle_is_a_zip(maker):
    assert maker("firmware", "bundle", "all.rar").code == 2


def test_everything_in_chinese_too(maker, monkeypatch):
    monkeypatch.setenv("MAKER_LANG", "zh")
    assert "随 makerlab 自带" in maker("firmware", "list").out
    ended = maker("firmware", "fetch", "esp32", "--mirror", "http://127.0.0.1:9/")
    assert ended.errors[0].startswith("出错了：") and "http://127.0.0.1:9/" in ended.errors[0]
