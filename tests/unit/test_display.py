"""The display of a micro:bit, drawn in a terminal."""

from __future__ import annotations

import io

from rich.console import Console, Group

from makerlab.cli.display import COLUMNS, SIDE, draw

PIXELS = "0909099999999990999001357"


def test_it_can_be_made_out_without_colours():
    text = "".join(f"{line.plain}\n" for line in draw(PIXELS))
    assert text == " .## .## .\n##########\n##########\n .###### .\n .--  --++##\n".replace("--  --", "----")


def test_every_console_shows_it_at_the_same_width():
    for line in draw(PIXELS):
        assert len(line.plain.encode("ascii")) == line.cell_len == COLUMNS
    assert len(draw(PIXELS)) == SIDE


def test_brighter_lamps_are_brighter_red():
    fields = io.StringIO()
    console = Console(file=fields, force_terminal=True, color_system="truecolor", width=COLUMNS)
    console.print(Group(*draw("0123456789" + "0" * 15)))
    reds = [int(part.split(";")[2]) for part in fields.getvalue().split("\x1b[") if part.startswith("38;2;")]
    assert len(reds) == 9
    assert reds == sorted(set(reds))
    assert reds[-1] == 255
