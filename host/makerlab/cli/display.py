"""The 5 by 5 lamps of a micro:bit, drawn in a terminal.

Each lamp is two columns wide, so that the picture is square. It is a letter as well as a colour, the same for
ink and paper: a solid red field where there are colours, and still to be made out where there are none. It is
all plain ASCII, which every console shows at the same width (a Chinese one makes block characters wide).
"""

from __future__ import annotations

from rich.text import Text

SIDE = 5
COLUMNS = 2 * SIDE
"""Width of the picture."""

_DIMMEST, _BRIGHTEST = 70, 255
"""Of a lamp that is on; a real one's brightness doubles from step to step, which a screen cannot show."""
_LETTERS = (" .", "--", "--", "--", "++", "++", "++", "##", "##", "##")
"""By brightness."""


def draw(pixels: str) -> list[Text]:
    """The lines of the picture; `pixels` are 25 brightnesses from "0" (dark) to "9", row by row."""
    lines = []
    for row in range(SIDE):
        line = Text(no_wrap=True)
        for digit in pixels[SIDE * row : SIDE * row + SIDE]:
            line.append(_LETTERS[int(digit)], _style(int(digit)))
        lines.append(line)
    return lines


def _style(brightness: int) -> str:
    if not brightness:
        return "dim"
    red = _DIMMEST + (_BRIGHTEST - _DIMMEST) * brightness // 9
    return f"rgb({red},0,0) on rgb({red},0,0)"
