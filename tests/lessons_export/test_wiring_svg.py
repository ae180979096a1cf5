"""The drawing of a wiring: what it says, and that it lies on nobody's wire."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from makerlab.lessons import svg
from makerlab.lessons.export.wiring_svg import Part, Wire, draw

PARTS = [Part("光敏电阻", ("一只脚", "另一只脚")), Part("10 kΩ <电阻>", ("a", "b"))]
WIRES = [
    Wire("3V3", 0, 0, "red"),
    Wire("D34", 0, 1, "yellow"),
    Wire("D34", 1, 0, "yellow"),
    Wire("GND", 1, 1, "black"),
]

wirings = st.lists(st.integers(1, 5), min_size=1, max_size=4).flatmap(
    lambda sizes: st.tuples(
        st.just([Part(f"part {index}", tuple("abcde"[:size])) for index, size in enumerate(sizes)]),
        st.lists(
            st.tuples(st.sampled_from(["3V3", "GND", "D21", "D22", "D34"]), st.integers(0, len(sizes) - 1)),
            max_size=8,
        ).map(lambda ends: [Wire(pin, part, 0, "blue") for pin, part in ends]),
    )
)


def texts(drawing: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawing)


def test_it_names_every_pin_part_and_terminal_and_numbers_the_wires():
    shown = texts(draw("ESP32", PARTS, WIRES, "接线图"))
    assert {"ESP32", "3V3", "D34", "GND", "光敏电阻", "一只脚", "10 kΩ &lt;电阻&gt;"} <= set(shown)
    assert shown.count("D34") == 1, "a pin stands once, however many wires it has"
    assert {"1", "2", "3", "4", "2 3"} <= set(shown)


@given(wirings)
def test_every_drawing_only_draws(wiring):
    parts, wires = wiring
    assert svg.faults(draw("board", parts, wires, "title").encode()) == []


@given(wirings)
def test_wires_of_two_pins_never_lie_on_one_another(wiring):
    parts, wires = wiring
    drawing = draw("board", parts, wires, "title")
    coloured = [path for path in re.findall(r'<path d="([^"]+)"[^>]*stroke="#1565c0"', drawing)]
    # Each lane is one wire's.
    lanes = [match[1] for path in coloured if (match := re.search(r"H([\d.]+)Q", path))]
    assert len(lanes) == len(set(lanes))
    starts = {match[1] for path in coloured if (match := re.match(r"M[\d.]+ ([\d.]+)", path))}
    ends = {match[1] for path in coloured if (match := re.search(r" ([\d.]+)H[\d.]+$", path))}
    assert not starts & ends, "a pin stands at the height of a terminal"
