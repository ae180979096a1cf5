"""What an expectation can check, and which values each check takes: the table that reader and schema share.

In lesson.yaml a check's values stand beside it:

    - id: e2
      check: ratio
      channel: light
      of: {segment: near}           # a part of the recording: {t: [0, 10]}, {segment: text of an event}, or
      to: {segment: far, t: [2, 8]} # both: seconds from that event on
      min: 3
      by: {microbit-v1: {min: 2}}   # where a target or a board differs
      say: ...

The judging itself is that of expectations/judge.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Form = Literal["number", "range", "channel", "where", "parts", "rising or falling", "measure"]
"""What a value looks like: a number, [low, high], a channel's id, a part of the recording, a list of such
parts, a direction, one of MEASURES."""

MEASURES = ("mean", "period", "spread")
"""What of two parts is compared: the mean of the values, how long a beat takes (seconds), or how far it is
from the lowest value to the highest."""

VALUE_FORMS: Mapping[str, Form] = {
    "min": "number",  # of the figure that the check works out
    "max": "number",
    "where": "where",  # look at this part only
    "of": "where",  # two parts to compare: `of` is measured against `to`
    "to": "where",
    "measure": "measure",  # what of each part, usually the mean
    "parts": "parts",  # compared one after the other, instead of the rows
    "direction": "rising or falling",
    "slack": "number",  # how much a value may go back, in the channel's unit
    "share": "number",  # how many of the values have to be so, 0 to 1; without it all
    "against": "channel",  # another channel instead of the time
    "r2_min": "number",  # how well a straight line has to fit, 0 to 1
    "height": "number",  # how far a peak stands above its surroundings, in the channel's unit
    "spacing": "range",  # seconds between two peaks
    "final": "range",  # the value in the end, in the channel's unit
    "by_s": "number",  # seconds until it is there
    "at_s": "range",  # when it happens, seconds from the start
    "threshold": "number",  # above is on, below is off
    "between": "range",  # seconds from the start
    "truth": "channel",  # what it really was
}
"""Every value by its name; a value has the same form and meaning in all checks."""


@dataclass(frozen=True)
class Check:
    """Values a check needs, and may have beside `where`. With `bounded`, at least one of min and max stands
    there too. `channel` False: it is about the rows, not about a quantity."""

    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    bounded: bool = True
    channel: bool = True


CHECKS: Mapping[str, Check] = {
    "count": Check(channel=False),  # rows
    "rate": Check(channel=False),  # rows a second
    "gap": Check(channel=False),  # longest time between two rows, seconds
    "range": Check(may=("share",)),  # every value
    "monotonic": Check(("direction",), ("slack", "share"), bounded=False),
    "trend": Check(may=("against", "parts", "measure")),  # Spearman's rho, -1 to 1
    "slope": Check(may=("against", "r2_min")),  # of a straight line, units a second (or a unit of `against`)
    "ratio": Check(("of", "to"), ("measure",)),  # mean of one part by the mean of the other
    "difference": Check(("of", "to"), ("measure",)),  # mean of one part less the mean of the other
    "peaks": Check(("height",), ("spacing",)),  # how many
    "period": Check(),  # seconds
    "settle": Check(("final", "by_s"), bounded=False),
    "step": Check((), ("at_s",)),  # the greatest jump, in the channel's unit
    "toggles": Check(("threshold",)),  # how often it goes from off to on or back
    "correlate": Check(("against",)),  # Pearson's r, -1 to 1
    "peak_time": Check(("between",), bounded=False),  # when the greatest value comes
    "classify": Check(("truth",)),  # share of the rows where it is the truth, 0 to 1
}
