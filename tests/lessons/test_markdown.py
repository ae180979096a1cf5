"""Markdown of lessons: blocks with their lines, code by region, nothing of a stranger's text as markup."""

from __future__ import annotations

from pathlib import Path

import pytest

from makerlab.lessons.markdown import Code, Container, Document, Prose, digest, html, parse
from makerlab.lessons.regions import excerpt, regions

EXAMPLE = Path(__file__).parent / "example"


def rendered(document: Document, pictured: str = "p/") -> str:
    return "".join(
        html(block, lambda file: pictured + file) for block in document.all() if isinstance(block, Prose)
    )


def shape(blocks) -> list[object]:
    return [
        (block.name, block.line, shape(block.children))
        if isinstance(block, Container)
        else (type(block).__name__, block.line)
        for block in blocks
    ]


def test_blocks_have_their_lines():
    document = parse((EXAMPLE / "steps/zh/1-measure.md").read_text(encoding="utf-8"))
    assert document.problems == ()
    assert document.title == "测量"
    assert [(block.name, block.argument, block.line) for block in document.containers()] == [
        ("predict", "", 3),
        ("safety", "no-stare-light", 9),
        ("board", "esp32", 14),
        ("task", "walk", 23),
        ("record", "", 28),
    ]
    assert document.containers("record")[0].options == {"table": "distances"}
    assert document.codes == [Code(20, "python", "code/microbit/main.py", "measure")]
    assert [(one.line, one.column, one.alt) for one in document.pictures] == [
        (7, 1, "台灯、尺子和开发板排成一条线")
    ]


def test_blocks_in_blocks_have_more_colons_outside():
    document = parse("::::home\na\n\n:::hint\nb\n:::\nc\n::::\nd\n")
    assert shape(document.blocks) == [
        ("home", 1, [("Prose", 2), ("hint", 4, [("Prose", 5)]), ("Prose", 7)]),
        ("Prose", 9),
    ]
    assert document.problems == ()


def test_the_first_line_of_a_translation_says_its_source():
    document = parse("<!-- src: 0123456789ab -->\n# Title\n")
    assert (document.source, document.headings[0].line, document.problems) == ("0123456789ab", 2, ())
    assert digest("a\r\nb  \n") == digest("a\nb") != digest("a\nc")


@pytest.mark.parametrize(
    ("text", "rule", "line", "column"),
    [
        ("x\n\n:::tsk a\n:::\n", "unknown-block", 3, 4),
        (":::task\n:::\n", "block-argument", 1, 4),
        (":::predict now\n:::\n", "block-argument", 1, 4),
        (":::record tabel=x\n:::\n", "block-argument", 1, 4),
        ("a\n\n:::hint\nb\n", "block-not-closed", 3, 4),
        ("a\n\n:::\n", "block-not-open", 3, 1),
        ("：：：hint\nb\n", "full-width-colon", 1, 1),
        (":::hint\nb\n：：：\n", "block-not-closed", 1, 4),
        ("- a\n  :::hint\n  b\n  :::\n", "block-in-list", 2, 1),
        ("- ```python file=code/a/main.py\n  ```\n", "block-in-list", 1, 1),
        ("```python file=code/a/main.py\nprint(1)\n```\n", "pulled-code", 1, 1),
        ("a <b>bold</b>\n", "raw-html", 1, 3),
        ("a\n<!-- note -->\n", "raw-html", 2, 1),
        ("a\n\n<script>alert(1)</script>\n", "raw-html", 3, 1),
    ],
)
def test_what_is_wrong_with_its_form(text, rule, line, column):
    assert (rule, line, column) in [(one.rule, one.line, one.column) for one in parse(text).problems]


@pytest.mark.parametrize(
    "text", ["1 < 2 and 3 > 2", "`<b>`", "```\n<b>\n```", "a：：b", "<https://example.org>", "x <5 cm"]
)
def test_no_false_alarm(text):
    assert parse(text + "\n").problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](  JAVASCRIPT:alert(1))",
        "[x](file:///etc/passwd)",
        "<javascript:alert(1)>",
        "[a]: javascript:alert(1)\n\n[a]",
        '![" onerror="alert(1)](x.png)',
    ],
)
def test_nothing_a_stranger_wrote_becomes_markup(text):
    page = rendered(parse(text + "\n"))
    assert "<script" not in page and "href=" not in page
    assert 'onerror="' not in page and page.count("<img") == text.startswith("!")


def test_links_and_pictures():
    document = parse("[a](https://example.org/?a=1&b=2) ![b](media/x.svg) [c](/local)\n")
    page = rendered(document)
    assert '<a href="https://example.org/?a=1&amp;b=2" rel="noopener noreferrer">a</a>' in page
    assert '<img src="p/media/x.svg" alt="b">' in page
    assert "<span>c</span>" in page
    assert [link.column for link in document.links] == [5, 57]
    assert html(Prose(1, document.blocks[0].tokens), lambda file: "").count("<img") == 0


def test_headings_are_shifted():
    (prose,) = parse("# a\n\n##### b\n").blocks
    assert html(prose, str, 2) == "<h3>a</h3>\n<h6>b</h6>\n"


PROGRAM = """import x
# region all
a = 1
    # region inner
    b = 2

    c = 3
    # endregion
# endregion
d = 4
# region open
e = 5
"""


def test_regions_of_a_program():
    found = regions(PROGRAM)
    assert {name: (one.line, one.text, one.closed) for name, one in found.items()} == {
        "inner": (5, "b = 2\n\nc = 3\n", True),
        "all": (3, "a = 1\n    b = 2\n\n    c = 3\n", True),
        "open": (12, "e = 5\n", False),
    }
    assert excerpt(PROGRAM, "nothing") is None
    whole = excerpt(PROGRAM, "")
    assert whole is not None and "region" not in whole and whole.startswith("import x\na = 1\n")
