"""What the titles over the columns of a table say: which one is time, in what unit the others are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from makerlab.recording.formats import wording
from makerlab.recording.units import SHOWN

Role: TypeAlias = Literal["time", "channel", "event", "moment", "about"]

_SECONDS = {
    "us": 1e-6, "µs": 1e-6, "microseconds": 1e-6,
    "ms": 1e-3, "milliseconds": 1e-3, "毫秒": 1e-3,
    "s": 1.0, "sec": 1.0, "seconds": 1.0, "秒": 1.0,
    "min": 60.0, "minutes": 60.0, "分": 60.0, "分钟": 60.0,
    "h": 3600.0, "hrs": 3600.0, "hours": 3600.0, "小时": 3600.0,
    "d": 86400.0, "days": 86400.0, "天": 86400.0,
}  # fmt: skip
_TIME_WORDS = r"time(?:stamp)?|t|时间|elapsed(?: time)?"
_TIME = re.compile(
    rf"(?:{_TIME_WORDS})(?:\s*[(\[（_ ]\s*([a-zµ毫秒分钟小时天]+)\.?\s*[)\]）]?)?", re.IGNORECASE
)
_UNIT = re.compile(r"(.*\S)\s*[(\[（]([^()\[\]（）]{1,12})[)\]）]")
_SHORT = {shown: unit for unit, shown in SHOWN.items()} | {"℃": "degC", "℉": "degF", "m/s^2": "m/s2"}


@dataclass(frozen=True)
class Heading:
    """A column's title, without its unit. `scale_s` is a time's unit in seconds."""

    role: Role
    title: str
    unit: str = ""
    scale_s: float = 1.0


def heading(text: str) -> Heading:
    """What `text` over a column says."""
    text = " ".join(text.split())
    for role, word in (("event", wording.EVENT), ("moment", wording.MOMENT), ("about", wording.ABOUT)):
        if text in wording.everywhere(word):
            return Heading(role, text)  # type: ignore[arg-type]
    if match := _TIME.fullmatch(text):
        unit = (match[1] or "s").lower()
        if unit in _SECONDS:
            return Heading("time", text, "s", _SECONDS[unit])
    if match := _UNIT.fullmatch(text):
        return Heading("channel", match[1], _SHORT.get(match[2].strip(), match[2].strip()))
    return Heading("channel", text)
