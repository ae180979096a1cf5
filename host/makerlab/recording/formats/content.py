"""A recording as it goes into a file, or comes out of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from makerlab.i18n import pick
from makerlab.recording.about import About, Happened, LogLine, Lost
from makerlab.recording.units import heading
from makerlab.wire.events import Channel

if TYPE_CHECKING:
    from makerlab.recording.about import Floats, Integers

USUAL_TICK_S = 0.001
"""Boards count milliseconds; more digits of a time would be made up."""


@dataclass(frozen=True)
class Content:
    """What can be kept of a recording outside the notebook: what it is about, its rows as columns (`values`
    by channel, NaN: could not be read), gaps, events and console text.

    `number` is what it is called in the file it goes to: its number in the notebook. `tick_s` is the step in
    which its board counts time. A value is in the channel's unit, with its `decimals`; scales are applied.
    """

    number: int
    about: About
    channels: tuple[Channel, ...]
    time_s: Floats
    values: Mapping[str, Floats]
    seq: Integers
    gaps: tuple[Lost, ...] = ()
    events: tuple[Happened, ...] = ()
    log: tuple[LogLine, ...] = ()
    tick_s: float = USUAL_TICK_S
    remarks: tuple[str, ...] = field(default=())
    """What an importer had to make up or leave out, for the person who imports."""

    @property
    def rows(self) -> int:
        return len(self.time_s)

    @cached_property
    def time_decimals(self) -> int:
        """Digits of a time that count."""
        if self.tick_s >= USUAL_TICK_S:
            return 3
        milliseconds = self.time_s * 1e3
        return 3 if (np.abs(milliseconds - np.rint(milliseconds)) < 1e-5).all() else 6

    def title_of(self, channel: Channel) -> str:
        """A channel's title in the language in use."""
        return pick(dict(self.about.channel_titles.get(channel.name, {}))) or channel.name

    def heading_of(self, channel: Channel) -> str:
        """Its title with its unit, as over a column."""
        return heading(self.title_of(channel), channel.unit)

    def moment(self, time_s: float) -> datetime:
        """When that was, in the zone where it was recorded."""
        return self.about.started_at + timedelta(seconds=time_s)


def decimals_of(values: Floats, most: int = 9) -> int | None:
    """The digits after the point that `values` need; None if more than `most` (they are no round numbers)."""
    known = values[np.isfinite(values)]
    for decimals in range(most + 1):
        scaled = known * 10.0**decimals
        # As near to a whole number as a float of that size can be.
        if (np.abs(scaled - np.rint(scaled)) <= np.maximum(np.abs(scaled), 1.0) * 1e-12).all():
            return decimals
    return None
