"""What happened since a program looked last: a scene can be asked about the past, so nobody has to watch."""

from __future__ import annotations

from collections.abc import Iterator


class CatchUp:
    """The moments, `step_s` apart, that have not been looked at yet; those longer ago than `at_most_s` are
    left out, so that looking never takes long."""

    def __init__(self, step_s: float, at_most_s: float) -> None:
        self._step_s = step_s
        self._at_most_s = at_most_s
        self._next = 0.0

    def begin(self, now: float) -> None:
        """Whatever was before `now` (seconds of the board's time) does not count."""
        self._next = now

    @property
    def next_s(self) -> float:
        """The first moment that has not been looked at."""
        return self._next

    def moments(self, now: float) -> Iterator[float]:
        """Each moment up to `now`, once."""
        self._next = max(self._next, now - self._at_most_s)
        while self._next <= now:
            yield self._next
            self._next += self._step_s
