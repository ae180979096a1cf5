"""A measurement as `maker run` shows it, with Ctrl-C as a wish and keys for marks."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable
from typing import Any

from makerlab.cli.keeping import Outputs
from makerlab.cli.keys import Keys
from makerlab.cli.mark_keys import hint, press
from makerlab.cli.situation import situation_of
from makerlab.experiment.measuring import Measuring

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


def run_shown(
    measuring: Measuring,
    outputs: Outputs,
    stopped: Callable[[], bool] = lambda: False,
    *,
    with_keys: bool = False,
) -> None:
    """Measure, until Ctrl-C at the latest. `with_keys`: single keys make marks meanwhile."""
    view = outputs.view
    view.figures.situation = lambda: situation_of(measuring)
    notes = [measuring.notes]
    keys = Keys(lambda key: press(key, notes)) if with_keys else None
    with view, CtrlC() as ctrl_c, keys or contextlib.nullcontext():
        if keys and keys.there_are:
            view.hint = lambda: hint(notes)
        measuring.run([outputs], lambda: ctrl_c.times > 0 or stopped())
