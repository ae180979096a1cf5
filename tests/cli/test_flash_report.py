"""maker flash --report: the table and the page for the cupboard."""

from __future__ import annotations

import csv
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from makerlab.cli import names
from makerlab.cli.flash_report import Line, ReportFile
from makerlab.errors import FileProblem, PortLost, UsageProblem, WriteFailed
from makerlab.flash.model import Flashed
from makerlab.i18n import set_language

MAC = "34:85:18:0a:bb:01"
GOOD = Flashed("COM9", "ESP32", "fw.bin", "MicroPython 1.27.0", MAC, 1_700_000, note="two\nlines")
LINES = [
    Line("COM3", GOOD, 28.44, MAC),
    Line("COM4", WriteFailed(port="COM4", detail="<script>alert(1)</script>"), unique_id="34:85:18:0a:bb:02"),
    Line("COM5", PortLost(port="COM5")),
]


@pytest.fixture(autouse=True)
def labels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_labels", {"COM3": "第3组-1"})


class Page(HTMLParser):
    """The tags and the cells of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [str(value) for name, value in attributes if name in ("src", "href")]
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] = " ".join((self.rows[-1][-1] + " " + data).split())


def made(name: str, lines=LINES) -> str:
    ReportFile(Path(name), "1.27.0").write(lines)
    return Path(name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("lang", "title", "number"), [("en", "Flashed boards", "number"), ("zh", "开发板烧录记录", "编号")]
)
def test_the_page_says_all_in_both_languages_and_needs_nothing_else(lang, title, number):
    set_language(lang)
    text = made("柜子.html")
    page = Page(text)
    assert f'lang="{"zh-CN" if lang == "zh" else "en"}"' in text and title in page.text
    assert number in page.rows[0]
    head, good, bad, lost = page.rows
    assert len(head) == len(good) == len(bad) == len(lost)
    assert good[:5] == ["1", "第3组-1", "COM9", "PASS", MAC.upper()] and "two" in good[5]
    assert bad[3] == "FAIL" and "<script>" in bad[5], "as text, so it was escaped"
    assert lost[3] == "FAIL" and lost[4] == ""
    assert "script" not in page.tags and page.links == [] and not re.search(r"url\(|@import|https?:", text)


def test_without_labels_there_is_no_column_for_them(monkeypatch: pytest.MonkeyPatch):
    with_labels = Page(made("a.html")).rows
    monkeypatch.setattr(names, "_labels", {})
    without = Page(made("a.html")).rows
    assert {len(row) for row in with_labels} == {7} and {len(row) for row in without} == {6}


def test_the_table_opens_in_excel_and_keeps_the_causes():
    assert made("a.csv").startswith("\ufeff")
    with Path("a.csv").open(encoding="utf-8-sig", newline="") as file:
        head, good, bad, _lost = csv.reader(file)
    assert good == [
        "第3组-1", "COM9", "PASS", "ESP32", MAC.upper(), "MicroPython 1.27.0", "1700000", "28.4", "",
        "two\nlines",
    ]  # fmt: skip
    assert dict(zip(head, bad, strict=True))["what happened"].startswith("The board on COM4")


def test_a_wrong_name_or_place_is_said_before_a_board_is_touched(maker):
    with pytest.raises(UsageProblem):
        ReportFile(Path("boards.xls"), "")
    with pytest.raises(FileProblem):
        ReportFile(Path("no folder") / "boards.html", "")
    ended = maker("flash", "--port", "virtual:esp32/report", "--report", "boards.doc")
    assert ended.code == 2 and len(ended.errors) == 2 and ".html" in ended.errors[0]
