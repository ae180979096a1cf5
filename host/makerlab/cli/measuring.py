"""A measurement as `maker run` shows it: figures and a view that take what comes, and Ctrl-C as a wish."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Sequence
from typing import Any

from makerlab.cli.figures import Figures
from makerlab.cli.situation import situation_of
from makerlab.cli.view import View
from makerlab.experiment.measuring import Consumer, Measuring
from makerlab.wire.events import Event

PATIENCE = 3
"""Times Ctrl-C is pressed before even stopping the board is given up."""


class CtrlC:
    """Ctrl-C as a wish: as an exception it could come in the middle of writing a line to the disk.

    Used as a context. Whoever presses it more than PATIENCE times gets the exception after all.
    """

    def __init__(self) -> None:
        self.times = 0
        self._before: Any = None

    def __enter__(self) -> CtrlC:
        with contextlib.suppress(ValueError):  # not in the main thread: then nobody can press it
            self._before = signal.signal(signal.SIGINT, self._pressed)
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _pressed(self, *_signal: object) -> None:
        self.times += 1
        if self.times > PATIENCE:
            raise KeyboardInterrupt


class Shown:
    """A consumer that shows what comes: first `figures` count it, then `view` draws them."""

    def __init__(self, figures: Figures, view: View) -> None:
        self.figures = figures
        self.view = view

    def take(self, events: list[Event], at: float) -> None:
        self.figures.take(events, at)
        self.view.take(events, at)
        self.view.update(at)

    def close(self) -> None:
        """The view ends with its context."""


def run_shown(
    measuring: Measuring,
    view: View,
    recorders: Sequence[Consumer],
    stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Measure inside `view`, for `recorders` too, until Ctrl-C at the latest."""
    view.figures.situation = lambda: situation_of(measuring)
    with view, CtrlC() as ctrl_c:
        measuring.run([Shown(view.figures, view), *recorders], lambda: ctrl_c.times > 0 or stopped())
