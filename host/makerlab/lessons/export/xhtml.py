"""Our own HTML as XHTML: every element closed, every attribute with a value. EPUB demands it."""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser

VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "col", "wbr"})


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
        attributes = "".join(f' {name}="{escape(name if value is None else value)}"' for name, value in attrs)
        self.made.append(f"<{tag}{attributes}{'/' if tag in VOID else ''}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.made.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        # XML 1.0 allows no control characters but tab and line ends.
        self.made.append(
            escape("".join(char for char in data if char >= " " or char in "\t\n\r"), quote=False)
        )
