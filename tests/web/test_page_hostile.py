"""Whatever boards, files and pupils write is text on the page: never markup, code or an address."""

from __future__ import annotations

import re

import pytest
from boards_on_page import header, row, send
from in_browser import looking
from playwright.sync_api import expect

from makerlab.recording.about import About
from makerlab.wire.events import Channel, Header, Mark, Samples, Text

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "\"'><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{7*7}}${7*7}",
    "\u202egnp.exe",
    "A" * 5000,
    "温度\x00\x1b[2J",
    "=cmd|'/c calc'!A1",
]


@pytest.fixture
def hostile(served):
    """A board and a recording in which every text is hostile."""
    channels = tuple(Channel(f"{text} {n}", unit=text) for n, text in enumerate(HOSTILE))
    rows = [(n, n * 100, *[n % 10] * len(channels)) for n in range(1, 30)]
    events = [
        Header(HOSTILE[0], channels, rate_hz=10.0),
        *(Text(text) for text in HOSTILE),
        *(Mark(1000 + n, text) for n, text in enumerate(HOSTILE)),
        Samples(rows),
    ]
    feed = served.hub.open("COM3", HOSTILE[0], str)
    feed.take(events, 103.0)
    feed.say("measuring")
    titles = {channel.name: {"zh": HOSTILE[1], "en": HOSTILE[2]} for channel in channels}
    about = About(
        HOSTILE[0],
        label=HOSTILE[2],
        board=HOSTILE[3],
        program=HOSTILE[1],
        note=HOSTILE[4],
        channel_titles=titles,
    )
    with served.notebook.record(about, at=100.0) as writer:
        writer.take(events, 103.0)
    return served, writer.id


@pytest.mark.parametrize(
    "view", ["#/measure", "#/projector", "#/recordings", "#/recording/{id}", "#/compare/{id},{id}"]
)
def test_hostile_texts_stay_texts(browser, hostile, view):
    server, which = hostile
    with looking(browser) as page:
        page.on("dialog", lambda dialog: pytest.fail(f"it ran: {dialog.message}"))
        page.goto(server.doors.link)
        page.goto(f"{server.doors.local.url}{view.format(id=which)}")
        expect(page.get_by_role("main")).to_contain_text("onerror=alert(1)")
        if view == "#/measure":
            page.get_by_role("button", name="Table").click()
            page.get_by_text("What the board printed").click()
            expect(page.get_by_role("region", name="Events")).to_contain_text("onload")
        for markup in (
            "img[src='x']",
            "main script",
            "main svg[onload]",
            "main [onerror]",
            "main a[href^='javascript']",
        ):
            assert page.locator(markup).count() == 0, markup
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280, "it pushes the page apart"


def test_a_file_name_from_a_hostile_title_is_harmless(teacher, hostile):
    _server, which = hostile
    answer = teacher.get(f"/api/recordings/{which}/export", params={"format": "csv"})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert not re.search(
        r"[\r\n/\\<>]", answer.headers["content-disposition"].replace("filename*=utf-8''", "")
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_in_requests_are_texts_or_refused(teacher, hostile, text):
    _server, which = hostile
    assert teacher.get("/api/recordings", params={"search": text[:200]}).status_code == 200
    assert teacher.get("/api/recordings", params={"search": (text * 300)[:3000]}).status_code == 400
    edited = teacher.post(f"/api/recordings/{which}/edit", json={"title": text[:200], "note": text[:4000]})
    assert edited.status_code == 200
    assert teacher.get(
        f"/api/recordings/{which}/fit", params={"channel": text[:200], "model": "linear"}
    ).status_code in (200, 409)
    assert (
        teacher.get(f"/api/recordings/{which}/fit", params={"channel": "x", "model": text[:40]}).status_code
        == 400
    )
    assert teacher.get("/api/recordings/compare", params={"ids": text[:400]}).status_code == 400
    assert teacher.get(f"/api/recordings/{which}/export", params={"format": text[:20]}).status_code == 400


@pytest.mark.parametrize(
    "query",
    ["from=nan&to=1", "from=1e99", "from=5&to=1", "from=x", "buckets=0", "buckets=1e9", "buckets=nan"],
)
def test_a_stretch_that_cannot_be_is_a_bad_request(teacher, hostile, query):
    _server, which = hostile
    assert teacher.get(f"/api/recordings/{which}/curves?{query}").status_code == 400


def test_garbage_around_the_rows_is_shown_and_harms_nothing(page, served):
    noise = bytes(range(32, 256)) * 40 + b"\r\n"
    rows = b"".join(row(n, n * 100, n) for n in range(1, 10))
    send(served.hub, "COM3", noise + header("x//1") + rows + noise, title="Group 1")
    card = page.get_by_role("region", name="Group 1")
    expect(card.locator(".state")).to_contain_text("rows: 9")
    expect(card.get_by_text("What the board printed")).to_be_visible()
