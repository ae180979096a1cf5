"""CSV of any kind as rows of cells: comma, semicolon or tab; decimal comma; UTF-8, or what Excel made."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from makerlab.i18n import N_

MAX_FIELD = 1 << 20
"""Characters of a cell."""

SAMPLE_LINES = 20

_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+(?:[eE][-+]?\d+)?")


class BadCsv(ValueError):
    """Why it cannot be read: a text of the catalogue."""


def decoded(data: bytes) -> str:
    """The text of a file. Chinese Windows saves GBK where it is not told otherwise."""
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def cells(text: str) -> Iterator[list[str]]:
    """The rows of a CSV text. Raises BadCsv, also while they are read."""
    file = io.StringIO(text.replace("\0", ""), newline=None)
    lines = list(islice(file, SAMPLE_LINES))
    file.seek(0)
    if lines and (match := re.fullmatch(r"sep=(.)\s*", lines[0])):  # Excel's own way to name it
        between = match[1]
        file.readline()
    else:
        between = _separator(lines)
    csv.field_size_limit(MAX_FIELD)
    reader = csv.reader(file, delimiter=between)
    comma = between != "," and any(
        _DECIMAL_COMMA.fullmatch(cell.strip()) for line in lines[1:] for cell in line.split(between)
    )
    try:
        for row in reader:
            if comma:
                row = [
                    cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell.strip()) else cell for cell in row
                ]
            yield row
    except csv.Error as error:
        raise BadCsv(N_("it is cut off or spoilt")) from error


def _separator(lines: list[str]) -> str:
    """What stands between cells: in the most lines the same, more than no time."""

    def agreement(candidate: str) -> tuple[int, int]:
        counts = [line.count(candidate) for line in lines if line.strip()]
        usual = max(set(counts), key=counts.count, default=0)
        return (counts.count(usual) if usual else 0, usual)

    return max((",", ";", "\t"), key=agreement)
