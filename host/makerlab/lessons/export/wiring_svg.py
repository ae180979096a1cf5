"""A wiring diagram: the board on the left with the pins that are used, the parts on the right, wires between.

Read in colour or printed in black and white: every wire has its number at both ends, and a table with the
same numbers says the same in words. Pins stand in the order in which their wires cross least; each wire has a
lane of its own, and a white edge where it passes over another.

Pure: values in, SVG text out; the same values give the same text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from unicodedata import east_asian_width

from makerlab.lessons.export.xhtml import xml_text
from makerlab.lessons.wiring import End, Part, Wire, Wiring

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


Terminal = tuple[int, str]
"""A part, counted from 0, and its terminal as it is written in wires."""


@dataclass(frozen=True)
class _Line:
    """A wire with its lane; `pin` is "" for one between two parts. `start` and `end` are heights."""

    number: int
    pin: str
    colour: str
    start: float
    end: float
    lane: float


def draw(wiring: Wiring, board: str, language: str, title: str) -> str:
    """The diagram as SVG in one language; `board` is what the board is called.

    Wires are numbered from 1 in their order. Terminals without a wire are drawn as well: who wires it sees
    that they stay free.
    """
    parts = list(wiring.parts.values())
    order = {part.id: index for index, part in enumerate(parts)}
    ends = [(_at(wire.start, order), _at(wire.end, order)) for wire in wiring.wires]
    terminals, boxes, height = _place(parts)
    pins = _pin_heights(ends, terminals)
    ordered = sorted(pins, key=lambda pin: pins[pin])
    board_height = TITLE + max(len(ordered), 1) * ROW + 8
    height = max(height, board_height)
    top = MARGIN + (height - board_height) / 2
    if boxes:
        shift = (height - (boxes[-1][1] - MARGIN)) / 2
        boxes = [(upper + shift, lower + shift) for upper, lower in boxes]
        terminals = {key: y + shift for key, y in terminals.items()}
    pin_y = {pin: top + TITLE + (index + 0.5) * ROW for index, pin in enumerate(ordered)}
    shift = _best_shift(pin_y, terminals, ends)
    top += shift
    pin_y = {pin: y + shift for pin, y in pin_y.items()}

    names = [_said(part.name, language) for part in parts]
    labels = {
        (index, written): _said(texts, language) or written
        for index, part in enumerate(parts)
        for written, texts in part.terminals.items()
    }
    board_width = max(_width(board) + 32, max(map(_width, ordered), default=0) + 90, 150)
    part_width = max(
        [170.0, *(_width(name) + 32 for name in names), *(_width(label) + 80 for label in labels.values())]
    )
    left = MARGIN + board_width
    lines = _lanes(wiring.wires, ends, pin_y, terminals, left + 50)
    right = left + 50 + LANE * max(len(lines) - 1, 0) + 50
    width = right + part_width + MARGIN
    total = max(height, top + board_height - MARGIN) + 2 * MARGIN

    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {total:.0f}" width="{width:.0f}" '
        f'height="{total:.0f}" role="img" font-family="{FAMILY}" font-size="{FONT}">',
        f"<title>{xml_text(title)}</title>",
        f'<rect width="{width:.0f}" height="{total:.0f}" fill="#fff"/>',
        _box(MARGIN, top, board_width, board_height, board, "#e7f1ec"),
    ]
    for name, (upper, lower) in zip(names, boxes, strict=True):
        drawn.append(_box(right, upper, part_width, lower - upper, name, "#f1eef8"))
    for pin in dict.fromkeys(line.pin for line in lines):
        paths = [(_path(line, left, right), line.colour) for line in lines if line.pin == pin]
        drawn += [_stroke(path, "#fff", 7) for path, _colour in paths]
        drawn += [_stroke(path, colour, 3.2) for path, colour in paths]
    drawn += [_pad(left, y) + _name(left - 14, y, pin, "end") for pin, y in pin_y.items()]
    drawn += [_pad(right, y) + _name(right + 14, y, labels[at], "start") for at, y in terminals.items()]
    drawn += [_badge(left + 22, pin_y[pin], [line for line in lines if line.pin == pin]) for pin in ordered]
    at_parts: dict[float, list[_Line]] = {}
    for line in lines:
        for y in [line.end] if line.pin else [line.start, line.end]:
            at_parts.setdefault(y, []).append(line)
    drawn += [_badge(right - 22, y, here) for y, here in sorted(at_parts.items())]
    return "\n".join([*drawn, "</svg>"]) + "\n"


def connections(wiring: Wiring, language: str) -> list[tuple[int, str, str, str]]:
    """The same as a table: number, from, to and the wire's colour (a key of COLOURS, "" for any)."""
    return [
        (number, wiring.shown(wire.start, language), wiring.shown(wire.end, language), wire.colour)
        for number, wire in enumerate(wiring.wires, 1)
    ]


def _at(end: End, order: Mapping[str, int]) -> str | Terminal:
    return (order[end.part], end.pin) if end.part else end.pin


def _said(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next(iter(texts.values()), "")


def _place(parts: Sequence[Part]) -> tuple[dict[Terminal, float], list[tuple[float, float]], float]:
    """The heights of all terminals, the boxes of the parts, and how high all are."""
    terminals: dict[Terminal, float] = {}
    boxes: list[tuple[float, float]] = []
    y = float(MARGIN)
    for index, part in enumerate(parts):
        upper = y
        y += TITLE
        for written in part.terminals:
            terminals[index, written] = y + ROW / 2
            y += ROW
        y += 8
        boxes.append((upper, y))
        y += PART_GAP
    return terminals, boxes, y - PART_GAP - MARGIN if parts else 0.0


Ends = tuple["str | Terminal", "str | Terminal"]


def _pin_heights(ends: Sequence[Ends], terminals: Mapping[Terminal, float]) -> dict[str, float]:
    """For each pin that is used, the mean height of what it goes to: sorted so, few wires cross."""
    goes_to: dict[str, list[float]] = {}
    for pair in ends:
        heights = [terminals[end] for end in pair if not isinstance(end, str)]
        for end in pair:
            if isinstance(end, str):
                goes_to.setdefault(end, []).extend(heights or [0.0])
    return {pin: sum(heights) / len(heights) for pin, heights in goes_to.items()}


def _lanes(
    wires: Sequence[Wire],
    ends: Sequence[Ends],
    pin_y: Mapping[str, float],
    terminals: Mapping[Terminal, float],
    first: float,
) -> list[_Line]:
    """Every wire with its lane: of two that go down, the upper one turns later, so that they do not cross;
    of two that go up, the upper one turns first. Wires between parts turn last."""
    up: list[_Line] = []
    down: list[_Line] = []
    beside: list[_Line] = []
    for number, (wire, (one, other)) in enumerate(zip(wires, ends, strict=True), 1):
        colour = COLOURS.get(wire.colour, COLOURS["grey"])
        if isinstance(other, str):
            one, other = other, one
        if isinstance(other, str):
            continue  # from pin to pin of one board: `check` complains of that
        if isinstance(one, str):
            line = _Line(number, one, colour, pin_y[one], terminals[other], 0)
            (down if line.end > line.start else up).append(line)
        else:
            beside.append(_Line(number, "", colour, terminals[one], terminals[other], 0))
    up.sort(key=lambda line: (line.start, line.end))
    down.sort(key=lambda line: (-line.start, -line.end))
    return [replace(line, lane=first + LANE * lane) for lane, line in enumerate([*up, *down, *beside])]


def _best_shift(
    pins: Mapping[str, float], terminals: Mapping[Terminal, float], ends: Sequence[Ends]
) -> float:
    """How far to move the board down, less than a row: no pin stands at the height of a terminal where two
    wires would lie on one line, and wires are as straight as can be."""
    pairs = set(_from_pins(ends))
    joined = [(pins[one], terminals[other]) for one, other in _from_pins(ends)]
    of_pin, of_terminal = Counter(pin for pin, _end in pairs), Counter(end for _pin, end in pairs)
    # A straight wire is alone on its line if its pin or its terminal has no other.
    strangers = [
        (y, height)
        for pin, y in pins.items()
        for terminal, height in terminals.items()
        if (pin, terminal) not in pairs or (of_pin[pin] > 1 and of_terminal[terminal] > 1)
    ]

    def merit(shift: float) -> tuple[float, float, float]:
        room = min((abs(pin + shift - height) for pin, height in strangers), default=ROW)
        bends = sum(abs(pin + shift - height) > 0.5 for pin, height in joined)
        return min(room, ROW / 4), -bends, -shift

    return max((float(shift) for shift in range(ROW)), key=merit)


def _from_pins(ends: Sequence[Ends]) -> list[tuple[str, Terminal]]:
    """Wires from a pin to a terminal, the pin first."""
    pairs: list[tuple[str, Terminal]] = []
    for one, other in ends:
        if isinstance(one, str) and not isinstance(other, str):
            pairs.append((one, other))
        elif isinstance(other, str) and not isinstance(one, str):
            pairs.append((other, one))
    return pairs


def _path(line: _Line, left: float, right: float) -> str:
    """The way of a wire: from the pin (or back from the part) to its lane, along it, and to the part."""
    x, start, end = line.lane, line.start, line.end
    begin, way = (left, 1) if line.pin else (right, -1)
    if abs(end - start) < 0.5:
        return f"M{begin:.1f} {start:.1f}H{right:.1f}"
    bend = min(RADIUS, abs(end - start) / 2)
    turn = bend if end > start else -bend
    return (
        f"M{begin:.1f} {start:.1f}H{x - way * bend:.1f}Q{x:.1f} {start:.1f} {x:.1f} {start + turn:.1f}"
        f"V{end - turn:.1f}Q{x:.1f} {end:.1f} {x + bend:.1f} {end:.1f}H{right:.1f}"
    )


def _stroke(path: str, colour: str, width: float) -> str:
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}"/>'


def _badge(x: float, y: float, lines: Sequence[_Line]) -> str:
    """The numbers of the wires that end here."""
    if not lines:
        return ""
    label = " ".join(str(line.number) for line in sorted(lines, key=lambda line: line.number))
    wide = max(20.0, 8.5 * len(label) + 10)
    return (
        f'<rect x="{x - wide / 2:.1f}" y="{y - 10:.1f}" width="{wide:.1f}" height="20" rx="10" fill="#fff" '
        f'stroke="{lines[0].colour}" stroke-width="2"/>'
        f'<text x="{x:.1f}" y="{y + 4.5:.1f}" font-size="13" text-anchor="middle" fill="#111">{label}</text>'
    )


def _box(x: float, y: float, width: float, height: float, title: str, fill: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="10" fill="{fill}" '
        f'stroke="#44525a" stroke-width="1.8"/>'
        f'<text x="{x + width / 2:.1f}" y="{y + 26:.1f}" text-anchor="middle" font-weight="600" '
        f'fill="#111">{xml_text(title)}</text>'
    )


def _pad(x: float, y: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#fff" stroke="#44525a" stroke-width="1.8"/>'


def _name(x: float, y: float, name: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y + 5:.1f}" text-anchor="{anchor}" fill="#111">{xml_text(name)}</text>'


def _width(text: str) -> float:
    """About how wide `text` is drawn, in pixels: Chinese characters are as wide as they are high."""
    return sum(FONT if east_asian_width(char) in "WF" else FONT * 0.58 for char in text)
