"""Packs from the web: a genuine static server, and the ways one can be wrong."""

from __future__ import annotations

import functools
import threading
import urllib.request
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from small_lesson import lesson_files
from web_server import Request, serving

from makerlab.lessons.packs import index, pack, places, publish
from makerlab.lessons.packs.index import BadIndex
from makerlab.lessons.packs.places import NoIndex, NotFetched, Place


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "lessons"
    publish.publish(folder, [pack.build(lesson_files())])
    return folder


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    """The folder, served unchanged by Python's own static server."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_static_web_server_is_an_index(address):
    for name in (address, address + "/"):
        place = Place.named(name)
        found = place.index()
        assert found.complete
        (entry,) = index.fitting(found, "亮度")
        assert place.pack(entry).digest == pack.build(lesson_files()).digest
    assert len(list(places.remembered())) == 1


def test_a_missing_file_is_told(address, folder):
    found = Place.named(address).index()
    for path in (folder / "packs").iterdir():
        path.unlink()
    with pytest.raises(NotFetched, match="404"):
        Place.named(address).pack(found.entries[0])
    with pytest.raises(NotFetched, match="404"):
        Place.named(address + "/packs").index()


def test_a_folder_without_a_list(tmp_path):
    with pytest.raises(NoIndex, match="no list of lessons"):
        Place.named(str(tmp_path)).index()
    with pytest.raises(NoIndex, match="no list of lessons"):
        Place.named(str(tmp_path / "nowhere")).index()


def page(request: Request) -> None:
    request.begin(200, Content_Type="text/html")
    request.wfile.write(b"<html>Please log in</html>")


def endless(request: Request) -> None:
    request.begin(200)
    for _piece in range(100):
        try:
            request.wfile.write(bytes(1 << 20))
        except OSError:
            return


def broken_off(request: Request) -> None:
    request.begin(200, Content_Length=1000)
    request.wfile.write(b"{")


def half(request: Request) -> None:
    request.begin(200, Content_Length=15)
    request.wfile.write(b'{"format":"1.0"')


def to_a_file(request: Request) -> None:
    request.begin(302, Location="file:///etc/passwd")


def server_error(request: Request) -> None:
    request.begin(500)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (page, "web page"), (endless, "more than"), (broken_off, "broke off"), (to_a_file, "302"),
        (server_error, "500"),
    ],
)  # fmt: skip
def test_servers_that_are_wrong(answer, words):
    with serving(answer) as server, pytest.raises(NotFetched, match=words) as caught:
        Place.named(server.address).index()
    assert caught.value.hint
    assert not list(places.remembered())


def test_half_a_list_from_the_web():
    with serving(half) as server, pytest.raises(BadIndex, match="half"):
        Place.named(server.address).index()


def test_nothing_there():
    with serving(page) as server:
        address = server.address
    with pytest.raises(NotFetched):
        Place.named(address).index()


def test_a_safe_address_does_not_lead_to_an_unsafe_one():
    request = urllib.request.Request("https://example.org/index.json")
    with pytest.raises(NotFetched, match="unsafe"):
        places._Redirects().redirect_request(request, None, 302, "", {}, "http://example.org/index.json")


@pytest.mark.parametrize("name", ["http://", "https:///x", "ftp://a/b", "file:///etc/passwd", "httpx://a"])
def test_what_is_no_address_is_a_folder(name):
    assert not places.is_web(name)


@pytest.mark.parametrize("name", ["http://[", "http://a:b/", "http://127.0.0.1:99999/"])
def test_broken_addresses_are_told(name):
    with pytest.raises(NotFetched):
        Place.named(name).index()
