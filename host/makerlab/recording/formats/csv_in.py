"""CSV of any kind as rows of cells: comma, semicolon or tab; decimal comma; UTF-8, or what Excel made."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

MAX_FIELD = 1 << 20
"""Characters of a cell."""

SAMPLE_LINES = 20

_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+(?:[eE][-+]?\d+)?")


def decoded(data: bytes) -> str:
    """The text of a file. Chinese Windows saves GBK where it is not told otherwise."""
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def cells(text: str) -> Iterator[list[str]]:
    """The rows of a CSV text."""
    lines = text.splitlines(keepends=True)
    if lines and (match := re.fullmatch(r"sep=(.)\s*", lines[0])):  # Excel's own way to name it
        lines, between = lines[1:], match[1]
    else:
        between = _separator(lines[:SAMPLE_LINES])
    csv.field_size_limit(MAX_FIELD)
    reader = csv.reader((line.replace("\0", "") for line in lines), delimiter=between)
    comma = between != "," and any(
        _DECIMAL_COMMA.fullmatch(cell.strip())
        for line in lines[1:SAMPLE_LINES]
        for cell in line.split(between)
    )
    try:
        for row in reader:
            if comma:
                row = [
                    cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell.strip()) else cell for cell in row
                ]
            yield row
    except csv.Error:
        return


def _separator(lines: list[str]) -> str:
    """What stands between cells: in the most lines the same, more than no time."""

    def agreement(candidate: str) -> tuple[int, int]:
        counts = [line.count(candidate) for line in lines if line.strip()]
        usual = max(set(counts), key=counts.count, default=0)
        return (counts.count(usual) if usual else 0, usual)

    return max((",", ";", "\t"), key=agreement)
