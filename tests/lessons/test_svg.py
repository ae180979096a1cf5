"""What a stranger's picture may hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makerlab.lessons import svg

GOOD = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- a lamp -->
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10">
<title>\xe7\x81\xaf</title><defs>
<linearGradient id="g"><stop offset="0" stop-color="#fff"/></linearGradient></defs>
<rect fill="url(#g)" width="4" height="4"/><use xlink:href="#g"/><text x="1" y="2">5 cm</text></svg>"""

HOSTILE = [
    b"<script>alert(1)</script>",
    b'<rect onclick="alert(1)"/>',
    b'<a href="https://example.org"><rect/></a>',
    b'<image href="https://example.org/x.png"/>',
    b'<use href="https://example.org/x.svg#a"/>',
    b'<use href="data:image/svg+xml,..."/>',
    b'<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>',
    b"<style>rect{fill:url(https://example.org)}</style>",
    b'<rect style="fill:red"/>',
    b'<rect fill="url(https://example.org/a)"/>',
    b'<rect fill="URL( //example.org/a )"/>',
    b'<rect fill="u\\72l(https://example.org)"/>',
    b'<set attributeName="href" to="javascript:alert(1)"/>',
    b'<animate attributeName="x"/>',
    b"<svg/>",
    b"<?xml-stylesheet href='https://example.org'?>",
    b'<g xmlns="http://www.w3.org/1999/xhtml"/>',
    b'<x:script xmlns:x="http://www.w3.org/2000/svg"/>',
]


def inside(part: bytes) -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg">' + part + b"</svg>"


def test_a_picture_that_only_draws_has_no_faults_and_can_stand_in_a_page():
    assert svg.faults(GOOD) == []
    shown = svg.embedded(GOOD)
    assert shown.startswith("<svg") and shown.endswith("</svg>")
    assert "<!--" not in shown and "<?xml" not in shown


@pytest.mark.parametrize("part", HOSTILE, ids=lambda part: part.decode()[:30])
def test_what_does_more_than_draw_is_refused(part):
    assert svg.faults(inside(part))


def test_a_fault_says_where_it_is():
    (fault,) = svg.faults(inside(b"\n  <script/>"))
    assert (fault.line, fault.column, fault.name) == (2, 3, "script")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<html></html>",
        b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + inside(b"<text>&a;</text>"),
        b'<!DOCTYPE svg SYSTEM "http://example.org/svg.dtd">' + inside(b""),
        inside(b"<g>" * 100 + b"</g>" * 100),
        inside(b"<g/>" * 30_000),
        inside(b"<g>"),
    ],
    ids=lambda data: repr(data[:30]),
)
def test_what_is_no_picture_or_a_bomb_is_refused(data):
    assert svg.faults(data)


@given(st.binary(max_size=200))
def test_any_bytes_inside_are_judged_without_an_error(data):
    svg.faults(inside(data))
    svg.faults(data)
