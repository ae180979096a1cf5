"""The words of flashing: how far a board is, what will be done to it, what came of it.

Every kind of board (esp32.py, microbit.py) makes a `Job`; classroom.py carries many out side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Literal, NamedTuple, Protocol

from makerlab.i18n import N_, _


class Stage(Enum):
    """What is being done to a board now, in order. The value is its English text."""

    WAITING = N_("waiting")
    CONNECTING = N_("connecting")
    CHECKING = N_("looking what is on it")
    WRITING = N_("writing")
    VERIFYING = N_("comparing")
    STARTING = N_("starting")
    ASKING = N_("asking what it runs")

    @property
    def shown(self) -> str:
        """In the user's language."""
        return _(self.value)


CHANGING = frozenset({Stage.WRITING, Stage.VERIFYING})
"""Stages in which a board must not be left alone: until they are over it may have no whole firmware."""


class Progress(NamedTuple):
    """How far one board is: `done` of `size` bytes of this stage; a size of 0 where nothing is counted.
    `unique_id` once, when the board has said it: it is found again by that after a crash."""

    stage: Stage
    done: int = 0
    size: int = 0
    unique_id: str = ""


Say = Callable[[Progress], None]
"""Takes a board's progress. May raise KeyboardInterrupt outside the stages of CHANGING: then the board is
left as it is."""

Action = Literal["write", "unchanged", "keep", "lose", "check"]

_ACTIONS: dict[Action, str] = {
    "write": N_("write {what}"),
    "unchanged": N_("{what} is there already"),
    "keep": N_("leave {what} alone"),
    "lose": N_("{what} will be lost"),
    "check": N_("{what}"),
}


@dataclass(frozen=True)
class Step:
    """One line of a plan. `what` is already in the user's language; `size` in bytes, `offset` in the board's
    flash (None where places have no meaning to a person)."""

    action: Action
    what: str
    size: int = 0
    offset: int | None = None

    @property
    def shown(self) -> str:
        """As a person reads it."""
        text = _(_ACTIONS[self.action]).format(what=self.what)
        if self.offset is not None:
            text = f"0x{self.offset:06x}  {text}"
        return _("{text} ({size:,} bytes)").format(text=text, size=self.size) if self.size else text


@dataclass(frozen=True)
class Plan:
    """What flashing would do to the board at `port`.

    board   what it is, as far as it could be told ("ESP32-S3, 8 MB flash")
    image   the firmware's name
    unique_id   the chip's MAC or the micro:bit's Unique ID, "" where unknown
    """

    port: str
    board: str
    image: str
    steps: tuple[Step, ...]
    unique_id: str = ""

    @property
    def bytes_to_write(self) -> int:
        """All that this plan writes."""
        return sum(step.size for step in self.steps if step.action == "write")

    @property
    def shown(self) -> str:
        """As --dry-run prints it."""
        heading = _("{image} onto {board}").format(image=self.image, board=self.board)
        return "\n".join([heading, *("  " + step.shown for step in self.steps)])


@dataclass(frozen=True)
class Flashed:
    """A board that has its firmware and has said so itself at its prompt.

    runtime         what it answered ("MicroPython 1.27.0, Generic ESP32 module with ESP32")
    written_bytes   of the image; 0 when all of it was there already
    unchanged       the parts that were there already
    port            where the board is now: one with its own USB may come back under another name
    """

    port: str
    board: str
    image: str
    runtime: str
    unique_id: str
    written_bytes: int
    unchanged: tuple[str, ...] = ()
    note: str = ""
    """What else there is to know about it, in the user's language."""


class Job(Protocol):
    """One board's flashing, ready to begin. Its methods block, and are called in a thread of their own."""

    port: str
    location: str
    """Where its USB device is plugged in ("1-2.3"), "" where the system does not say: boards of one hub share
    its bandwidth."""

    def plan(self, say: Say) -> Plan:
        """Look at the board and change nothing. Raises MakerError, as `flash` does."""
        ...

    def flash(self, say: Say) -> Flashed:
        """Flash and prove it. Raises MakerError when the board does not prove that it works."""
        ...

    def apart(self) -> Job | None:
        """The same job to be done once more, in another process (so pickle must take it), as carefully as can
        be, after a driver hung; None where that leads nowhere."""
        ...
