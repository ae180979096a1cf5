"""A wiring diagram: the board on the left with the pins that are used, the parts on the right, wires between.

Read in colour or printed in black and white: every wire has its number at both ends, and a table with the
same numbers says the same in words. Pins stand in the order in which their wires cross least; each wire has a
lane of its own, and a white edge where it passes over another.

Pure: values in, SVG text out; the same values give the same text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from unicodedata import east_asian_width

COLOURS = {
    "red": "#c62828",
    "black": "#222222",
    "brown": "#6d4c41",
    "orange": "#d9690b",
    "yellow": "#b08800",
    "green": "#2e7d32",
    "blue": "#1565c0",
    "purple": "#6a1b9a",
    "grey": "#5f6b73",
    "white": "#9aa5ac",
}
"""Wires on paper and screen: each at least 3:1 against white, so yellow is a dark one (WCAG 2.2, 1.4.11)."""

ROW = 34
"""Between two pins, in pixels of the drawing."""
PART_GAP = 26
TITLE = 40
LANE = 15
MARGIN = 16
FONT = 15
RADIUS = 7
FAMILY = "system-ui, 'Microsoft YaHei', 'PingFang SC', 'Noto Sans CJK SC', sans-serif"


@dataclass(frozen=True)
class Part:
    """Something beside the board; `terminals` as they are printed on it, from top to bottom."""

    title: str
    terminals: tuple[str, ...]


@dataclass(frozen=True)
class Wire:
    """From `pin`, as printed on the board, to a terminal of a part, both counted from 0."""

    pin: str
    part: int
    terminal: int
    colour: str


@dataclass(frozen=True)
class _Line:
    number: int
    wire: Wire
    start: float
    end: float
    lane: float


def draw(board: str, parts: Sequence[Part], wires: Sequence[Wire], title: str) -> str:
    """The diagram as SVG; `board` and `title` are texts. Wires are numbered from 1 in their order.

    Terminals without a wire are drawn as well: who wires it sees that they stay free.
    """
    terminals, boxes, height = _place(parts)
    pins = _pin_heights(wires, terminals)
    ordered = sorted(pins, key=lambda pin: pins[pin])
    board_rows = max(len(ordered), 1)
    board_height = TITLE + board_rows * ROW + 8
    height = max(height, board_height)
    top = MARGIN + (height - board_height) / 2
    if len(parts) and height > boxes[-1][1] - MARGIN:
        shift = (height - (boxes[-1][1] - MARGIN)) / 2
        boxes = [(upper + shift, lower + shift) for upper, lower in boxes]
        terminals = {key: y + shift for key, y in terminals.items()}
    top += _free_shift([top + TITLE + (index + 0.5) * ROW for index in range(len(ordered))], terminals)
    pin_y = {pin: top + TITLE + (index + 0.5) * ROW for index, pin in enumerate(ordered)}

    board_width = max(_width(board) + 32, max((_width(pin) for pin in ordered), default=0) + 90, 150)
    part_width = max(
        [
            170.0,
            *(_width(part.title) + 32 for part in parts),
            *(_width(name) + 80 for part in parts for name in part.terminals),
        ]
    )
    left = MARGIN + board_width
    lines = _lanes(wires, pin_y, terminals, left + 44)
    right = left + 44 + LANE * max(len(lines) - 1, 0) + 44
    width = right + part_width + MARGIN
    total = max(height, top + board_height - MARGIN) + 2 * MARGIN

    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {total:.0f}" width="{width:.0f}" '
        f'height="{total:.0f}" role="img" font-family="{FAMILY}" font-size="{FONT}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width:.0f}" height="{total:.0f}" fill="#fff"/>',
        _box(MARGIN, top, board_width, board_height, board, "#e7f1ec"),
    ]
    for part, (upper, lower) in zip(parts, boxes, strict=True):
        drawn.append(_box(right, upper, part_width, lower - upper, part.title, "#f1eef8"))
    for pin in ordered:
        paths = [_path(line, left, right) for line in lines if line.wire.pin == pin]
        drawn += [_stroke(path, "#fff", 7) for path, _colour in paths]
        drawn += [_stroke(path, colour, 3.2) for path, colour in paths]
    drawn += [_pad(left, y) + _name(left - 14, y, pin, "end") for pin, y in pin_y.items()]
    for (part_index, index), y in terminals.items():
        drawn.append(_pad(right, y) + _name(right + 14, y, parts[part_index].terminals[index], "start"))
    drawn += [_tag(left + 22, line.start, line, lines) for line in lines]
    drawn += [_number(right - 22, line.end, line) for line in lines]
    return "\n".join([*drawn, "</svg>"]) + "\n"


def _place(parts: Sequence[Part]) -> tuple[dict[tuple[int, int], float], list[tuple[float, float]], float]:
    """The heights of all terminals by (part, terminal), the boxes of the parts, and how high all are."""
    terminals: dict[tuple[int, int], float] = {}
    boxes: list[tuple[float, float]] = []
    y = float(MARGIN)
    for index, part in enumerate(parts):
        upper = y
        y += TITLE
        for terminal in range(len(part.terminals)):
            terminals[index, terminal] = y + ROW / 2
            y += ROW
        y += 8
        boxes.append((upper, y))
        y += PART_GAP
    return terminals, boxes, y - PART_GAP - MARGIN if parts else 0.0


def _pin_heights(wires: Sequence[Wire], terminals: dict[tuple[int, int], float]) -> dict[str, float]:
    """For each pin that is used, the mean height of what it goes to: sorted so, few wires cross."""
    ends: dict[str, list[float]] = {}
    for wire in wires:
        ends.setdefault(wire.pin, []).append(terminals[wire.part, wire.terminal])
    return {pin: sum(heights) / len(heights) for pin, heights in ends.items()}


def _lanes(
    wires: Sequence[Wire], pin_y: dict[str, float], terminals: dict[tuple[int, int], float], first: float
) -> list[_Line]:
    """Every wire with its lane: of two that go down, the upper one turns later, so that they do not cross;
    of two that go up, the upper one turns first."""
    down: list[tuple[float, float, int, Wire]] = []
    up: list[tuple[float, float, int, Wire]] = []
    for number, wire in enumerate(wires, 1):
        start, end = pin_y[wire.pin], terminals[wire.part, wire.terminal]
        (down if end > start else up).append((start, end, number, wire))
    up.sort(key=lambda one: (one[0], one[1]))
    down.sort(key=lambda one: (-one[0], -one[1]))
    return [
        _Line(number, wire, start, end, first + LANE * lane)
        for lane, (start, end, number, wire) in enumerate([*up, *down])
    ]


def _free_shift(pins: Sequence[float], terminals: dict[tuple[int, int], float]) -> float:
    """How far to move the board down so that no pin stands at the height of a terminal: two wires would lie
    on one line there. Less than half a row, or a little more at the top of the drawing."""

    def room(shift: float) -> float:
        return min((abs(pin + shift - y) for pin in pins for y in terminals.values()), default=0.0)

    return max((float(shift) for shift in range(ROW)), key=lambda shift: (min(room(shift), ROW / 4), -shift))


def _path(line: _Line, left: float, right: float) -> tuple[str, str]:
    """The way of a wire, and its colour."""
    x, start, end = line.lane, line.start, line.end
    bend = min(RADIUS, abs(end - start) / 2)
    turn = bend if end > start else -bend
    path = f"M{left:.1f} {start:.1f}"
    if abs(end - start) < 0.5:
        path += f"H{right:.1f}"
    else:
        path += (
            f"H{x - bend:.1f}Q{x:.1f} {start:.1f} {x:.1f} {start + turn:.1f}"
            f"V{end - turn:.1f}Q{x:.1f} {end:.1f} {x + bend:.1f} {end:.1f}H{right:.1f}"
        )
    return path, COLOURS.get(line.wire.colour, COLOURS["grey"])


def _stroke(path: str, colour: str, width: float) -> str:
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}"/>'


def _tag(x: float, y: float, line: _Line, lines: Sequence[_Line]) -> str:
    """The numbers of a pin's wires side by side, once for the pin."""
    same = sorted(one.number for one in lines if one.wire.pin == line.wire.pin)
    if line.number != same[0]:
        return ""
    label = " ".join(map(str, same))
    return _badge(x, y, label, COLOURS.get(line.wire.colour, COLOURS["grey"]))


def _number(x: float, y: float, line: _Line) -> str:
    return _badge(x, y, str(line.number), COLOURS.get(line.wire.colour, COLOURS["grey"]))


def _badge(x: float, y: float, label: str, colour: str) -> str:
    wide = max(20.0, 8.5 * len(label) + 10)
    return (
        f'<rect x="{x - wide / 2:.1f}" y="{y - 10:.1f}" width="{wide:.1f}" height="20" rx="10" fill="#fff" '
        f'stroke="{colour}" stroke-width="2"/>'
        f'<text x="{x:.1f}" y="{y + 4.5:.1f}" font-size="13" text-anchor="middle" fill="#111">{label}</text>'
    )


def _box(x: float, y: float, width: float, height: float, title: str, fill: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="10" fill="{fill}" '
        f'stroke="#44525a" stroke-width="1.8"/>'
        f'<text x="{x + width / 2:.1f}" y="{y + 26:.1f}" text-anchor="middle" font-weight="600" '
        f'fill="#111">{escape(title)}</text>'
    )


def _pad(x: float, y: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#fff" stroke="#44525a" stroke-width="1.8"/>'


def _name(x: float, y: float, name: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y + 5:.1f}" text-anchor="{anchor}" fill="#111">{escape(name)}</text>'


def _width(text: str) -> float:
    """About how wide `text` is drawn, in pixels: Chinese characters are as wide as they are high."""
    return sum(FONT if east_asian_width(char) in "WF" else FONT * 0.58 for char in text)
