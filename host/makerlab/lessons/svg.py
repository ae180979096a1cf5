"""Pictures in SVG from strangers: only what draws is let through.

An SVG file can hold scripts, event handlers, links, other pages and references to the network, and an XML
parser can be made to fill the memory. Here the file is read by a parser that refuses every document type
(so there are no entities to expand), and every element and attribute that is not on a list of harmless ones
is a fault. Nothing is repaired: whoever drew the picture removes what does not belong there.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

from makerlab.i18n import N_

SVG = "http://www.w3.org/2000/svg"
MAX_ELEMENTS = 20_000
"""A diagram has hundreds; a browser on a school computer shows some ten thousand without a wait."""
MAX_DEPTH = 64

_DRAWING = """
svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan linearGradient
radialGradient stop clipPath mask pattern marker
"""
ELEMENTS = frozenset(_DRAWING.split())
"""Of SVG 1.1. Left out on purpose: script, style, foreignObject, image, a, animate..., set, filter."""

_HARMLESS = """
id class viewBox width height x y x1 y1 x2 y2 cx cy r rx ry fx fy d points pathLength transform version
preserveAspectRatio role aria-label aria-labelledby aria-describedby aria-hidden lang dx dy rotate textLength
lengthAdjust offset gradientUnits gradientTransform spreadMethod patternUnits patternContentUnits
patternTransform clipPathUnits maskUnits maskContentUnits markerUnits markerWidth markerHeight refX refY
orient fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin
stroke-miterlimit stroke-dasharray stroke-dashoffset opacity color display visibility clip-path
clip-rule mask marker-start
marker-mid marker-end stop-color stop-opacity font-family font-size font-style font-weight text-anchor
dominant-baseline alignment-baseline baseline-shift letter-spacing word-spacing text-decoration vector-effect
shape-rendering text-rendering paint-order xml:space xml:lang
"""
_ATTRIBUTES = frozenset(_HARMLESS.split())
_REFERENCES = frozenset({"href", "xlink:href"})
"""Allowed on `use` and gradients, to something in the same file."""
_NAMESPACES = {"xmlns": SVG, "xmlns:xlink": "http://www.w3.org/1999/xlink", "xmlns:svg": SVG}

_INSIDE = re.compile(r"#[A-Za-z_][\w.-]*")
_URL = re.compile(r"url\s*\(\s*['\"]?([^)'\"]*)['\"]?\s*\)", re.IGNORECASE)
_ESCAPES = re.compile(r"[\\]|/\*|expression|javascript|@import", re.IGNORECASE)
"""What has no place in a presentation attribute and hides something from a reader."""


@dataclass(frozen=True)
class Fault:
    """Why a picture is refused. `text` has places for `name`; `line` and `column` count from 1."""

    line: int
    column: int
    text: str
    name: str = ""


NOT_XML = N_("this is not a picture in SVG, or a damaged one")
DOCTYPE = N_("a document type is not allowed in a picture")
ELEMENT = N_("<{name}> is not allowed in a picture")
ATTRIBUTE = N_("“{name}” is not allowed in a picture")
OUTSIDE = N_("“{name}” points outside of the picture")
TOO_BIG = N_("the picture has too many parts, or parts too deep in each other")
INSTRUCTION = N_("<?{name} ...?> is not allowed in a picture")


class _Refused(Exception):
    pass


def faults(data: bytes) -> list[Fault]:
    """Everything in the picture `data` that is not allowed, in its order; [] for one that only draws."""
    found: list[Fault] = []
    depth = count = 0
    parser = expat.ParserCreate()

    def fault(text: str, name: str = "") -> None:
        found.append(Fault(parser.CurrentLineNumber, parser.CurrentColumnNumber + 1, text, name))

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth += 1
        count += 1
        name = tag.removeprefix("svg:")
        if depth > MAX_DEPTH or count > MAX_ELEMENTS:
            fault(TOO_BIG)
            raise _Refused
        if name not in ELEMENTS or (depth == 1) != (name == "svg"):
            fault(ELEMENT, tag)
        for text, at in _attribute_faults(name, attributes):
            fault(text, at)

    def end(_tag: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*_details: object) -> None:
        fault(DOCTYPE)
        raise _Refused

    def instruction(target: str, _data: str) -> None:
        fault(INSTRUCTION, target)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = doctype
    parser.ProcessingInstructionHandler = instruction
    try:
        parser.Parse(data, True)
    except _Refused:
        pass
    except expat.ExpatError as error:
        found.append(Fault(error.lineno, error.offset + 1, NOT_XML))
    return found


def embedded(data: bytes) -> str:
    """A picture without faults as it stands inside of a page: without its XML declaration and comments."""
    text = data.decode("utf-8-sig")
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL).strip()


def _attribute_faults(element: str, attributes: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in attributes.items():
        if name in _NAMESPACES:
            if value != _NAMESPACES[name]:
                yield ATTRIBUTE, f'{name}="{value[:40]}"'
        elif name in _REFERENCES:
            if not _INSIDE.fullmatch(value.strip()):
                yield OUTSIDE, value[:60]
        elif name not in _ATTRIBUTES:
            yield ATTRIBUTE, f"{name} ({element})"
        elif _ESCAPES.search(value):
            yield ATTRIBUTE, f'{name}="{value[:40]}"'
        else:
            for target in _URL.findall(value):
                if not _INSIDE.fullmatch(target.strip()):
                    yield OUTSIDE, target[:60]
            if "url" in value.lower() and not _URL.search(value):
                yield ATTRIBUTE, f'{name}="{value[:40]}"'
