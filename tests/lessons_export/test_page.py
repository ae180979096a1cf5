"""A lesson as one page: what each reader sees, and that nothing in it comes from elsewhere or runs."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from makerlab.lessons.export.page import Source, make_page
from makerlab.lessons.folder import read_folder

EXAMPLE = Path(__file__).parents[1] / "lessons" / "example"
STEP = "steps/zh/1-measure.md"


def page(languages=("zh",), view="pupil", **changed: str) -> str:
    files = {**read_folder(EXAMPLE), **{name: text.encode() for name, text in changed.items()}}
    return make_page(Source.of(files), languages, view)


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_a_pupil_sees_steps_tasks_and_fields_but_no_answers_or_guide():
    shown = page()
    for text in ("离灯多远还看得清？", "必做", "拿着开发板慢慢走开", "光敏电阻", "看看对不对"):
        assert text in shown
    assert "教师指南" not in shown
    assert shown.count("<textarea") >= 1
    assert shown.count("<input aria-label=") == 3, "a field in every empty cell of the table"


def test_a_teacher_sees_guide_rules_rubric_and_the_right_answers():
    shown = page(view="teacher")
    for text in ("教师指南", "对应课标", "用数据说话", "☑ 变小", "行数："):
        assert text in shown
    assert "<textarea" not in shown and "<script" not in shown


def test_hints_are_folded_in_for_pupils_and_open_for_the_teacher_whose_page_has_no_script():
    step = {STEP: "# 测量\n\n:::hint\n再近一点。\n:::\n"}
    assert "<details><summary>" in page(**step)
    assert "<details open><summary>" in page(view="teacher", **step)


def test_labels_speak_the_language_of_the_page_whatever_maker_speaks():
    assert "What you need" in page(("en",)) and "材料准备" in page(("zh",))
    both = page(("zh", "en"), "teacher")
    assert both.index("材料准备") < both.index("What you need") < both.index("教师指南")


@pytest.mark.parametrize("view", ["pupil", "teacher"])
def test_nothing_is_loaded_and_only_our_script_may_run(view):
    shown = page(("zh", "en"), view)
    for tag, attributes in Tags(shown).tags:
        for name in ("src", "href", "srcset", "action", "data"):
            address = attributes.get(name) or ""
            assert not address or address.startswith(("data:image/", "#")), f"{tag} {name}={address}"
        assert not any(name.startswith("on") or name == "style" for name in attributes), tag
    assert re.search(r"default-src &#39;none&#39;", shown)


def test_ids_are_unique_even_with_two_languages_on_a_page():
    ids = [attributes["id"] for _tag, attributes in Tags(page(("zh", "en"))).tags if "id" in attributes]
    assert ids and len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](https://example.org/a.png)",
        "![x](../../etc/passwd)",
        '<img src=x onerror="alert(1)">',
        "```python file=../../../etc/passwd\n```",
        ':::task "><script>alert(1)</script>\n:::',
        '| a |\n|---|\n| <svg onload="alert(1)"> |',
        "```html\n</code></pre><script>alert(1)</script>\n```",
    ],
)
def test_what_a_stranger_writes_never_becomes_markup(hostile):
    shown = page(**{STEP: f"# x\n\n{hostile}\n"})
    tags = Tags(shown).tags
    assert sum(tag == "script" for tag, _attributes in tags) == 1, "our own"
    assert not any(name.startswith("on") for _tag, attributes in tags for name in attributes)
    addresses = [attributes.get("src") or attributes.get("href") or "" for _tag, attributes in tags]
    assert not any("javascript" in one or "example.org" in one or "passwd" in one for one in addresses)
    assert "root:" not in shown


def test_a_picture_with_a_fault_is_left_out():
    shown = page(**{"media/setup.svg": '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'})
    assert 'alt="台灯、尺子和开发板排成一条线"' not in shown


def test_the_same_lesson_gives_the_same_page():
    assert page() == page()
