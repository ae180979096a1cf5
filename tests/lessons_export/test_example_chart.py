"""The chart of what a lesson measures: every peak in it, and only drawing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makerlab.lessons import svg
from makerlab.lessons.expectations.columns import Columns, Happened
from makerlab.lessons.export.example import with_example
from makerlab.lessons.export.example_chart import draw
from makerlab.lessons.export.page import Source, make_page
from makerlab.lessons.folder import read_folder

EXAMPLE = Path(__file__).parents[1] / "lessons" / "example"
numbers = st.none() | st.floats(-1e6, 1e6)


def texts(drawing: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawing)


def test_one_peak_among_thousands_of_rows_is_drawn():
    values = [5.0] * 9999
    values[7001] = 812.0
    drawing = draw(
        Columns([at / 100 for at in range(9999)], {"light": values}, units={"light": "lx"}), "light", "t"
    )
    assert {"5", "812", "lx", "0 s", "100 s"} == set(texts(drawing))
    line = re.findall(r'<path d="M([^"]*)"[^>]*stroke="#1565c0"', drawing)[0]
    heights = {point.split()[1] for point in line.split("L")}
    assert len(heights) == 2 and line.count("L") < 500


def test_marks_stand_over_the_curve_unless_there_are_too_many():
    few = [Happened(at, f"<{at} cm>") for at in range(3)]
    many = [Happened(at / 10, "x") for at in range(20)]
    for events, shown in ((few, 3), (many, 0)):
        drawing = draw(Columns([0.0, 3.0], {"light": [1.0, 2.0]}, events), "light", "t")
        assert drawing.count("stroke-dasharray") == shown
        assert svg.faults(drawing.encode()) == []


@given(st.lists(numbers, max_size=50), st.text(max_size=10))
def test_every_chart_only_draws(values, title):
    columns = Columns([float(at) for at in range(len(values))], {"v": values})
    drawing = draw(columns, "v", title)
    assert not drawing or svg.faults(drawing.encode()) == []


def test_nothing_measured_is_no_chart():
    assert (
        draw(Columns([], {}), "light", "t")
        == draw(Columns([0.0, 1.0], {"light": [None, None]}), "light", "t")
        == ""
    )


def test_the_teachers_page_shows_what_a_virtual_board_measures_and_the_pupils_does_not():
    source = with_example(Source.of(read_folder(EXAMPLE)))
    assert source.example is not None and source.example.board == "microbit-v2"
    assert "虚拟 micro:bit V2 测到的“光线”" in make_page(source, ["zh"], "teacher")
    assert "虚拟 micro:bit V2 测到的" not in make_page(source, ["zh"], "pupil")


@pytest.mark.parametrize(
    "changed",
    [
        {"code/microbit/main.py": b"1 / 0\n"},
        {"code/microbit/main.py": b"\xff"},
        {"data/scenes.yaml": b"scenes: ["},
        {"data/scenes.yaml": b"{}\n"},
    ],
    ids=["the program fails", "no text", "no YAML", "no scene"],
)
def test_a_lesson_that_cannot_be_tried_has_no_example(changed):
    files = {**read_folder(EXAMPLE), **changed}
    assert with_example(Source.of(files)).example is None
