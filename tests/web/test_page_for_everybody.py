"""The page for everybody: axe on every view in light and dark, by keyboard, on a phone, on paper."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest
from axe_playwright_python.sync_playwright import Axe
from boards_on_page import header, row, send
from in_browser import looking
from playwright.sync_api import Page, expect

from makerlab.errors import PortLost
from makerlab.recording.about import About
from makerlab.web.serving import PageServer
from makerlab.wire.stream import StreamDecoder

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHANNELS = "temperature/degC/0.01,light/lx/1"


def stream(shift: int = 0) -> bytes:
    """Six seconds of two channels, with lost rows, a value that could not be read, and events."""
    rows = [row(n, n * 100, 2000 + shift + n * 7 % 90, None if n == 30 else 400 + n) for n in range(1, 61)]
    del rows[20:25]
    rows[40:40] = [b"#E 4500 lid opened\r\n", b"#F 4600 light ETIMEDOUT\r\n", b"boot: ok\r\n"]
    return header(CHANNELS) + b"".join(rows)


@pytest.fixture
def shown(served: PageServer) -> PageServer:
    """Three boards on show, one of which went wrong, and two recordings in the notebook."""
    for n in range(3):
        feed = send(served.hub, f"COM{n + 3}", stream(n * 100), title=f"Group {n + 1}")
    feed.say("failed", error=PortLost(port="COM5"))
    if not served.notebook.find():
        began = datetime(2026, 11, 24, 10, 15, tzinfo=timezone(timedelta(hours=8)))
        for n in range(2):
            about = About(
                "Cooling",
                label=f"Group {n + 1}",
                board="esp32",
                session="s",
                started_at=began,
                program="x = 1\n",
            )
            with served.notebook.record(about, at=100.0) as writer:
                writer.take(StreamDecoder().feed(stream(n * 100), 106.0), 106.0)
    return served


def measure(page: Page) -> None:
    """The curves of what is measured."""
    expect(page.get_by_role("region", name="Group 1")).to_be_visible()


def choosing(page: Page) -> None:
    page.get_by_role("button", name="New experiment").click()
    page.get_by_text("What to mind").click()
    page.get_by_text("More", exact=True).click()


def as_table(page: Page) -> None:
    page.get_by_label("Charts").select_option("Boards compared")
    page.get_by_role("button", name="Table").click()
    expect(page.get_by_role("table").first).to_be_visible()


def keys(page: Page) -> None:
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def numbers(page: Page) -> None:
    expect(page.get_by_role("region", name="Group 1 temperature")).to_be_visible()


def listed(page: Page) -> None:
    expect(page.get_by_role("checkbox")).to_have_count(2)


def deleting(page: Page) -> None:
    listed(page)
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def recording(page: Page) -> None:
    expect(page.get_by_role("region", name="Figures").get_by_role("row")).to_have_count(3)
    page.get_by_role("button", name="Table").click()
    page.get_by_role("button", name="Fit", exact=True).click()
    expect(page.get_by_role("region", name="Fit a curve")).to_contain_text("R²")


def compared(page: Page) -> None:
    expect(page.get_by_role("heading", name=re.compile("Differences from"))).to_be_visible()


def not_there(page: Page) -> None:
    expect(page.get_by_role("alert").filter(has_text="There is no recording 99.")).to_be_visible()


VIEWS = [
    ("#/measure", measure),
    ("#/measure", choosing),
    ("#/measure", as_table),
    ("#/measure", keys),
    ("#/projector", numbers),
    ("#/recordings", listed),
    ("#/recordings", deleting),
    ("#/recording/1", recording),
    ("#/compare/1,2", compared),
]


def look_at(page: Page, served: PageServer, view: str) -> None:
    """Open a view as if the page had just been opened."""
    page.goto("about:blank")
    page.goto(served.doors.local.url + view)


@pytest.mark.parametrize(("colours", "rules"), [("light", RULES), ("dark", ["color-contrast"])])
def test_axe_finds_nothing_in_any_view(browser, shown, colours, rules):
    problems = []
    with looking(browser, color_scheme=colours) as page:
        page.goto(shown.doors.link)
        axe = Axe()
        for view, prepare in VIEWS:
            look_at(page, shown, view)
            prepare(page)
            found = axe.run(page, options={"runOnly": rules})
            if found.violations_count:
                problems.append(f"{view} {prepare.__name__}:\n{found.generate_report()}")
    assert not problems, "\n".join(problems)
