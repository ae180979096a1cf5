"""A small chart of what a lesson measures: one channel over time, with the marks of its parts.

Read in colour or printed in black and white. Pure: values in, SVG text out; the same values give
the same text.
"""

from __future__ import annotations

from collections.abc import Iterator

from makerlab.lessons.expectations.columns import Columns
from makerlab.lessons.export.wiring_svg import FAMILY
from makerlab.lessons.export.xhtml import xml_text

WIDTH, HEIGHT = 640, 230
LEFT, RIGHT, TOP, BOTTOM = 66, 16, 30, 32
"""Room for the numbers and the marks."""
MOST_POINTS = 400
"""More cannot be told apart at this width: of more, the lowest and the highest of each stretch are drawn."""
MOST_MARKS = 8
"""Texts of more would lie on each other."""


def draw(columns: Columns, channel: str, title: str) -> str:
    """The chart of one channel as SVG, "" when nothing of it was measured."""
    points = list(_points(columns, channel))
    if len(points) < 2 or points[-1][0] <= points[0][0]:
        return ""
    start, end = points[0][0], points[-1][0]
    low, high = min(value for _at, value in points), max(value for _at, value in points)
    span = (high - low) or 1.0

    def x(at: float) -> float:
        return LEFT + (at - start) / (end - start) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (value - low) / span * (HEIGHT - TOP - BOTTOM)

    right, floor = WIDTH - RIGHT, HEIGHT - BOTTOM
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" role="img" font-family="{FAMILY}" font-size="13">',
        f"<title>{xml_text(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<path d="M{LEFT} {TOP}V{floor}H{right}" fill="none" stroke="#44525a" stroke-width="1.5"/>',
    ]
    unit = columns.units.get(channel, "")
    for value in dict.fromkeys((low, high)):
        drawn.append(_text(LEFT - 8, y(value) + 4, f"{value:.4g}", "end"))
    drawn.append(_text(LEFT, TOP - 12, unit, "start"))
    for at in (start, end):
        drawn.append(_text(x(at), HEIGHT - 12, f"{at:.0f} s", "start" if at == start else "end"))
    marks = [one for one in columns.events if start <= one.time_s <= end]
    for mark in marks if len(marks) <= MOST_MARKS else []:
        at = x(mark.time_s)
        drawn.append(
            f'<path d="M{at:.1f} {TOP}V{floor}" fill="none" stroke="#5f6b73" stroke-dasharray="4 4"/>'
        )
        drawn.append(_text(at + 4, TOP + 2, mark.text, "start"))
    line = "L".join(f"{x(at):.1f} {y(value):.1f}" for at, value in points)
    drawn.append(f'<path d="M{line}" fill="none" stroke="#1565c0" stroke-width="2" stroke-linejoin="round"/>')
    return "\n".join([*drawn, "</svg>"]) + "\n"


def _points(columns: Columns, channel: str) -> Iterator[tuple[float, float]]:
    """What was measured, thinned out so that every peak stays."""
    values = columns.values.get(channel, ())
    there = [(at, value) for at, value in zip(columns.time_s, values, strict=False) if value is not None]
    stretch = max(1, -(-2 * len(there) // MOST_POINTS))
    for begin in range(0, len(there), stretch):
        piece = there[begin : begin + stretch]
        ends = {min(piece, key=lambda point: point[1]), max(piece, key=lambda point: point[1])}
        yield from sorted(ends)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#111">{xml_text(text)}</text>'
