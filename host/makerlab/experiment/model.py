"""An experiment as data: what the host knows of it without running it.

`firmware/experiments/<name>/experiment.yaml` describes it (see description.py); beside it lies one program
for each kind of board. A learner's own .py file is an experiment without a description.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from makerlab.i18n import pick


@dataclass(frozen=True)
class ChannelInfo:
    """What a channel of the program is, by its name there. `unit` is "" for a plain number."""

    title: Mapping[str, str]
    unit: str = ""


@dataclass(frozen=True)
class Wire:
    """From `pin`, as it is printed on the board, to a part that is not on the board."""

    pin: str
    to: Mapping[str, str]

    @property
    def shown_to(self) -> str:
        return pick(dict(self.to))


@dataclass(frozen=True)
class Edition:
    """An experiment's program for one kind of board.

    `file` is what the program is called, `source` its text; `sensors` are the keys (sensors.yaml) of those
    that have to be connected; `units` are those of channels that it measures in another unit than the
    experiment's `channels` say; `without` are channels that this board cannot measure. `modules` are its own,
    by name, of a program that lies in no folder. `runtime` are the versions of MicroPython that it needs, as
    ">=1.24" (PEP 440), "" for any.
    """

    file: str
    source: str
    sensors: tuple[str, ...] = ()
    wiring: tuple[Wire, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    modules: Mapping[str, str] = field(default_factory=dict)
    runtime: str = ""


@dataclass(frozen=True)
class Experiment:
    """`editions` by the key or family of a board ("microbit-v1", "esp32"; "" for any board); `channels` by
    name, in the program's order; `rate_hz` is the rate the program starts with, None if unknown; `mind` is
    what to watch for; `scene` is what a virtual board should see, "" for its usual one."""

    name: str
    editions: Mapping[str, Edition]
    title: Mapping[str, str] = field(default_factory=dict)
    question: Mapping[str, str] = field(default_factory=dict)
    rate_hz: float | None = None
    channels: Mapping[str, ChannelInfo] = field(default_factory=dict)
    mind: tuple[Mapping[str, str], ...] = ()
    scene: str = ""

    def edition(self, board_key: str, family: str) -> Edition | None:
        """The one for a board: its own, its family's, or the one for any board."""
        return next((self.editions[key] for key in (board_key, family, "") if key in self.editions), None)

    def measured(self, edition: Edition) -> list[str]:
        """The names of the channels that `edition` measures."""
        return [name for name in self.channels if name not in edition.without]

    def unit(self, channel: str, edition: Edition) -> str:
        """What `edition` counts that channel in, "" for a plain number."""
        return edition.units.get(channel, self.channels[channel].unit)

    @property
    def shown_title(self) -> str:
        return pick(dict(self.title)) or self.name

    @property
    def shown_question(self) -> str:
        return pick(dict(self.question))

    @property
    def shown_mind(self) -> list[str]:
        return [pick(dict(text)) for text in self.mind]

    def shown_channel(self, name: str) -> str:
        """A channel's title in the user's language; its name if it has none."""
        return pick(dict(self.channels[name].title)) if name in self.channels else name
