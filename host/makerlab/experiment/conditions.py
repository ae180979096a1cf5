"""Conditions on what is measured: when to begin recording (`--from`), when it is enough (`--until`). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from makerlab.recording.calculated.calibration import Calibration
from makerlab.recording.calculated.derive import Derived, Seconds, Transform, quantity
from makerlab.recording.calculated.evaluate import Evaluate, evaluator
from makerlab.recording.calculated.expression_tree import Expression
from makerlab.wire.events import Channel, Header, Restart, Row, Samples

TRUE = 1.0


class Condition:
    """Looks at every row, as it is shown: with calibrated and derived channels."""

    def __init__(
        self,
        expression: Expression,
        calibration: Mapping[str, Calibration],
        definitions: Sequence[Derived],
    ) -> None:
        self.expression = expression
        self._transform = Transform(calibration, definitions)
        self._channels: tuple[Channel, ...] = ()
        self._evaluate: Evaluate | None = None
        self._seconds = Seconds()
        self._last: Row | None = None

    @property
    def reading(self) -> str:
        """The channels it speaks of as they were in the last row: "light 35.0"; "" before the first."""
        if self._last is None:
            return ""
        return "  ".join(
            f"{channel.name} {channel.text(value) or '-'}"
            for channel, value in zip(self._channels, self._last[2:], strict=True)
            if channel.name in self.expression.names
        )

    def see(self, event: Header | Restart) -> None:
        """What the rows after it mean."""
        (shown,) = self._transform.take([event])
        if isinstance(shown, Restart):
            self._seconds.restart()
        elif isinstance(shown, Header):
            self._seconds.tick_s = shown.tick_s
            if shown.channels != self._channels:
                self._channels = shown.channels
                self._evaluate = evaluator(self.expression, [channel.name for channel in shown.channels])

    def first_true(self, rows: list[Row]) -> int | None:
        """Which of `rows` is the first of which it is true; None if it is of none. Those behind that one are
        not looked at."""
        for index, row in enumerate(rows):
            if self._is_true(row):
                return index
        return None

    def _is_true(self, row: Row) -> bool:
        assert self._evaluate is not None
        (shown,) = self._transform.take([Samples([row])])
        assert isinstance(shown, Samples)
        self._last = shown.rows[0]
        values = zip(self._channels, self._last[2:], strict=True)
        quantities = [quantity(channel, value) for channel, value in values]
        return self._evaluate(quantities, self._seconds.of(row[1])) == TRUE
