"""Workbooks of Excel as rows of cells: our own exports, also when Excel or WPS saved them again, and others'.

Only what a table needs of ECMA-376: sheets, shared and inline strings, numbers. A workbook has no document
type, so XML that declares one is refused before it is read.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from xml.etree import ElementTree

from makerlab.i18n import N_
from makerlab.recording.formats.archive import Archive, BadArchive

WORKBOOK = "xl/workbook.xml"
MAX_COLUMNS = 256
"""Of a sheet that are read."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_COLUMN = re.compile(r"([A-Z]{1,3})\d+")
SPOILT = N_("it is cut off or spoilt")


def sheets_of(archive: Archive) -> Iterator[tuple[str, Iterator[list[str]]]]:
    """The sheets in order: name and rows, "" for empty cells. Raises BadArchive, also while rows are read."""
    links = {
        one.get("Id"): one.get("Target", "") for one in _tree(archive, "xl/_rels/workbook.xml.rels").iter()
    }
    strings = _shared_strings(archive)
    for sheet in _tree(archive, WORKBOOK).iter(f"{_MAIN}sheet"):
        target = links.get(sheet.get(_LINK), "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if path in archive.names:
            yield sheet.get("name", ""), _rows(archive, path, strings)


def _rows(archive: Archive, path: str, strings: list[str]) -> Iterator[list[str]]:
    try:
        for _event, element in ElementTree.iterparse(io.BytesIO(_xml(archive, path)), ("end",)):
            if element.tag == f"{_MAIN}row":
                yield _cells(element, strings)
                element.clear()
    except ElementTree.ParseError as error:
        raise BadArchive(SPOILT) from error


def _cells(row: ElementTree.Element, strings: list[str]) -> list[str]:
    cells: list[str] = []
    for cell in row.iter(f"{_MAIN}c"):
        place = _place(cell.get("r", ""), len(cells))
        if place >= MAX_COLUMNS:
            break
        cells += [""] * (place - len(cells))
        cells.append(_text(cell, strings))
    return cells


def _place(reference: str, following: int) -> int:
    """Of a cell in its row: "B7" is 1."""
    match = _COLUMN.fullmatch(reference)
    if match is None:
        return following
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return max(following, number - 1)


def _text(cell: ElementTree.Element, strings: list[str]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _joined(cell)
    value = cell.findtext(f"{_MAIN}v") or ""
    if kind == "s":
        index = int(value) if value.isascii() and value.isdecimal() else -1
        return strings[index] if 0 <= index < len(strings) else ""
    return "" if kind == "e" else value


def _shared_strings(archive: Archive) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.names:
        return []
    return [_joined(one) for one in _tree(archive, "xl/sharedStrings.xml").iter(f"{_MAIN}si")]


def _joined(element: ElementTree.Element) -> str:
    return "".join(text.text or "" for text in element.iter(f"{_MAIN}t"))


def _tree(archive: Archive, path: str) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(_xml(archive, path))
    except ElementTree.ParseError as error:
        raise BadArchive(SPOILT) from error


def _xml(archive: Archive, path: str) -> bytes:
    data = archive.read(path)
    if b"<!DOCTYPE" in data[:1024]:
        raise BadArchive(SPOILT)
    return data
