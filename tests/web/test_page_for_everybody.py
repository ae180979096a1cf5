"""The page for everybody: axe on every view in light and dark, by keyboard, on a phone, on paper."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest
from axe_playwright_python.sync_playwright import Axe
from boards_on_page import header, row, send
from in_browser import ink, looking
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


def test_by_keyboard_alone(page, shown):
    page.reload()
    group = page.get_by_role("region", name="Group 1")
    chart = group.get_by_role("slider").first
    expect(chart).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    for _step in range(12):  # past the tools above the charts
        page.keyboard.press("Tab")
        if chart.evaluate("one => one === document.activeElement"):
            break
    expect(chart).to_be_focused()

    # The arrow keys move a cursor, which says where it is and what was measured there.
    page.keyboard.press("Home")
    expect(chart).to_have_attribute("aria-valuetext", "0.0 s: temperature 20.07 °C")
    page.keyboard.press("ArrowRight")
    expect(chart).to_have_attribute("aria-valuenow", "0.30")
    expect(group.get_by_text("0.30 s")).to_be_visible()
    expect(group).to_contain_text("20.28 °C")

    # Closer and back.
    before = str(chart.get_attribute("aria-valuemax"))
    page.keyboard.press("+")
    expect(page.get_by_role("button", name="Follow again")).to_be_visible()
    expect(chart).not_to_have_attribute("aria-valuemax", before)  # with the next picture
    assert float(str(chart.get_attribute("aria-valuemax"))) < float(before)
    page.keyboard.press("0")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Escape")
    expect(group).to_contain_text("20.60 °C")

    # The keys of the whole page, and how to switch them off (WCAG 2.1.4).
    page.keyboard.press("b")
    expect(page).to_have_url(re.compile("#/projector$"))
    page.keyboard.press("b")
    page.get_by_role("button", name="Keys").press("Enter")
    page.get_by_role("checkbox", name="The keys M, P and B work").press("Space")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_lost_rows_are_an_open_gap_in_every_chart(page, shown):
    """Where rows are missing no line is drawn: the curve's colour is not there."""
    page.reload()
    expect(page.get_by_role("region", name="Group 1")).to_be_visible()
    for name, grouped in (("Group 1", "A chart for each board"), ("temperature", "Boards compared")):
        page.get_by_label("Charts").select_option(grouped)
        page.get_by_label("Time shown").select_option("The last 10 seconds")
        card = page.get_by_role("region", name=name, exact=True)
        expect(card).to_be_visible()
        left, inside, right = (ink(card, share) for share in ((0.14, 0.25), (0.285, 0.31), (0.335, 0.4)))
        assert left > 5 and right > 5, name
        assert inside == 0, name


@pytest.mark.parametrize(
    ("view", "prepare"),
    [one for one in VIEWS if one[1] in (measure, choosing, listed, recording, compared, numbers)],
)
def test_on_a_phone_nothing_sticks_out(browser, shown, view, prepare):
    with looking(browser, viewport={"width": 360, "height": 740}, has_touch=True) as page:
        page.goto(shown.doors.link)
        look_at(page, shown, view)
        prepare(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_on_paper_everything_is_black_on_white(browser, shown):
    with looking(browser, color_scheme="dark") as page:
        page.goto(shown.doors.link)
        look_at(page, shown, "#/recording/1")
        recording(page)
        card = page.get_by_role("region", name="Curves")
        assert ink(card) > 0
        page.emulate_media(media="print", color_scheme="dark")
        expect(page.get_by_role("banner")).to_be_hidden()
        expect(page.get_by_role("button")).to_have_count(0)
        assert ink(card) == 0, "a colour"
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.pdf().startswith(b"%PDF")
        page.emulate_media(media="screen")
        expect(page.get_by_role("banner")).to_be_visible()
        assert ink(card) > 0


def test_a_recording_that_is_not_there_is_said_so(browser, shown):
    # A window of its own: the browser writes the refused request into its console.
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(shown.doors.link)
    look_at(page, shown, "#/recording/99")
    not_there(page)
    expect(page.get_by_role("link", name="Back to the list")).to_be_visible()
    context.close()
