"""A lesson as an IMS Common Cartridge 1.3: a page a section, and the quiz as questions of the platform.

Sources: 1EdTech, Common Cartridge 1.3 profile (namespaces, resource types, one rooted hierarchy) and its
profile of QTI 1.2.1 for assessments.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from makerlab.i18n import _, speaking
from makerlab.lessons.export.blocks import View
from makerlab.lessons.export.book import Book, book, page, plain, style
from makerlab.lessons.export.page import HEADINGS, Source
from makerlab.lessons.export.scorm import identifier
from makerlab.lessons.list_file import Question
from makerlab.lessons.model import Text
from makerlab.lessons.packs import archive

MANIFEST_SPACE = "http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1"
LOM_SPACE = "http://ltsc.ieee.org/xsd/imsccv1p3/LOM/manifest"
QTI_SPACE = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
QUIZ_TYPE = "imsqti_xmlv1p3/imscc_xmlv1p3/assessment"
QUIZ_FILE = "quiz/assessment.xml"
PROFILES = {
    "choice": "cc.multiple_choice.v0p1",
    "multiple": "cc.multiple_response.v0p1",
    "text": "cc.essay.v0p1",
}
"""Of questions. Numbers are not among those that the profile knows: they stand on the quiz's page only."""


def imscc(source: Source, language: str, view: View = "pupil") -> bytes:
    """The cartridge, a ZIP; the same lesson gives the same bytes."""
    made = book(source, language, view)
    heading = HEADINGS["quiz"]
    with speaking(language):
        title = _(heading)
    asked = [question for question in source.questions if question.kind in PROFILES]
    files = [("imsmanifest.xml", _manifest(made, identifier(source.lesson), title if asked else ""))]
    for chapter in made.chapters:
        files.append((f"{chapter.id}.html", page(chapter, made.tag, "style.css").encode()))
    files += [("style.css", style().encode()), *sorted(made.pictures.items())]
    if asked:
        files.append((QUIZ_FILE, assessment(asked, language, title)))
    return archive.write(files)


def _manifest(made: Book, name: str, quiz_title: str) -> bytes:
    """imsmanifest.xml; with "" for `quiz_title` without a quiz."""
    top = Element("manifest", {"identifier": name, "xmlns": MANIFEST_SPACE, "xmlns:lom": LOM_SPACE})
    metadata = SubElement(top, "metadata")
    _add(metadata, "schema", "IMS Common Cartridge")
    _add(metadata, "schemaversion", "1.3.0")
    title = SubElement(SubElement(SubElement(metadata, "lom:lom"), "lom:general"), "lom:title")
    _add(title, "lom:string", made.title, language=made.tag)
    organization = SubElement(
        SubElement(top, "organizations"),
        "organization",
        {"identifier": "organization", "structure": "rooted-hierarchy"},
    )
    root = SubElement(organization, "item", {"identifier": "root"})
    resources = SubElement(top, "resources")
    for chapter in made.chapters:
        _item(root, chapter.id, plain(chapter.title))
        resource = _resource(resources, chapter.id, "webcontent", f"{chapter.id}.html")
        resource.set("href", f"{chapter.id}.html")
        SubElement(resource, "dependency", {"identifierref": "r-files"})
    shared = _resource(resources, "files", "webcontent", "style.css")
    for address in sorted(made.pictures):
        SubElement(shared, "file", {"href": address})
    if quiz_title:
        _item(root, "questions", quiz_title)
        _resource(resources, "questions", QUIZ_TYPE, QUIZ_FILE)
    return _written(top)


def _item(root: Element, name: str, title: str) -> None:
    item = SubElement(root, "item", {"identifier": f"i-{name}", "identifierref": f"r-{name}"})
    _add(item, "title", title)


def _resource(resources: Element, name: str, kind: str, file: str) -> Element:
    made = SubElement(resources, "resource", {"identifier": f"r-{name}", "type": kind})
    SubElement(made, "file", {"href": file})
    return made


# -- the quiz ----------------------------------------------------------------------------------------------


def assessment(questions: Sequence[Question], language: str, title: str) -> bytes:
    """The quiz as QTI 1.2.1."""
    top = Element("questestinterop", {"xmlns": QTI_SPACE})
    quiz = SubElement(top, "assessment", {"ident": "quiz", "title": title})
    _metadata(quiz, cc_profile="cc.exam.v0p1", qmd_assessmenttype="Examination")
    section = SubElement(quiz, "section", {"ident": "root_section"})
    for question in questions:
        _question(section, question, language)
    return _written(top)


def _question(section: Element, question: Question, language: str) -> None:
    asked = _said(question.question, language)
    item = SubElement(section, "item", {"ident": question.id, "title": asked[:80]})
    _metadata(SubElement(item, "itemmetadata"), cc_profile=PROFILES[question.kind])
    presentation = SubElement(item, "presentation")
    _material(presentation, asked)
    if question.kind == "text":
        answer = SubElement(presentation, "response_str", {"ident": "answer", "rcardinality": "Single"})
        SubElement(answer, "render_fib")
        return
    several = question.kind == "multiple"
    cardinality = "Multiple" if several else "Single"
    answer = SubElement(presentation, "response_lid", {"ident": "answer", "rcardinality": cardinality})
    choice = SubElement(answer, "render_choice")
    for number, option in enumerate(question.options, 1):
        label = SubElement(choice, "response_label", {"ident": f"o{number}"})
        _material(label, _said(option.text, language))
    _judged(item, question, several)


def _judged(item: Element, question: Question, several: bool) -> None:
    """100 for the right answer; of several, for all right ones and no other."""
    judging = SubElement(item, "resprocessing")
    bounds = {"varname": "SCORE", "vartype": "Decimal", "minvalue": "0", "maxvalue": "100"}
    SubElement(SubElement(judging, "outcomes"), "decvar", bounds)
    condition = SubElement(judging, "respcondition", {"continue": "No"})
    place = SubElement(condition, "conditionvar")
    if several:
        place = SubElement(place, "and")
    for number, option in enumerate(question.options, 1):
        if option.right:
            _add(place, "varequal", f"o{number}", respident="answer")
        elif several:
            _add(SubElement(place, "not"), "varequal", f"o{number}", respident="answer")
    _add(condition, "setvar", "100", action="Set", varname="SCORE")


def _metadata(parent: Element, **fields: str) -> None:
    made = SubElement(parent, "qtimetadata")
    for label, entry in fields.items():
        one = SubElement(made, "qtimetadatafield")
        _add(one, "fieldlabel", label)
        _add(one, "fieldentry", entry)


def _material(parent: Element, text: str) -> None:
    _add(SubElement(parent, "material"), "mattext", text, texttype="text/plain")


def _add(parent: Element, tag: str, text: str, **attributes: str) -> None:
    SubElement(parent, tag, attributes).text = text


def _written(top: Element) -> bytes:
    indent(top)
    made: bytes = tostring(top, encoding="utf-8", xml_declaration=True)
    return made + b"\n"


def _said(texts: Text, language: str) -> str:
    return texts.get(language) or next(iter(texts.values()), "")
