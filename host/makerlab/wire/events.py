"""What a decoder makes of a board's bytes. All of it is data; nothing here knows how it was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from typing_extensions import Unpack

Value: TypeAlias = "int | float | None"
"""One channel's value in a row, to be multiplied by its scale; None: it could not be read.

Rows of the wire hold integers only. Plain prints may hold floats (their scale is 1)."""

Row: TypeAlias = "tuple[int, int, Unpack[tuple[Value, ...]]]"
"""(sequence number, ticks, value of the first channel, of the second, ...).

Ticks are unwrapped, so they never go back; they count in `Header.tick_s` from the board's own zero."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One named quantity with a unit: its value times `scale` is the quantity in `unit`.

    `decimals` is how many digits after the point the scale gives; None: as many as the value has.
    """

    name: str
    unit: str = ""
    scale: float = 1.0
    decimals: int | None = 0

    def text(self, value: Value) -> str:
        """The quantity for a person or a table: no more digits than were measured, "" for a missing one."""
        if value is None:
            return ""
        if self.decimals is None:
            return repr(value)
        # A whole number of steps of 10**-decimals, so rounding to them undoes what the float adds.
        return f"{value * self.scale:.{self.decimals}f}"


@dataclass(frozen=True, slots=True)
class Header:
    """What the rows after it mean.

    `form` is "text" or "block" for rows of the wire, "plain" for plain prints: their time is the computer's,
    and nobody can tell whether some were lost. `rate_hz` is the rate asked for, None where unknown.
    """

    name: str
    channels: tuple[Channel, ...]
    rate_hz: float | None = None
    tick_s: float = 0.001
    board: str = ""
    version: int = 1
    form: str = "text"
    next_seq: int = 1
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Whether times are this computer's and losses unknown."""
        return self.form == "plain"

    @property
    def is_paced(self) -> bool:
        """Whether rows come at `rate_hz`, and not when something changes or happens, or in bursts."""
        return "w" not in self.fields

    @property
    def is_burst(self) -> bool:
        """Whether rows are sent long after they were taken: when they arrive says nothing of their time."""
        return self.fields.get("w") == "burst"


@dataclass(frozen=True, slots=True)
class Samples:
    """Rows that followed each other without anything in between."""

    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Gap:
    """`lost` rows are missing after row `after_seq` (0: before the first)."""

    after_seq: int
    lost: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Something happened at `ticks`, says the program."""

    ticks: int
    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The named channel could not be read at `ticks`; `text` is the board's reason."""

    ticks: int
    channel: str
    text: str


@dataclass(frozen=True, slots=True)
class Status:
    """How the board is doing, in its own words: late=0, free=4512."""

    fields: dict[str, str]

    @property
    def takes_notes(self) -> bool:
        """Whether the board knows the commands `m` and `t`."""
        return "free" in self.fields


@dataclass(frozen=True, slots=True)
class End:
    """The program ended after row `seq`."""

    seq: int


@dataclass(frozen=True, slots=True)
class Restart:
    """The board began anew: sequence numbers and ticks after this have nothing to do with those before.

    `unplugged`: it had been away, and came back.
    """

    unplugged: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A line of console text, without its end. It may hold any character: make it harmless to show it."""

    line: str


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A header that this decoder cannot serve: of a later version, or another form or check of rows."""

    version: int
    form: str
    check: str


Event: TypeAlias = "Header | Samples | Gap | Mark | Fault | Status | End | Restart | Text | Unsupported"
