"""Looking on from another device in the classroom, and a page that was away."""

from __future__ import annotations

import pytest
from boards_on_page import client, header, row, send
from in_browser import looking
from playwright.sync_api import expect

from makerlab.recording.about import About
from makerlab.web.share import NoNetwork, for_terminal, network_address, picture
from makerlab.wire.stream import StreamDecoder


def rows(first: int, last: int) -> bytes:
    return header("light/lx/1", seq=first) + b"".join(row(n, n * 100, n) for n in range(first, last + 1))


def test_a_viewer_joins_with_the_code_and_only_looks_on(browser, shared):
    send(shared.hub, "COM3", rows(1, 20), title="Group 1")
    assert shared.doors.shared is not None
    with looking(browser, viewport={"width": 390, "height": 844}) as page:
        page.goto(shared.doors.shared.url)
        page.get_by_label("Join code").fill(shared.doors.code)
        page.get_by_role("button", name="Join").click()
        expect(page.get_by_role("region", name="Group 1")).to_contain_text("20 lx")
        for name in ("Start", "Stop", "New experiment", "Mark", "Share"):
            expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
        page.get_by_role("link", name="Recordings").click()
        expect(page.get_by_text("There are no recordings yet.")).to_be_visible()


def test_a_scanned_link_needs_no_typing_and_leaves_no_code_on_the_screen(browser, shared):
    send(shared.hub, "COM3", rows(1, 20), title="Group 2")
    with looking(browser) as page:
        page.goto(shared.doors.join_link)
        expect(page.get_by_role("region", name="Group 2")).to_be_visible()
        assert shared.doors.code not in page.url


def test_a_viewer_sees_only_what_was_recorded_since(shared, viewer):
    ids = []
    for title in ("Last year", "Today"):
        with shared.notebook.record(About(title), at=100.0) as writer:
            writer.take(StreamDecoder().feed(rows(1, 20), 102.0), 102.0)
            ids.append(writer.id)
    shared.measurement.recordings.add(ids[1])
    viewer.post("/api/join", json={"code": shared.doors.code})
    assert [one["title"] for one in viewer.get("/api/recordings").json()] == ["Today"]
    assert viewer.get(f"/api/recordings/{ids[1]}").status_code == 200
    for path in ("", "/curves", "/figures", "/export?format=csv", "/fit?channel=light&model=linear"):
        assert viewer.get(f"/api/recordings/{ids[0]}{path}").status_code == 409
    assert viewer.get(f"/api/recordings/compare?ids={ids[0]},{ids[1]}&channel=light").status_code == 409


def test_the_teacher_shows_the_way_in(browser, shared):
    with looking(browser) as page:
        page.goto(shared.doors.link)
        page.get_by_role("button", name="Share").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text(shared.doors.code)
        expect(dialog).to_contain_text(f"{shared.doors.shared.url}join")
        picture_shown = dialog.get_by_role("img")
        expect(picture_shown).to_be_visible()
        assert picture_shown.evaluate("one => one.naturalWidth") > 100
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()


def test_the_picture_holds_the_link(shared):
    with client(shared.doors.local) as teacher:
        teacher.get(shared.doors.link)
        answer = teacher.get("/api/share.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.content == picture(shared.doors.join_link)
    assert len(for_terminal(shared.doors.join_link).splitlines()) > 10


def test_without_a_network_nothing_is_shared(monkeypatch):
    def nowhere() -> str:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr("makerlab.web.share._towards_anywhere", nowhere)
    monkeypatch.setattr("makerlab.web.share._by_name", lambda: "127.0.1.1")
    with pytest.raises(NoNetwork):
        network_address()
    monkeypatch.setattr("makerlab.web.share._by_name", lambda: "192.168.1.5")
    assert network_address() == "192.168.1.5"


def test_a_page_that_was_away_catches_up(browser, serve):
    server = serve()
    feed = send(server.hub, "COM3", rows(1, 10), title="Group 1")
    with looking(browser) as page:
        page.goto(server.doors.link)
        card = page.get_by_role("region", name="Group 1")
        expect(card).to_contain_text("10 lx")
        page.context.set_offline(True)
        page.evaluate("() => dispatchEvent(new Event('offline'))")
        feed.take(StreamDecoder(from_start=False).feed(rows(11, 40), 104.0), 104.0)
        page.context.set_offline(False)
        expect(card).to_contain_text("40 lx")
        expect(card.locator(".state")).to_contain_text("rows: 40")


def test_a_server_that_ended_is_said_so(browser, serve):
    server = serve()
    with looking(browser, may_complain=True) as page:
        page.goto(server.doors.link)
        expect(page.get_by_role("heading", name="Choose boards")).to_be_visible()
        server.stop()
        expect(page.get_by_role("alert")).to_contain_text("maker page does not answer.")


def test_what_has_another_unit_is_not_compared(browser, shared):
    ids = []
    for number, unit in enumerate(("lx", "mV")):
        with shared.notebook.record(About(unit), at=100.0) as writer:
            stream = header(f"light/{unit}/1", seq=1) + row(1, 100, 5) + row(2, 200, 6)
            writer.take(StreamDecoder().feed(stream, 102.0), 102.0 + number)
            ids.append(writer.id)
    with looking(browser) as page:
        page.goto(shared.doors.link)
        page.goto(f"{shared.doors.local.url}#/compare/{ids[0]},{ids[1]}")
        expect(page.get_by_text("These recordings have no channel in common.")).to_be_visible()
