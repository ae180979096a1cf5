"""Fetching over HTTP, from a server on loopback: what is whole arrives, what is not never looks so."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from web_server import Request, serving

from makerlab.errors import FileProblem
from makerlab.firmware_images import kind
from makerlab.firmware_images.download import TRIES, fetch
from makerlab.firmware_images.problems import DownloadFailed, ErrorPage, Unreachable

FILE = bytes(range(256)) * 700
HALF = len(FILE) // 2
BINARY = "application/octet-stream"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def whole(request: Request) -> None:
    request.begin(200, Content_Type=BINARY, Content_Length=len(FILE), ETag='"one"')
    request.wfile.write(FILE)


def half(request: Request) -> None:
    """The line breaks in the middle."""
    request.begin(200, Content_Type=BINARY, Content_Length=len(FILE), ETag='"one"')
    request.wfile.write(FILE[:HALF])


def rest(request: Request) -> None:
    """What was asked for with Range, and nothing that was not."""
    begin = int(request.headers["Range"].removeprefix("bytes=").removesuffix("-"))
    assert request.headers["If-Range"] == '"one"'
    extent = f"bytes {begin}-{len(FILE) - 1}/{len(FILE)}"
    request.begin(
        206, Content_Type=BINARY, Content_Length=len(FILE) - begin, Content_Range=extent, ETag='"one"'
    )
    request.wfile.write(FILE[begin:])


def fetched(server, tmp_path: Path, **more) -> bytes:
    part, address = fetch([server.address + "a.bin"], tmp_path / "a.bin", **more)
    assert address == server.address + "a.bin"
    assert part == tmp_path / "a.bin.part"
    assert not (tmp_path / "a.bin.part.json").exists()
    return part.read_bytes()


def test_a_whole_file_and_its_progress(tmp_path):
    seen: list[tuple[int, int]] = []
    with serving(whole) as server:
        assert fetched(server, tmp_path, progress=lambda done, size: seen.append((done, size))) == FILE
    assert seen[0] == (0, len(FILE)) and seen[-1] == (len(FILE), len(FILE))
    assert seen == sorted(seen)


def test_what_broke_off_is_gone_on_with(tmp_path):
    seen: list[int] = []
    with serving(half, rest) as server:
        assert fetched(server, tmp_path, progress=lambda done, size: seen.append(done)) == FILE
        assert [headers.get("Range") for _path, headers in server.asked] == [None, f"bytes={HALF}-"]
    assert HALF in seen and seen == sorted(seen)


def test_a_later_command_goes_on_too(tmp_path):
    with serving(half, lambda request: request.begin(503, Content_Length=0), rest) as server:
        with pytest.raises(DownloadFailed, match="503"):
            fetched(server, tmp_path)
        assert fetched(server, tmp_path) == FILE
        assert server.asked[2][1]["Range"] == f"bytes={HALF}-"


def test_a_file_that_changed_meanwhile_is_fetched_anew(tmp_path):
    with serving(half, whole) as server:
        assert fetched(server, tmp_path) == FILE


def test_a_file_that_is_shorter_now_is_fetched_anew(tmp_path):
    def nothing_left(request: Request) -> None:
        request.begin(416, Content_Range="bytes */10", Content_Length=0)

    with serving(half, nothing_left, whole) as server:
        assert fetched(server, tmp_path) == FILE
        assert "Range" not in server.asked[2][1]


def test_the_rest_of_another_place_is_never_joined(tmp_path):
    def wrong_place(request: Request) -> None:
        extent = f"bytes 5-{len(FILE) - 1}/{len(FILE)}"
        request.begin(206, Content_Type=BINARY, Content_Length=len(FILE) - 5, Content_Range=extent)
        request.wfile.write(FILE[5:])

    with serving(half, wrong_place, whole) as server, pytest.raises(DownloadFailed, match="wrong place"):
        fetched(server, tmp_path)
    with serving(whole) as server:
        assert fetched(server, tmp_path) == FILE


def test_another_address_begins_anew(tmp_path):
    """What a mirror gave is not continued with bytes from elsewhere."""
    with (
        serving(half, lambda request: request.begin(404, Content_Length=0)) as mirror,
        serving(whole) as home,
    ):
        part, address = fetch([mirror.address + "a.bin", home.address + "a.bin"], tmp_path / "a.bin")
        assert address == home.address + "a.bin"
        assert part.read_bytes() == FILE
        assert "Range" not in home.asked[0][1]


def test_a_line_that_always_breaks_at_the_same_place_ends(tmp_path):
    def no_more(request: Request) -> None:
        extent = f"bytes {HALF}-{len(FILE) - 1}/{len(FILE)}"
        request.begin(206, Content_Type=BINARY, Content_Length=HALF, Content_Range=extent, ETag='"one"')

    with serving(half, no_more) as server:
        with pytest.raises(DownloadFailed) as caught:
            fetched(server, tmp_path)
        assert len(server.asked) <= TRIES
    assert f"{HALF:,} of {len(FILE):,}" in caught.value.message


def test_a_server_that_falls_silent_is_given_up(tmp_path):
    def stalls(request: Request) -> None:
        half(request)
        request.wfile.flush()
        request.server.over.wait(30)

    with serving(stalls) as server, pytest.raises(DownloadFailed, match="nothing came any more"):
        fetched(server, tmp_path, stall_s=0.1)


def test_a_slow_server_is_waited_for_and_shown(tmp_path):
    """Byte by byte, each within the time: it arrives, and the progress moves meanwhile."""
    took = []

    def drips(request: Request) -> None:
        request.begin(200, Content_Type=BINARY, Content_Length=len(FILE))
        for begin in range(0, len(FILE), 4096):
            request.wfile.write(FILE[begin : begin + 4096])
            request.wfile.flush()

    with serving(drips) as server:
        assert fetched(server, tmp_path, progress=lambda done, size: took.append(done)) == FILE
    assert len(took) > 2


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_status_that_is_no_success(tmp_path, status):
    def refuses(request: Request) -> None:
        page = b"<html>no</html>"
        request.begin(status, Content_Type="text/html", Content_Length=len(page))
        request.wfile.write(page)

    with serving(refuses) as server:
        with pytest.raises(DownloadFailed, match=str(status)) as caught:
            fetched(server, tmp_path)
        assert server.address in caught.value.message
    assert not (tmp_path / "a.bin.part").exists()


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", BINARY])
def test_a_page_instead_of_the_file(tmp_path, content_type):
    """The school's login page: with its own type, or with that of a file."""

    def page(request: Request) -> None:
        text = b"\r\n<!DOCTYPE html><html>Please log in</html>"
        request.begin(200, Content_Type=content_type, Content_Length=len(text))
        request.wfile.write(text)

    with serving(page) as server, pytest.raises(ErrorPage):
        fetched(server, tmp_path)


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"Content_Type": "application/json", "Content_Length": 10}, "application/json"),
        ({"Content_Type": BINARY, "Content_Length": 10, "Content_Encoding": "gzip"}, "compressed"),
        ({"Content_Type": BINARY, "Content_Length": kind.MAX_BYTES + 1}, "16,777,217"),
        ({"Content_Type": BINARY}, "how long"),
    ],
)
def test_what_cannot_be_the_file_is_not_even_read(tmp_path, headers, words):
    with (
        serving(lambda request: request.begin(200, **headers)) as server,
        pytest.raises(DownloadFailed, match=words),
    ):
        fetched(server, tmp_path)


def test_nobody_there(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/a.bin"
        with pytest.raises(Unreachable):
            fetch([address], tmp_path / "a.bin")


def test_what_is_no_web_server(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        import threading

        def talk() -> None:
            connection, _address = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")

        thread = threading.Thread(target=talk)
        thread.start()
        with pytest.raises(Unreachable, match="HTTP"):
            fetch([f"http://127.0.0.1:{server.getsockname()[1]}/a.bin"], tmp_path / "a.bin")
        thread.join()


def test_the_proxy_of_the_computer_is_used(tmp_path, monkeypatch):
    with serving(whole) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.server_port}")
        monkeypatch.setenv("no_proxy", "")
        part, _address = fetch(["http://firmware.invalid/a.bin"], tmp_path / "a.bin")
        assert part.read_bytes() == FILE
        assert proxy.asked[0][0] == "http://firmware.invalid/a.bin"


def test_a_disk_that_takes_nothing(tmp_path):
    (tmp_path / "a.bin.part").mkdir()
    with serving(whole) as server, pytest.raises(FileProblem):
        fetched(server, tmp_path)


def test_two_commands_that_fetch_the_same_file(tmp_path):
    """The other one writes to the same place meanwhile: what is mixed up is not taken for the file."""

    def disturb(done: int, _size: int) -> None:
        if done == len(FILE) and len(server.asked) == 1:
            with (tmp_path / "a.bin.part").open("r+b") as file:
                file.write(b"the other command's bytes")

    with serving(whole) as server:
        assert fetched(server, tmp_path, progress=disturb) == FILE
        assert len(server.asked) == 2
