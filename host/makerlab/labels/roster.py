"""The labels as a table for a spreadsheet: CSV as Excel in China writes and reads it. Pure.

Written with a UTF-8 byte order mark and CRLF, without which Excel takes the text for GBK. Read back as UTF-8,
GBK (what Excel there saves as "CSV") or UTF-16 ("Unicode text"), with commas, semicolons or tabs.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from makerlab.errors import BadFile
from makerlab.i18n import _, language
from makerlab.labels import board_id
from makerlab.labels.book import BadLabel, Book, Entry, checked

MAX_BYTES = 1 << 20
"""A school's whole cupboard has some hundred lines of 100 bytes."""

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "label": {"zh": "名称", "en": "label"},
    "id": {"zh": "编号", "en": "id"},
    "board": {"zh": "开发板", "en": "board"},
    "port": {"zh": "端口", "en": "port"},
}
REQUIRED = ("label", "id")
SEPARATORS = ",;\t，"

_LIKE_A_NUMBER = re.compile(r"[\d\s./:-]+")
_ROUNDED = re.compile(r"\d(\.\d+)?E[+-]?\d+", re.IGNORECASE)


_Wrong = Callable[..., BadFile]


class _Complaints(NamedTuple):
    path: str

    def wrong(self, line: int, problem: str, advice: str = "") -> BadFile:
        """The error that names this line; raise it."""
        advice = advice or _("Correct that line and import again; nothing was changed.")
        return BadFile(path=self.path, line=line, problem=problem, advice=advice)


class _Line(NamedTuple):
    number: int
    cells: Mapping[str, str]


def write(book: Book) -> bytes:
    """The roster as a file."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(names[language()] for names in COLUMNS.values())
    for entry in book:
        table.writerow([_as_text(entry.label), board_id.shown(entry.id), entry.board, entry.port])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def read(data: bytes, path: str) -> Book:
    """The roster in a file, all of it or nothing. Raises BadFile with `path` and the line that is wrong."""
    wrong = _Complaints(path).wrong

    if len(data) > MAX_BYTES:
        raise wrong(1, _("The file is too big."))
    text = _decoded(data)
    if text is None:
        raise wrong(1, _("This is no text."), _("Save it in Excel as: CSV UTF-8."))
    entries: dict[str, Entry] = {}
    lines: dict[str, int] = {}
    for number, cells in _lines(text, wrong):
        found = _entry(number, cells, wrong)
        shown = {found.id: board_id.shown(found.id), "label " + found.label.casefold(): found.label}
        for key, what in shown.items():
            if key in lines:
                problem = _("{what} stands here again; it was in line {line} first.")
                raise wrong(number, problem.format(what=what, line=lines[key]))
            lines[key] = number
        entries[found.id] = found
    return Book(entries.values())


def _entry(number: int, cells: Mapping[str, str], wrong: _Wrong) -> Entry:
    if _ROUNDED.fullmatch(cells["id"]):
        raise wrong(
            number,
            _("Excel has rounded the id to {text}.").format(text=cells["id"]),
            _("Take the id from a fresh: maker roster export"),
        )
    found = board_id.read(cells["id"])
    if not found:
        raise wrong(number, _("“{text}” is no board's id.").format(text=cells["id"][:60]))
    try:
        label = checked(cells["label"])
    except BadLabel as error:
        raise wrong(number, error.message) from None
    return Entry(found, label, cells.get("board", ""), cells.get("port", ""))


def _lines(text: str, wrong: _Wrong) -> list[_Line]:
    """The lines under the heading, by column."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    columns: dict[int, str] | None = None
    found = []
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if columns is None:
                columns = _columns(cells, reader.line_num, wrong)
                continue
            by_name = {name: cells[at] if at < len(cells) else "" for at, name in columns.items()}
            found.append(_Line(reader.line_num, by_name))
    except csv.Error as error:
        raise wrong(reader.line_num, _("This is no table ({detail}).").format(detail=error)) from None
    if columns is None:
        raise wrong(1, _("The file is empty."))
    return found


def _columns(head: Sequence[str], line: int, wrong: _Wrong) -> dict[int, str]:
    """Where each known column stands; others may be there too and are left alone."""
    names = {word.casefold(): key for key, words in COLUMNS.items() for word in (key, *words.values())}
    found = {at: names[cell.casefold()] for at, cell in enumerate(head) if cell.casefold() in names}
    missing = [key for key in REQUIRED if key not in found.values()]
    if missing:
        raise wrong(
            line,
            _("There is no column “{missing}”; the columns are: {columns}.").format(
                missing=COLUMNS[missing[0]][language()], columns=_(", ").join(head)[:100]
            ),
            _("The first line must name the columns: {columns}").format(
                columns=",".join(words[language()] for words in COLUMNS.values())
            ),
        )
    if len(set(found.values())) < len(found):
        raise wrong(
            line, _("A column stands there twice: {columns}.").format(columns=_(", ").join(head)[:100])
        )
    return found


def _decoded(data: bytes) -> str | None:
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\x00" in text else text
    return None


def _as_text(label: str) -> str:
    """A label that a spreadsheet would take for a date or a number ("3-1") gets a tab in front, which shows
    as nothing and is dropped when it is read."""
    return "\t" + label if _LIKE_A_NUMBER.fullmatch(label) else label
