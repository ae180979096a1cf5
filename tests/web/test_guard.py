"""Who may ask the page for what: every door is tried from the wrong side."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import httpx
import pytest
from boards_on_page import SHARED_ADDRESS, header, row, send
from starlette.routing import Route
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from makerlab.web.doors import WRONG_CODES
from makerlab.web.guard import MAX_BODY_BYTES
from makerlab.web.server import routes
from makerlab.web.serving import PageServer

CHANGES = (
    "/api/start",
    "/api/stop",
    "/api/mark",
    "/api/recordings/delete",
    "/api/recordings/1/edit",
    "/api/recordings/1/replay",
)


def cookie_of(client: httpx.Client) -> str:
    return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


# -- names ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1:1", "127.0.0.1", "", "192.168.1.5:{port}"]
)
def test_a_foreign_name_is_refused_even_with_the_key(served, teacher, host):
    answer = teacher.get("/api/page", headers={"host": host.format(port=served.doors.local.port)})
    assert answer.status_code == 421
    assert served.doors.token not in answer.text


def test_both_names_of_this_computer_are_served(served, teacher):
    for name in ("127.0.0.1", "LOCALHOST"):
        assert teacher.get("/", headers={"host": f"{name}:{served.doors.local.port}"}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1.evil.example"]
)
def test_a_foreign_origin_changes_and_reads_nothing(teacher, origin):
    for path in CHANGES:
        assert teacher.post(path, json={}, headers={"origin": origin}).status_code == 403
    assert teacher.get("/api/page", headers={"origin": origin}).status_code == 403


def test_a_change_without_origin_is_refused(served, teacher):
    del teacher.headers["origin"]
    for path in CHANGES:
        assert teacher.post(path, json={}).status_code == 403


# -- key and token ----------------------------------------------------------------------------------------


def test_without_the_key_only_static_files_are_given(served, stranger):
    assert stranger.get("/static/main.js").status_code == 200
    for path in ("/", "/?key=wrong", "/api/page", "/api/recordings", "/api/share.svg", "/join", "/nowhere"):
        answer = stranger.get(path)
        assert answer.status_code == 403, path
        assert "set-cookie" not in answer.headers
        assert served.doors.token not in answer.text


def test_the_link_gives_a_cookie_that_no_script_and_no_other_site_gets(served, stranger):
    answer = stranger.get(served.doors.link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert stranger.get("/").status_code == 200


def test_the_key_does_not_stay_in_the_address(served, teacher):
    assert teacher.get(served.doors.link).status_code == 303


@pytest.mark.parametrize("token", [None, "", "wrong"])
def test_every_change_needs_the_token(teacher, token):
    del teacher.headers["x-maker-token"]
    headers = {} if token is None else {"x-maker-token": token}
    for path in CHANGES:
        assert teacher.post(path, json={}, headers=headers).status_code == 403, path


def test_every_route_that_changes_something_is_tried_here():
    posts = {one.path for one in routes() if isinstance(one, Route) and "POST" in (one.methods or ())}
    tried = {path.replace("/1/", "/{id:int}/") for path in CHANGES}
    assert posts - {"/api/join"} == tried


def test_damaged_cookies_are_no_key(served, stranger):
    for cookie in ("maker-x", "=;=;", f'maker-{served.doors.local.port}="', "a" * 4000):
        assert stranger.get("/", headers={"cookie": cookie}).status_code == 403


# -- what is sent -----------------------------------------------------------------------------------------


def test_a_body_that_is_too_long_is_refused_before_it_is_read(teacher):
    assert teacher.post("/api/mark", content=b"x" * (MAX_BODY_BYTES + 1)).status_code == 413


def test_a_body_that_hides_its_length_is_not_read_either(served, teacher):
    def endless() -> Iterator[bytes]:
        for _piece in range(40):
            yield b" " * (MAX_BODY_BYTES // 16)

    answer = teacher.post("/api/mark", content=endless(), headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert teacher.get("/api/page").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b"{", b"[" * 50_000, b"\xff\xfe", b'{"experiment": 5}',
        b'{"ports": "virtual:esp32", "experiment": "light"}', b'{"experiment": "light", "ports": [1]}',
        b'{"experiment": "light", "ports": [], "rate_hz": "fast"}',
        b'{"experiment": "light", "ports": [], "rate_hz": 1e999}',
        b'{"experiment": "light", "ports": [], "seconds": true}',
    ],
)  # fmt: skip
def test_what_our_page_would_not_send_is_a_bad_request(teacher, body):
    answer = teacher.post("/api/start", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["what"]) == (400, "That is no request of this page.")


def test_a_form_of_another_site_is_no_request(teacher):
    """A foreign page can send forms; those have other types of content."""
    body = json.dumps({"text": "x"})
    assert teacher.post("/api/mark", content=body, headers={"content-type": "text/plain"}).status_code == 400


@pytest.mark.parametrize(
    "port",
    ["socket://127.0.0.1:4000", "virtual:esp32?scene=../../x.yaml", "virtual:esp32/99", "/dev/tty0", ""],
)
def test_only_a_board_that_was_offered_can_be_started(teacher, port):
    answer = teacher.post("/api/start", json={"experiment": "light", "ports": [port]})
    assert (answer.status_code, answer.json()["what"]) == (409, f"There is no board at {port} any more.")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd.py", "nothing.py", "", "CON"])
def test_only_an_experiment_that_was_offered_can_be_started(teacher, name):
    answer = teacher.post("/api/start", json={"experiment": name, "ports": ["virtual:esp32"]})
    assert (answer.status_code, answer.json()["what"]) == (409, f"There is no experiment {name}.")


# -- files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/static/", "/static", "/static/vendor/", "/static/vendor/README.md", "/static/../server.py",
        "/static/%2e%2e/server.py", "/static/..%2fserver.py", "/static//etc/passwd",
        "/static/....//server.py", "/static/main.js/", "/static/c:/windows/win.ini",
    ],
)  # fmt: skip
def test_no_folder_is_listed_and_no_other_file_given(served, teacher, path):
    door = served.doors.local
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {door.address}:{door.port}",
        f"Cookie: {cookie_of(teacher)}",
        "Connection: close",
    ]
    with socket.create_connection((door.address, door.port)) as link:  # byte for byte: httpx tidies paths
        link.sendall("\r\n".join([*lines, "", ""]).encode())
        answer = b"".join(iter(lambda: link.recv(65536), b""))
    assert answer.split(b" ", 2)[1] == b"404", answer[:200]


@pytest.mark.parametrize("path", ["/", "/static/main.js", "/api/page", "/nowhere", "/api/start"])
def test_every_answer_has_the_strict_headers(teacher, path):
    headers = teacher.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self';" in policy and "style-src 'self';" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers
    assert "server" not in headers


def test_refusals_have_them_too(stranger):
    assert "default-src 'none'" in stranger.get("/").headers["content-security-policy"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_do_nothing(teacher, method):
    assert teacher.request(method, "/api/recordings/1").status_code == 404


# -- the socket of the curves -------------------------------------------------------------------------------


def live(server: PageServer, cookie: str, origin: str | None) -> ClientConnection:
    door = server.doors.local
    headers = {"Cookie": cookie} if cookie else {}
    url = f"ws://{door.address}:{door.port}/live"
    return connect(url, additional_headers=headers, origin=origin, open_timeout=10)  # type: ignore[arg-type]


@pytest.mark.parametrize("origin", ["https://evil.example", None, "null"])
def test_a_foreign_page_cannot_listen(served, teacher, origin):
    with pytest.raises(InvalidStatus) as refused, live(served, cookie_of(teacher), origin):
        pass
    assert refused.value.response.status_code == 403


def test_nobody_listens_without_the_key(served):
    with pytest.raises(InvalidStatus), live(served, "", served.doors.local.url.rstrip("/")):
        pass


def test_our_page_hears_how_everything_stands_and_gets_the_curves(served, teacher):
    with live(served, cookie_of(teacher), served.doors.local.url.rstrip("/")) as page:
        assert json.loads(page.recv(timeout=10))["feeds"] == []
        send(served.hub, "COM3", header("light/lx/1") + row(1, 100, 7) + row(2, 200, 8))
        received = [page.recv(timeout=10), page.recv(timeout=10)]
    told = next(one for one in received if isinstance(one, bytes))
    assert len(told) == 16 + 2 * 2 * 8


def test_what_is_sent_over_the_socket_does_nothing(served, teacher):
    with live(served, cookie_of(teacher), served.doors.local.url.rstrip("/")) as page:
        page.recv(timeout=10)
        page.send('{"start": "light"}')
        page.send(b"\x00" * 100)
        send(served.hub, "COM3", header("light/lx/1") + row(1, 100, 7))
        assert page.recv(timeout=10)
    assert not served.measurement.running


# -- viewers ------------------------------------------------------------------------------------------------


def test_nothing_is_shared_unless_it_was_asked_for(served):
    assert served.doors.shared is None
    with pytest.raises(OSError), socket.create_connection((SHARED_ADDRESS, served.doors.local.port), 2):
        pass


def test_a_viewer_needs_the_code(shared, viewer):
    assert viewer.get("/").headers["location"] == "/join"
    assert viewer.get("/join").status_code == 200
    assert viewer.get("/api/page").status_code == 403
    assert viewer.post("/api/join", json={"code": "000000x"}).status_code == 403
    assert viewer.post("/api/join", json={"code": shared.doors.code}).status_code == 200
    assert viewer.get("/").status_code == 200


def test_a_viewer_looks_on_and_changes_nothing(shared, viewer):
    viewer.post("/api/join", json={"code": shared.doors.code})
    begin = viewer.get("/api/page").json()
    assert begin["role"] == "viewer"
    assert "token" not in begin and "experiments" not in begin and "share" not in begin
    for path in CHANGES:
        for token in ("", shared.doors.token):
            assert viewer.post(path, json={}, headers={"x-maker-token": token}).status_code == 403
    assert viewer.get("/api/share.svg").status_code == 403


def test_the_teachers_key_opens_nothing_on_the_network(shared, viewer):
    answer = viewer.get(f"/?key={shared.doors.key}")
    assert answer.headers["location"] == "/join"
    cookie = f"maker-{shared.doors.local.port}={shared.doors.key}"
    assert viewer.get("/api/page", headers={"cookie": cookie}).status_code == 403


def test_the_doors_are_kept_apart(shared, viewer):
    """What comes in on the network cannot pretend to come from this computer."""
    local = shared.doors.local
    cookie = f"maker-{local.port}={shared.doors.key}"
    host = f"{local.address}:{local.port}"
    assert viewer.get("/api/page", headers={"host": host, "cookie": cookie}).status_code == 421


def test_codes_cannot_be_tried_for_ever(shared, viewer):
    for _try in range(WRONG_CODES):
        assert "not right" in viewer.post("/api/join", json={"code": "nonono"}).json()["what"]
    answer = viewer.post("/api/join", json={"code": shared.doors.code})
    assert answer.status_code == 403
    assert "Wait a minute" in answer.json()["what"]


def test_another_site_cannot_join_for_a_viewer(shared, viewer):
    code, foreign = {"code": shared.doors.code}, {"origin": "https://evil.example"}
    assert viewer.post("/api/join", json=code, headers=foreign).status_code == 403


# -- our own mistakes ---------------------------------------------------------------------------------------


def test_a_bug_of_ours_is_no_traceback(served, teacher, monkeypatch, own_folders):
    def broken(_text: str) -> None:
        raise ZeroDivisionError("secret of the program")

    monkeypatch.setattr(served.measurement, "mark", broken)
    answer = teacher.post("/api/mark", json={"text": "x"})
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "ZeroDivisionError" in (own_folders / "home" / "cache" / "last-error.txt").read_text(
        encoding="utf-8"
    )
