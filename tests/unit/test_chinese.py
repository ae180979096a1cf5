"""Chinese texts use one word for one thing, and Chinese punctuation: see NOT_OUR_WORDS.

A board is 开发板 where the word stands alone, and 板 after 块 and in 板上, 板里, 虚拟板.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "host" / "makerlab" / "locale" / "zh" / "LC_MESSAGES" / "makerlab.po"
DATA = [
    *(ROOT / name for name in ("README.zh.md", "boards.yaml", ".ci/reference_zh.yaml")),
    ROOT / "firmware" / "sensors" / "sensors.yaml",
    *sorted((ROOT / "firmware" / "experiments").glob("*/experiment.yaml")),
    ROOT / "host" / "makerlab" / "virtual" / "scenes.yaml",
    *sorted((ROOT / "host" / "makerlab" / "lessons" / "vocabularies").glob("*.yaml")),
    *sorted((ROOT / "host" / "makerlab" / "lessons" / "template").rglob("*.*")),
    *sorted((ROOT / "lessons").rglob("*.yaml")),
]

NOT_OUR_WORDS = {
    "板子": "开发板, or 板 after 块",
    "刷": "烧录",
    "通道": "测量项",
    "器件": "传感器",
    "应答": "回应",
    "标定": "校准",
    "您": "你",
}
HAN = "[\u4e00-\u9fff]"
NOT_OUR_PUNCTUATION = re.compile(rf"{HAN}[,;?!]|{HAN}\.(?:\s|$)|[，。：；？！] |{HAN} “|” {HAN}")


def catalogue() -> list[str]:
    with CATALOGUE.open("rb") as file:
        strings = [message.string for message in read_po(file, locale="zh") if message.id]
    return [text for one in strings for text in (one if isinstance(one, tuple) else (one,))]


def test_the_catalogue_keeps_to_our_words_and_punctuation():
    for text in catalogue():
        for word, instead in NOT_OUR_WORDS.items():
            assert word not in text, f"{word}: write {instead}: {text}"
        assert not NOT_OUR_PUNCTUATION.search(text), text


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_texts_beside_it_keep_to_our_words(path: Path):
    text = path.read_text(encoding="utf-8")
    for word, instead in NOT_OUR_WORDS.items():
        assert word not in text, f"{word}: write {instead}"
