"""How wide text is in a terminal, where a Chinese character takes two columns, and where a line may end."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import east_asian_width

_NEVER_FIRST = frozenset("，。、；：？！）》】」』”’…—,.;:?!)]}")
_NEVER_LAST = frozenset("（《【「『“‘([{")


def columns(text: str) -> int:
    """The columns that `text` takes."""
    if text.isascii():
        return len(text)
    return sum(2 if _is_wide(char) else 1 for char in text)


def cut(text: str, width: int) -> str:
    """`text`, shortened to `width` columns if it is longer."""
    if columns(text) <= width:
        return text
    while text and columns(text) > width - 3:
        text = text[:-1]
    return text + "..."


def wrap(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` columns. A line ends between two words, or beside a Chinese
    character; never before a comma or after an opening bracket. What cannot be divided may be longer."""
    lines = [""]
    for unit in _units(" ".join(text.split())):
        if lines[-1] and columns(lines[-1] + unit.rstrip()) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += unit
    return lines


def _units(text: str) -> Iterator[str]:
    """The parts of `text` that stay on one line, with the space after them."""
    unit = ""
    for char in text:
        if unit and _may_divide(unit[-1], char):
            yield unit
            unit = ""
        unit += char
    yield unit


def _may_divide(before: str, after: str) -> bool:
    if after == " ":
        return False
    if before == " ":
        return True
    beside_chinese = _is_wide(before) or _is_wide(after)
    return beside_chinese and before not in _NEVER_LAST and after not in _NEVER_FIRST


def _is_wide(char: str) -> bool:
    return east_asian_width(char) in "WF"
