"""A lesson as chapters: what books (EPUB) and learning platforms (IMS Common Cartridge) are made of.

A chapter is a section of the page without fields to write in; pictures are files beside the chapters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from importlib import resources

from makerlab.lessons import svg
from makerlab.lessons.export.blocks import PICTURES, View
from makerlab.lessons.export.page import TAGS, Maker, Source
from makerlab.lessons.export.xhtml import xhtml

_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Chapter:
    """Pieces of XHTML: `title` without elements; `body` begins with its heading."""

    id: str
    title: str
    body: str


@dataclass(frozen=True)
class Book:
    """`tag` names the language; `pictures` are (file, content) by the address chapters show them at; `files`
    are the names that the lesson has for them."""

    tag: str
    title: str
    chapters: Sequence[Chapter]
    pictures: Mapping[str, bytes]


def book(source: Source, language: str, view: View) -> Book:
    """The chapters of a lesson: first what it is about, then its sections."""
    shown = {
        name: f"media/{name.rpartition('/')[2]}"
        for name, data in sorted(source.files.items())
        if name.startswith("media/")
        and (kind := PICTURES.get(name[name.rfind(".") :].lower())) is not None
        and not (kind == "image/svg+xml" and svg.faults(data))
    }
    maker = Maker(source, language, view, pictures=shown, fields=False)
    head = maker.head()
    facts = "".join(f"<li>{fact}</li>" for fact in head["facts"])
    first = (
        f'<h1>{head["title"]}</h1><p class="question">{head["question"]}</p><ul>{facts}</ul>{head["credits"]}'
    )
    chapters = [Chapter("start", escape(maker.plain_title, quote=False), xhtml(first))]
    for id, _kind, part in maker.sections():
        title = escape(plain(xhtml(str(part.heading))), quote=False)
        heading = f"<h1>{part.heading}</h1>" + (
            f'<p class="minutes">{part.minutes}</p>' if part.minutes else ""
        )
        chapters.append(Chapter(id, title, xhtml(f"{heading}{part.body}")))
    pictures = {address: source.files[name] for name, address in shown.items()}
    return Book(TAGS.get(language, language), maker.plain_title, chapters, pictures)


def style() -> str:
    """The style sheet of chapters."""
    return (resources.files("makerlab.lessons.export") / "static" / "book.css").read_text(encoding="utf-8")


def page(chapter: Chapter, tag: str, style_address: str) -> str:
    """A chapter as a file of its own."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" lang="{tag}" xml:lang="{tag}">
<head><meta charset="UTF-8"/><title>{chapter.title}</title>
<link rel="stylesheet" type="text/css" href="{style_address}"/></head>
<body>
{chapter.body}
</body>
</html>
"""


def plain(markup: str) -> str:
    """The text of a piece of XHTML without its elements."""
    return unescape(_TAG.sub("", markup))
