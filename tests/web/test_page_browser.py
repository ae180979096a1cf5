"""The page in a real browser, with genuine virtual boards: what a teacher and a class do with it."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from in_browser import ink, looking
from playwright.sync_api import Locator, Page, expect
from plug import Plug, Room

from makerlab import connect
from makerlab.experiment import comeback
from makerlab.labels import find

LEVEL = """\
from lab import channel, run
channel("level", "V", lambda: 1.25, 0.01)
run(hz=50, name="level")
"""
START_MS = 30_000
"""For a virtual board to start and be measured: half a second alone, more when all cores are busy."""


def start(page: Page, *boards: str, experiment: str = "Motion", hz: str = "") -> None:
    """Choose and press the button."""
    for board in boards:
        page.get_by_role("checkbox", name=board, exact=True).check()
    page.get_by_role("radio", name=experiment).check()
    if hz:
        page.get_by_text("More", exact=True).click()
        page.get_by_label("Rows a second").fill(hz)
    page.get_by_role("button", name="Start", exact=True).click()


def stop(page: Page) -> None:
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="New experiment")).to_be_visible(timeout=START_MS)


def rows(card: Locator, least: int) -> None:
    """Wait until a card says that it has so many rows: `least` is a power of ten."""
    digits = len(str(least))
    expect(card.locator(".state")).to_contain_text(re.compile(rf"rows: \d{{{digits},}}"), timeout=START_MS)


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=name).click()


def test_an_experiment_from_choosing_to_excel(page, tmp_path):
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_disabled()
    start(page, "virtual ESP32", "virtual micro:bit V2", hz="50")

    # The curves grow.
    esp32, microbit = (
        page.get_by_role("region", name="virtual ESP32"),
        page.get_by_role("region", name="virtual micro:bit V2"),
    )
    rows(esp32, 10)
    rows(microbit, 10)
    few = ink(esp32)
    rows(esp32, 100)
    assert ink(esp32) > few > 0
    expect(esp32).to_contain_text(re.compile(r"upwards \(z\)\s*\d{3,4} mg"))
    expect(esp32).to_contain_text("lost: 0")

    # An event, by key and by name.
    page.keyboard.press("m")
    expect(page.get_by_role("region", name="Events")).to_contain_text("Mark")
    page.get_by_label("What happened").fill("picked up")
    page.get_by_role("button", name="Mark").click()
    expect(page.get_by_role("region", name="Events")).to_contain_text("picked up")

    # Paused, the picture stands still while recording goes on.
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Follow again")).to_have_attribute("aria-pressed", "true")
    held, told = ink(esp32), int(re.findall(r"rows: (\d+)", esp32.locator(".state").inner_text())[0])
    expect(esp32.locator(".state")).to_contain_text(f"rows: {(told // 100 + 1)}", timeout=START_MS)
    assert ink(esp32) == held
    page.get_by_role("button", name="Follow again").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(esp32.locator(".state")).to_contain_text(f"rows: {(told // 100 + 2)}", timeout=START_MS)
    assert ink(esp32) > held

    # All boards in one chart for each quantity.
    page.get_by_label("Charts").select_option("Boards compared")
    expect(page.get_by_role("slider")).to_have_count(3)
    expect(page.get_by_role("region", name="upwards (z)")).to_contain_text("virtual micro:bit V2")
    page.get_by_label("Charts").select_option("A chart for each board")
    stop(page)
    expect(page.get_by_role("status").first).to_have_text("Ended. The recording is kept.")
    results = page.get_by_role("region", name="What was recorded")
    expect(results.get_by_role("link", name="Open recording 1: virtual ESP32")).to_be_visible()
    results.get_by_role("link", name="Compare these recordings").click()
    expect(page).to_have_url(re.compile("#/compare/1,2$"))

    # Both recordings, compared.
    open_tab(page, "Recordings")
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(2)
    expect(page.get_by_role("button", name="Compare")).to_be_disabled()
    for box in boxes.all():
        box.check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name=re.compile("Differences from “1 Motion”"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("2 Motion"))).to_contain_text("mg")
    page.get_by_label("Channel").select_option("upwards (z)")
    expect(page.get_by_role("row", name=re.compile("2 Motion"))).to_contain_text(re.compile(r"-[12]\d{3}"))
    page.get_by_label("Time", exact=True).select_option("From the first mark of each")
    expect(page.get_by_role("row", name=re.compile("2 Motion"))).to_contain_text("mg")

    # One of them: figures, a fit, a note, and a file for Excel.
    open_tab(page, "Recordings")
    page.get_by_role("link", name="Motion").last.click()
    expect(page.get_by_role("heading", name="Motion")).to_be_visible()
    figures = page.get_by_role("region", name="Figures")
    expect(figures.get_by_role("row", name=re.compile(r"upwards \(z\)"))).to_contain_text("mg")
    page.get_by_label("Model").select_option("straight line: y = a + k·x")
    page.get_by_role("button", name="Fit", exact=True).click()
    expect(page.get_by_role("region", name="Fit a curve")).to_contain_text("R²")
    page.get_by_role("textbox", name="Title").fill("Our bag <1>")
    page.get_by_role("textbox", name="Note").fill("on the stairs")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Our bag <1>")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    saved = tmp_path / "saved.csv"
    download.value.save_as(saved)
    assert re.search(r"Our bag .*\.csv", download.value.suggested_filename)
    with saved.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file))
    assert table[0][:4] == ["time (s)", "sideways (x) (mg)", "forwards (y) (mg)", "upwards (z) (mg)"]
    assert len(table) > 100
    assert any("picked up" in line for line in table)
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").click()
    assert Path(download.value.path()).read_bytes().startswith(b"PK")

    # Played again, it looks as it did live.
    page.get_by_label("Speed").select_option("100 times as fast")
    page.get_by_role("button", name="Play", exact=True).click()
    replayed = page.get_by_role("region", name="Our bag <1>")
    rows(replayed, 100)
    expect(page.get_by_role("region", name="Events")).to_contain_text("picked up")

    # Deleted only after a question.
    open_tab(page, "Recordings")
    page.get_by_role("checkbox", name=re.compile("Our bag")).check()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep").click()
    expect(page.get_by_role("link", name="Our bag <1>")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name="Our bag <1>")).to_be_hidden()
    expect(page.get_by_role("link", name="Motion")).to_have_count(1)


def test_another_language_and_back(page):
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name="选开发板")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.get_by_role("radio", name="温度计")).to_be_visible()
    expect(page.get_by_role("checkbox", name="虚拟 ESP32")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="选开发板")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Choose boards")).to_be_visible()


def test_what_goes_wrong_on_a_board_is_said_on_the_page(page, served, own_folders):
    (own_folders / "broken.py").write_text("print('about to divide')\nprint(1 / 0)\n", encoding="utf-8")
    page.reload()
    start(page, "virtual ESP32", experiment="broken.py")
    card = page.get_by_role("region", name="virtual ESP32")
    expect(card.get_by_role("alert")).to_contain_text("broken.py, line 2", timeout=START_MS)
    card.get_by_text("What the board printed").click()
    expect(card).to_contain_text("about to divide")
    expect(page.get_by_role("status").first).to_have_text("Ended; boards with a problem: 1")
    page.get_by_role("button", name="New experiment").click()
    expect(page.get_by_role("heading", name="Choose boards")).to_be_visible()


def test_a_board_that_is_unplugged_and_comes_back(browser, serve, own_folders, monkeypatch):
    """A genuine virtual board whose plug the test holds: the same recording goes on, with an open gap."""
    (own_folders / "level.py").write_text(LEVEL, encoding="utf-8")
    plug = Plug("virtual:esp32/pulled")
    plug.put("COM7")
    room = Room(plug)
    monkeypatch.setattr(connect, "open_link", room.open)
    for module in (comeback, find):
        monkeypatch.setattr(module, "look_up", room.look_up)
    monkeypatch.setattr(comeback, "list_ports", room.list_ports)
    server = serve(boards=["COM7"])
    with looking(browser) as page:
        page.goto(server.doors.link)
        page.get_by_role("radio", name="level.py").check()
        page.get_by_role("button", name="Start", exact=True).click()
        card = page.get_by_role("region", name="COM7")
        rows(card, 10)
        plug.pull()
        expect(card).to_contain_text("unplugged: plug it in again, and it goes on", timeout=START_MS)
        told = int(re.findall(r"rows: (\d+)", card.locator(".state").inner_text())[0])
        plug.put("COM7")
        expect(card).to_contain_text("a second", timeout=START_MS)
        expect(page.get_by_role("region", name="Events")).to_contain_text("the board was unplugged")
        rows(card, 10 ** len(str(told)))
        stop(page)
    recording = server.notebook.find()[0]  # the newest
    assert len(server.notebook.get(recording.id).gaps) == 1
