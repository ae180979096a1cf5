"""Why a channel cannot be read, in a pupil's words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from makerlab.experiment.faults import MEANINGS, shown_fault
from makerlab.i18n import set_language

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"
SAID = {
    re.sub(r"%[\w.]+", "7", text)
    for path in sorted([*FIRMWARE.glob("sensors/*.py"), *FIRMWARE.glob("experiments/*/*.py")])
    for text in re.findall(
        r'(?:raise (?:SensorError|OSError)\(|return )"([a-z].*?)"', path.read_text(encoding="utf-8")
    )
}


@pytest.mark.parametrize("text", sorted(SAID))
def test_what_our_sensors_say_is_known(text):
    assert shown_fault(text) != text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[Errno 19] ENODEV", "没有回应"),
        ("19", "没有回应"),
        ("[Errno 110] ETIMEDOUT", "没有及时回应"),
        ("116", "没有及时回应"),
        ("no echo", "没有收到回声"),
        ("nan", "不是数字"),
    ],
)
def test_in_chinese_with_the_boards_own_words(text, expected):
    set_language("zh")
    try:
        assert expected in shown_fault(text)
        assert shown_fault(text).endswith(f"（{text}）")
    finally:
        set_language("en")


def test_what_is_not_known_stands_as_it_is():
    for text in ("", "over the moon", "1916", "15"):
        assert shown_fault(text) == text
    assert all(re.compile(pattern) for pattern, _meaning in MEANINGS)
