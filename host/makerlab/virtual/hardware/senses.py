"""What the board's surroundings are like now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from makerlab.virtual.devices.device import PRESENT
from makerlab.virtual.hardware.part import ETIMEDOUT, Machine, Part, no_answer
from makerlab.virtual.scene import QUANTITIES, Scene


class Senses(Part):
    """The scene at the board's own time."""

    def __init__(self, board: Machine, scene: Scene) -> None:
        self._board = board
        self.scene = scene
        self._moment_s: float | None = None
        self._seen: dict[str, float | None] = {}
        self.commands = {"get": self._get, "soldered": self._soldered}

    def value(self, quantity: str) -> float | None:
        """`quantity` (a key of scene.QUANTITIES) now; None when its sensor does not answer."""
        if self._moment_s is None:
            return self.scene.value(quantity, self._board.uptime_s())
        if quantity not in self._seen:
            self._seen[quantity] = self.scene.value(quantity, self._moment_s)
        return self._seen[quantity]

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """All that is asked inside belongs to the moment at which it begins, and is looked up once."""
        self._moment_s = self._board.uptime_s()
        self._seen.clear()
        try:
            yield
        finally:
            self._moment_s = None

    def soldered(self, quantity: str, t: float) -> float:
        """`quantity` at `t` (uptime, seconds) for a sensor on the board itself: no wire of it is loose."""
        return self.scene.flawless(quantity, t)

    def there(self, part: str) -> bool:
        """Whether `part` (of scene.PARTS) is plugged in."""
        return part not in self.scene.unplugged

    def state(self, chip: str) -> str:
        """What `chip` is like (one of device.STATES)."""
        return self.scene.chips.get(chip, PRESENT)

    def _get(self, quantity: str) -> str:
        value = self.value(quantity) if quantity in QUANTITIES else None
        if value is None:
            raise no_answer(ETIMEDOUT)
        return f"{value:.4f}"

    def _soldered(self, quantity: str) -> str:
        if quantity not in QUANTITIES:
            raise no_answer(ETIMEDOUT)
        return f"{self.soldered(quantity, self._board.uptime_s()):.4f}"
