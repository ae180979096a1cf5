"""The drawing of a wiring: what it says, and that no wire lies on another."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from makerlab.lessons import svg
from makerlab.lessons.export.wiring_svg import connections, draw
from makerlab.lessons.wiring import End, Part, Wire, Wiring


def part(id: str, name: str, *terminals: str) -> Part:
    return Part(id, {"zh": name, "en": id}, {one: {"zh": one, "en": one} for one in terminals})


LDR = part("ldr", "光敏电阻", "leg", "other")
RESISTOR = part("r", "10 kΩ <电阻>", "a", "b")
DIVIDER = Wiring(
    "esp32",
    ("esp32",),
    {"ldr": LDR, "r": RESISTOR},
    (
        Wire(End("", "3V3"), End("ldr", "leg"), "red"),
        Wire(End("", "D34"), End("ldr", "other"), "yellow"),
        Wire(End("ldr", "other"), End("r", "a")),
        Wire(End("", "GND"), End("r", "b"), "black"),
    ),
)

pins = st.sampled_from(["3V3", "GND", "D21", "D22", "D34"]).map(lambda pin: End("", pin))
sizes = st.lists(st.integers(1, 5), min_size=1, max_size=4)


@st.composite
def wirings(draw_one: st.DrawFn) -> Wiring:
    parts = [part(f"p{at}", f"部件 {at}", *"abcde"[:size]) for at, size in enumerate(draw_one(sizes))]
    terminals = st.sampled_from([End(one.id, pin) for one in parts for pin in one.terminals])
    wires = st.builds(Wire, pins | terminals, terminals, st.just("blue"))
    return Wiring("t", ("b",), {one.id: one for one in parts}, tuple(draw_one(st.lists(wires, max_size=8))))


def texts(drawing: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawing)


def test_it_names_every_pin_part_and_terminal_and_numbers_the_wires():
    shown = texts(draw(DIVIDER, "ESP32", "zh", "接线图"))
    assert {"ESP32", "3V3", "D34", "GND", "光敏电阻", "leg", "10 kΩ &lt;电阻&gt;"} <= set(shown)
    assert shown.count("D34") == 1, "a pin stands once, however many wires it has"
    assert {"1", "2 3", "3", "4"} <= set(shown)
    assert {"ldr", "r"} <= set(texts(draw(DIVIDER, "ESP32", "en", "wiring")))


def test_the_table_says_the_same_in_words():
    assert connections(DIVIDER, "zh")[2] == (3, "光敏电阻：other", "10 kΩ <电阻>：a", "")


@given(wirings(), st.text(max_size=5))
def test_every_drawing_only_draws(wiring, title):
    assert svg.faults(draw(wiring, title, "zh", title).encode()) == []


def level_parts(path: str) -> tuple[tuple[str, str], list[tuple[float, float, float]]]:
    """Where a wire begins and ends, and its level parts as (height, from, to)."""
    numbers = re.fullmatch(r"M([\d.]+) ([\d.]+)H([\d.]+)(?:Q.*V.*Q([\d.]+) ([\d.]+) [\d. ]+H([\d.]+))?", path)
    assert numbers, path
    x, y, turn, lane, end, last = numbers.groups()
    parts = [(float(y), *sorted((float(x), float(turn))))]
    if end:
        parts.append((float(end), *sorted((float(lane), float(last)))))
    return (f"{x} {y}", f"{last or turn} {end or y}"), parts


TWO_BY_TWO = Wiring(
    "t",
    ("b",),
    {"p": part("p", "部件", "a", "b")},
    tuple(Wire(End("", pin), End("p", to), "blue") for pin in ("3V3", "D21") for to in "ab"),
)
"""Two pins, each to two terminals at its height."""


@example(TWO_BY_TWO)
@given(wirings())
def test_no_wire_lies_on_another(wiring):
    drawing = draw(wiring, "board", "zh", "title")
    wires = [level_parts(path) for path in re.findall(r'<path d="([^"]+)"[^>]*stroke="#1565c0"', drawing)]
    for index, (ends, parts) in enumerate(wires):
        for other_ends, other_parts in wires[:index]:
            if set(ends) & set(other_ends):
                continue  # they meet at a pin or a terminal
            for height, start, stop in parts:
                for other_height, other_start, other_stop in other_parts:
                    overlap = min(stop, other_stop) - max(start, other_start)
                    assert abs(height - other_height) > 1 or overlap < 1
    lanes = re.findall(r'<path d="M[^"]*?Q([\d.]+) [^"]*"[^>]*stroke="#1565c0"', drawing)
    assert len(lanes) == len(set(lanes)), "each lane is one wire's"
