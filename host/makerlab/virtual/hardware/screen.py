"""A display of 5 by 5 lamps: what a program shows on it, for whoever looks at the board."""

from __future__ import annotations

import re
from collections.abc import Callable

from makerlab.virtual.hardware.part import EINVAL, Part, no_answer

SIDE = 5
DARK = "0" * SIDE * SIDE

_PIXELS = re.compile(r"[0-9]{25}")


class Screen(Part):
    """The lamps, row by row from the top left, each a brightness from "0" (dark) to "9"."""

    def __init__(self) -> None:
        self.pixels = DARK
        self.on_change: Callable[[], None] = lambda: None
        """Called, from the board's thread, when something else is shown."""
        self.commands = {"show": self._show}

    def reset(self) -> None:
        self._show(DARK)

    def _show(self, pixels: str) -> str:
        if not _PIXELS.fullmatch(pixels):
            raise no_answer(EINVAL)
        if pixels != self.pixels:
            self.pixels = pixels
            self.on_change()
        return ""
