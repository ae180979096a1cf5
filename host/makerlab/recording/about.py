"""What a notebook knows of a recording: what it is about, what was measured, how sure its clock is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from makerlab.wire.events import Channel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from makerlab.recording.calculated.calibration import Calibration
    from makerlab.recording.calculated.derive import Derived

    Floats: TypeAlias = "NDArray[np.float64]"
    Integers: TypeAlias = "NDArray[np.int64]"

Ended: TypeAlias = Literal["complete", "cut", "running"]
"""complete: whoever measured said so; cut: it was killed or lost power; running: measured just now."""

EventKind: TypeAlias = Literal["mark", "fault", "restart", "away", "clock", "end"]
"""mark: the program or a person says something happened; fault: a channel could not be read; restart: the
board began anew; away: it was unplugged and came back; clock: the board's clock jumped; end: the program
ended by itself."""


@dataclass(frozen=True)
class About:
    """What is known when a recording begins. Names of pupils are never asked for: `label` is a board's."""

    title: str
    experiment: str = ""
    """Its name, "" for a program of one's own."""
    lesson: str = ""
    """The pack's id and digest, "" outside lessons."""
    label: str = ""
    board: str = ""
    """Its key in boards.yaml."""
    board_id: str = ""
    """What tells it from all others of its kind (MAC address, unique id); "" where unknown."""
    runtime: str = ""
    """MicroPython's own words: "MicroPython v1.27.0 on 2025-12-09"."""
    port: str = ""
    program: str = ""
    """The text of the program that measured."""
    rate_hz: float | None = None
    """The rate asked for; None: the program's own."""
    session: str = ""
    """Recordings made together have the same; "" is given one of its own."""
    started_at: datetime = field(default_factory=lambda: datetime.now().astimezone())
    """With zone. In a Summary or Recording: when the first row was measured."""
    calibration: Mapping[str, Calibration] = field(default_factory=dict)
    """By channel: applied when the recording is read, what is stored is what was measured."""
    derived: tuple[Derived, ...] = ()
    channel_titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By channel, then language: {"light": {"zh": "光照", "en": "light"}}."""
    imported_from: str = ""
    """Name of the file it was taken from; "": it was measured here."""
    note: str = ""


class Lost(NamedTuple):
    """A gap: `lost` rows are missing between the row at `start_s` and the one at `end_s` (seconds from the
    recording's start). None: a board went away, and how many rows it would have sent nobody knows."""

    start_s: float
    end_s: float
    lost: int | None


class Happened(NamedTuple):
    """Something at `time_s` (seconds from the recording's start). `channel` is a fault's, else ""."""

    time_s: float
    kind: EventKind
    text: str
    channel: str = ""


class LogLine(NamedTuple):
    """A line of console text; `number` counts all lines from 0, also those that were left out."""

    time_s: float
    line: str
    number: int


@dataclass(frozen=True, slots=True)
class Clock:
    """How a recording's time lies on its session's axis, where those made together can be compared."""

    offset_s: float
    """Where time 0 of this recording is, in seconds from the session's start."""
    rate: float
    """Real seconds in one second of the board's clock."""
    uncertainty: float
    """`rate` is right within this; inf: arrivals said nothing."""
    alignment_error_s: float
    """A time on the session's axis is right within this; inf: arrivals said nothing."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows with the same channels, on a clock that ran through. Another begins where the program changes its
    channels, the board restarts, or it comes back after it was unplugged."""

    channels: tuple[Channel, ...]
    rate_hz: float | None
    tick_s: float
    form: str
    start_s: float
    """Its first row's time."""
    end_s: float
    """Its last row's."""
    rows: int
    clock: Clock
    status: Mapping[str, str]
    """The last the board said of itself: {"late": "0", "free": "4512"}."""


class Summary(NamedTuple):
    """A line of the list of recordings. (A tuple: 10,000 are made in no time.)"""

    id: int
    title: str
    experiment: str
    label: str
    board: str
    note: str
    session: str
    started_at: datetime
    seconds: float
    rows: int
    lost: int
    """As far as known."""
    channels: tuple[str, ...]
    """Their names."""
    channel_titles: Mapping[str, Mapping[str, str]]
    """By name and language, where they have titles."""
    ended: Ended


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything about a recording but its rows. Times are seconds from its first row."""

    id: int
    about: About
    channels: tuple[Channel, ...]
    """Of all parts. Two of the same name and another unit are told apart by it: "x", "x (lx)"."""
    rows: int
    seconds: float
    lost: int
    """Rows known to be lost; gaps in which nobody knows count nothing."""
    gaps: tuple[Lost, ...]
    events: tuple[Happened, ...]
    log: tuple[LogLine, ...]
    """The console text, its beginning and its end: what was too much in between is left out."""
    clock: Clock
    parts: tuple[Part, ...]
    ended: Ended


@dataclass(frozen=True)
class Columns:
    """Rows as arrays of the same length."""

    time_s: Floats
    """Seconds from the recording's start, by the clock fit; never goes back."""
    values: Mapping[str, Floats]
    """By channel, in its unit; NaN: could not be read, or the channel was not there yet."""
    seq: Integers
    """Sequence numbers; they begin anew with each part."""

    def envelope(self) -> Envelope:
        """Every row a stretch of its own."""
        return Envelope(self.time_s, self.values, self.values, self.seq * 0 + 1)


@dataclass(frozen=True)
class Envelope:
    """The lowest and highest value in each of many equal stretches of time, where there are rows; if there
    are few, every row is one. NaN: none could be read. Where the curve is interrupted, `Recording.gaps`
    says."""

    time_s: Floats
    """The middle of each."""
    low: Mapping[str, Floats]
    high: Mapping[str, Floats]
    rows: Integers
    """How many rows are in each."""
