"""A recording once more, as live, to everybody who takes what a board sends. Pure: the caller has the clock.

Consumers are told the times at which things came then, not those of now: their clock fit finds what it found
then, at every speed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf
from typing import Protocol

from makerlab.wire.events import Event

AT_ONCE_S = 1e-6
"""Nobody waits for less; and a clock's own rounding must not keep us waiting for ever."""
LOOK_S = 0.05
"""From one look to the next: as often as a board is looked at."""


class Taker(Protocol):
    """`experiment.measuring.Consumer`, as far as it is needed."""

    def take(self, events: list[Event], at: float) -> None: ...


def replay(
    batches: Iterable[tuple[list[Event], float]],
    consumer: Taker,
    speed: float,
    now: Callable[[], float],
    wait: Callable[[float], None],
    stopped: Callable[[], bool] = lambda: False,
) -> bool:
    """Give `consumer` the batches (`Notebook.batches`), each when it came, at `speed` times the pace; inf: as
    fast as it takes them. Whether it came to the end: `stopped` is asked again and again.

    `now` is a steady clock in seconds; `wait` waits so many of its seconds.
    """
    began = now()
    for events, came_s in batches:
        if speed < inf:
            while (left_s := came_s / speed - (now() - began)) > AT_ONCE_S:
                if stopped():
                    return False
                consumer.take([], began + (now() - began) * speed)
                wait(min(left_s, LOOK_S))
        if stopped():
            return False
        consumer.take(events, began + came_s)
    return True
