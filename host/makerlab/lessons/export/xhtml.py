"""Our own HTML as XHTML: every element closed, every attribute with a value. EPUB demands it."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "col", "wbr"})
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""XML 1.0, 2.2: control characters are in no document, not even as entities."""


def xml_text(text: str, quote: bool = False) -> str:
    """Any text as text of an XML document; `quote`: as the value of an attribute."""
    return escape(_NOT_IN_XML.sub("", text), quote)


def xhtml(fragment: str) -> str:
    """A piece of well-formed HTML as XML. Comments are left out; entities become characters."""
    writer = _Writer()
    writer.feed(fragment)
    writer.close()
    return "".join(writer.made)


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.made: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = "".join(
            f' {name}="{xml_text(name if value is None else value, quote=True)}"' for name, value in attrs
        )
        self.made.append(f"<{tag}{attributes}{'/' if tag in VOID else ''}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.made.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.made.append(xml_text(data))
