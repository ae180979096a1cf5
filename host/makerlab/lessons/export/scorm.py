"""A lesson as a SCORM 1.2 package: one page (SCO) that keeps a pupil's work at a learning platform.

The platform gets `lesson_status`, the quiz's score of 100, and what the pupil wrote (`suspend_data`, at most
4,096 characters; static/lesson.js). Sources: ADL SCORM 1.2, content aggregation model (imsmanifest.xml) and
run-time environment.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from xml.sax.saxutils import escape, quoteattr

from makerlab.lessons.export.blocks import View
from makerlab.lessons.export.page import Source, make_page
from makerlab.lessons.model import Lesson
from makerlab.lessons.packs import archive

PAGE = "index.html"
MANIFEST = "imsmanifest.xml"


def scorm12(source: Source, languages: Sequence[str], view: View = "pupil") -> bytes:
    """The package, a ZIP; the same lesson gives the same bytes."""
    store = (resources.files("makerlab.lessons.export") / "static" / "scorm.js").read_text(encoding="utf-8")
    page = make_page(source, languages, view, [store])
    title = source.lesson.title.get(languages[0]) or source.lesson.shown_title
    return archive.write([(MANIFEST, manifest(source.lesson, title).encode()), (PAGE, page.encode())])


def manifest(lesson: Lesson, title: str) -> str:
    """imsmanifest.xml; elements in the order that adlcp_rootv1p2.xsd and imscp_rootv1p1p2.xsd ask for."""
    name = identifier(lesson)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier={quoteattr(name)} version={quoteattr(lesson.version)}
    xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
    xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
  <metadata>
    <schema>ADL SCORM</schema>
    <schemaversion>1.2</schemaversion>
  </metadata>
  <organizations default="lesson">
    <organization identifier="lesson">
      <title>{escape(title)}</title>
      <item identifier="item" identifierref="page">
        <title>{escape(title)}</title>
      </item>
    </organization>
  </organizations>
  <resources>
    <resource identifier="page" type="webcontent" adlcp:scormtype="sco" href="{PAGE}">
      <file href="{PAGE}"/>
    </resource>
  </resources>
</manifest>
"""


def identifier(lesson: Lesson) -> str:
    """The lesson's id and version as an XML name."""
    return "lesson." + "".join(char if char.isalnum() else "-" for char in f"{lesson.id}-{lesson.version}")
