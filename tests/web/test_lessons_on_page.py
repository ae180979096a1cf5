"""A lesson on the page, in a real browser: its steps beside the curves of its own program."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from in_browser import ink, looking
from playwright.sync_api import Browser, Page, expect

from makerlab.lessons import library
from makerlab.lessons.expectations.judge import judge
from makerlab.lessons.export.fragments import fragments
from makerlab.lessons.export.page import Source
from makerlab.lessons.trials.judging import from_recording
from makerlab.web.serving import PageServer

NAME = "lamp-distance"
START_MS = 30_000
"""For a virtual board to start and be measured: half a second alone, more when all cores are busy."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def test_a_lesson_is_read_and_its_program_measured_beside_it(page, served):
    page.get_by_role("navigation").get_by_role("link", name="Lessons").click()
    lesson = library.find(NAME)
    page.get_by_role("link", name=lesson.lesson.title["en"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(lesson.lesson.title["en"])

    # The lesson's own program, as long as the lesson measures, kept as the lesson's data.
    page.get_by_role("checkbox", name="virtual ESP32", exact=True).check()
    page.get_by_role("button", name="Start", exact=True).click()
    card = page.get_by_role("region", name="virtual ESP32")
    expect(card.locator(".state")).to_contain_text(re.compile(r"rows: \d{2,}"), timeout=START_MS)
    assert ink(card) > 0

    # Read on meanwhile, and measure again afterwards.
    page.get_by_label("Part of the lesson").select_option(label="2. Measure")
    expect(page.get_by_role("heading", name=re.compile("^Measure"), level=2)).to_be_visible()
    expect(page.locator(".lessontext pre").first).to_contain_text("channel(")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Measure again")).to_be_visible(timeout=START_MS)

    # What was recorded, and what the lesson says of it: there was no time for all five distances.
    results = page.get_by_role("region", name="What was recorded")
    results.get_by_role("link", name="What the lesson expects").click()
    expected = page.get_by_role("region", name="What the lesson expects")
    expect(expected).to_be_focused()
    verdicts = expected.get_by_role("listitem")
    expect(verdicts).to_have_count(len(lesson.lesson.expected("esp32")))
    number = served.notebook.find()[0].id
    measured = from_recording(served.notebook, str(number), lesson.lesson)
    found = judge(lesson.lesson, "esp32", "esp32", measured.columns)
    assert not all(one.met for one in found)
    for item, one in zip(verdicts.all(), found, strict=True):
        word = "yes" if one.met else "not yet"
        expect(item).to_have_text(f"{word}: {one.say['en']}{one.reason.text}")
    link = results.get_by_role("link", name=f"Open recording {number}: virtual ESP32")
    expect(link).to_have_attribute("href", f"#/recording/{number}")
    found = Axe().run(page, options={"runOnly": RULES})
    assert found.violations_count == 0, found.generate_report()

    page.get_by_role("button", name="Measure again").click()
    expect(page.get_by_role("heading", name="Choose boards")).to_be_visible()
    about = served.notebook.find()[0]
    assert (
        served.notebook.get(about.id).about.lesson == f"{lesson.id} {lesson.lesson.version} {lesson.digest}"
    )

    # Its address opens the same place again.
    page.reload()
    expect(page.get_by_role("heading", name=re.compile("^Measure"), level=2)).to_be_visible()


def test_what_the_page_shows_is_all_that_the_lesson_says(page):
    """The page builds a lesson's HTML anew from what it allows: nothing but ids may get lost on the way."""
    for found in library.shelf()[0]:
        made = [re.sub(r' id="[^"]*"', "", one.body) for one in fragments(Source.of(found.files), "zh")]
        kept = page.evaluate(
            """async (pieces) => {
              const { nodes } = await import("/static/markup.js");
              const inside = (html) => Object.assign(document.createElement("div"), { innerHTML: html });
              return pieces.map((html) => {
                const ours = document.createElement("div");
                ours.append(...nodes(html));
                return ours.isEqualNode(inside(html)) || [ours.innerHTML, html];
              });
            }""",
            made,
        )
        assert kept == [True] * len(made), found.id


@pytest.fixture(scope="module")
def watched(browser: Browser, module_server: PageServer) -> Iterator[Page]:
    """The page in a window that may complain: the policy forbids what is tried, too."""
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(module_server.doors.link)
    yield opened
    context.close()


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>window.hit = 1</script>",
        '<img src="x" onerror="window.hit = 1">',
        '<p onclick="window.hit = 1" style="color: red">x</p>',
        '<a href="javascript:window.hit = 1">x</a>',
        '<iframe src="https://example.org"></iframe><form action="https://example.org"></form>',
        '<svg><script>window.hit = 1</script><a xlink:href="javascript:1"><text>x</text></a></svg>',
        '<link rel="stylesheet" href="https://example.org/x.css"><base href="https://example.org">',
    ],
)
def test_markup_that_no_lesson_may_have_is_not_shown_even_if_it_came_so_far(watched, hostile):
    made = watched.evaluate(
        """async (html) => {
          const { nodes } = await import("/static/markup.js");
          const place = document.createElement("div");
          document.body.append(place);
          place.append(...nodes(html));
          return [place.innerHTML, window.hit ?? 0];
        }""",
        hostile,
    )
    assert made[1] == 0
    assert not re.search(
        r"script|<svg|<iframe|<form|<link|<base|\bon\w+=|style=|javascript|example\.org", made[0]
    )


def test_axe_finds_nothing_in_a_lesson_also_on_a_phone(browser, served):
    for view in ("#/lessons", f"#/lesson/cn.makerlab%2F{NAME}/step-measure"):
        with looking(browser) as page:
            page.goto(served.doors.link)
            page.goto(served.doors.local.url + view)
            expect(page.get_by_role("link" if view == "#/lessons" else "combobox").last).to_be_visible()
            for colours, rules in (("light", RULES), ("dark", ["color-contrast"])):
                page.emulate_media(color_scheme=colours)
                found = Axe().run(page, options={"runOnly": rules})
                assert found.violations_count == 0, found.generate_report()
            page.set_viewport_size({"width": 360, "height": 740})
            assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_on_a_phone_the_curve_is_one_key_away_from_a_step(browser, served):
    with looking(browser, viewport={"width": 390, "height": 844}) as page:
        page.goto(served.doors.link)
        page.goto(f"{served.doors.local.url}#/lesson/cn.makerlab%2F{NAME}/step-measure")
        link = page.get_by_role("link", name="See the curve")
        expect(page.locator(".lessontext pre").first).to_contain_text("channel(")
        expect(page.get_by_role("heading", name="Choose boards")).not_to_be_in_viewport()
        expect(link).to_be_in_viewport()
        found = Axe().run(page, options={"runOnly": RULES})
        assert found.violations_count == 0, found.generate_report()
        link.press("Enter")
        expect(page.get_by_role("heading", name="Choose boards")).to_be_in_viewport()
        page.keyboard.press("Tab")
        expect(page.get_by_role("checkbox").first).to_be_focused()
        expect(page).to_have_url(re.compile("step-measure$"))
        page.set_viewport_size({"width": 1280, "height": 860})
        expect(link).to_be_hidden()


@pytest.mark.parametrize(
    "name", ["../../etc", "/etc/passwd.mkl", "lessons/lamp-distance", ".", "CON", "x" * 200]
)
def test_only_a_lesson_of_this_computer_is_shown_or_started(teacher, name):
    """A name from the page must not become a path elsewhere."""
    for answer in (
        teacher.get("/api/lesson", params={"name": name}),
        teacher.post("/api/start", json={"experiment": "", "lesson": name, "ports": ["virtual:esp32"]}),
    ):
        assert (answer.status_code, answer.json()["what"]) == (
            409,
            f"There is no lesson {name} on this computer.",
        )


@pytest.mark.parametrize("lesson", [5, None, "x" * 201])
def test_what_is_no_name_of_a_lesson_is_a_bad_request(teacher, lesson):
    order = {"experiment": "", "lesson": lesson, "ports": ["virtual:esp32"]}
    assert teacher.post("/api/start", json=order).status_code == 400


def test_viewers_look_on_and_read_no_lessons(shared, viewer):
    assert viewer.post("/api/join", json={"code": shared.doors.code}).status_code == 200
    for path in ("/api/lessons", "/api/lesson?name=lamp-distance", "/api/judged/1"):
        assert viewer.get(path).status_code == 403
