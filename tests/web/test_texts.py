"""The page's words: scripts and catalogue have the same, and what a board says reaches it as text only."""

from __future__ import annotations

import re

import pytest

from makerlab.i18n import speaking
from makerlab.web.static_files import FOLDER, static_files
from makerlab.web.texts import TEXTS, texts

OWN_SCRIPTS = sorted(path for path in FOLDER.glob("*.js"))
CALL = re.compile(r'\bt\(\s*"((?:[^"\\]|\\.)*)"')


def used() -> set[str]:
    return {text for path in OWN_SCRIPTS for text in CALL.findall(path.read_text(encoding="utf-8"))}


def test_the_scripts_and_the_list_have_the_same_texts():
    assert used() == set(TEXTS)
    assert len(TEXTS) == len(set(TEXTS))


def test_every_text_is_in_chinese_and_keeps_its_placeholders():
    with speaking("zh"):
        for english, chinese in texts().items():
            assert re.search("[\u3000-\u9fff\uff00-\uffef]", chinese), english
            assert set(re.findall(r"{\w+}", chinese)) == set(re.findall(r"{\w+}", english)), english


def test_a_text_is_always_named_by_its_english():
    """t(variable) would escape the test above."""
    for path in OWN_SCRIPTS:
        text = path.read_text(encoding="utf-8")
        for call in re.finditer(r"(?<![\w.])t\(([^)\"])", text):
            line = text.count("\n", 0, call.start()) + 1
            assert "export function t(" in text.splitlines()[line - 1], f"{path.name}:{line}"


@pytest.mark.parametrize("path", OWN_SCRIPTS, ids=lambda path: path.name)
def test_no_script_makes_html_or_code_out_of_text(path):
    text = path.read_text(encoding="utf-8")
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert word not in text, word


def test_nothing_is_loaded_from_elsewhere():
    for name, (content, _kind) in static_files().items():
        if not name.startswith("vendor/"):
            # The namespace of SVG is a name, not an address.
            assert not re.search(rb"https?://(?!www\.w3\.org/2000/svg)", content), name


def test_pages_have_no_script_or_style_of_their_own():
    for name in ("index.html", "join.html"):
        page = static_files()[name][0].decode()
        assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page) == []


def test_the_foreign_code_is_what_its_table_says():
    readme = (FOLDER / "vendor" / "README.md").read_text(encoding="utf-8")
    script = static_files()["vendor/uPlot.iife.min.js"][0].decode()
    (version,) = re.findall(r"uPlot \(v([\d.]+)\)", script)
    assert f"| {version} |" in readme
    assert (FOLDER / "vendor" / "uPlot.LICENSE").read_text(encoding="utf-8").startswith("The MIT License")
