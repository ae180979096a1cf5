"""The middle of `maker run`: data from the board to the view and the file, whatever happens on the way."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from makerlab.cli.figures import Figures
from makerlab.cli.view import View
from makerlab.connect import Connection
from makerlab.errors import BoardRestarted, FileProblem, LinkError, MakerError, ProgramWontStop
from makerlab.experiment.model import Experiment
from makerlab.experiment.run import (
    Batch,
    Prepared,
    Stalled,
    finish,
    measure,
    prepare,
    start,
    with_compiled_modules,
)
from makerlab.experiment.until import Until
from makerlab.files.transfer import Progress
from makerlab.i18n import N_
from makerlab.recording.csv_file import CsvRecorder
from makerlab.repl.session import Run
from makerlab.wire.events import Status, Text, Unsupported
from makerlab.wire.stream import StreamDecoder

PATIENCE = 3
"""Times Ctrl-C is pressed before even stopping the board is given up."""


class NoData(MakerError):
    what = N_("{name} ran, but sent no data.")
    todo = N_("Print numbers with print(), or use channel() and run() of the module lab (see the README).")


class NewerWire(MakerError):
    what = N_("The board sends data in a form that this maker does not know.")
    todo = N_("Install the newest makerlab, or put its own lab.py on the board again.")


MISHAPS = (LinkError, BoardRestarted, ProgramWontStop, Stalled, FileProblem, NewerWire)
"""What may end a measurement; what was recorded stays."""


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


@dataclass(frozen=True)
class Wish:
    """What somebody wants measured. `wants_data`: a program that sends none has failed, whatever else it
    did. `mpy`: its modules are compiled on this computer."""

    experiment: Experiment
    folder: Path
    until: Until
    rate_hz: float | None
    wants_data: bool
    mpy: bool = False


class Measuring:
    """One experiment while it is measured. `program` runs already; `figures`, `view` and `recorder` take
    what it sends.

    What goes wrong is kept in `problem`: first the data is made safe, then there are complaints.
    """

    def __init__(
        self,
        wish: Wish,
        program: Run,
        prepared: Prepared,
        figures: Figures,
        view: View,
        recorder: CsvRecorder,
    ) -> None:
        self.wish = wish
        self.program = program
        self.prepared = prepared
        self.figures = figures
        self.view = view
        self.recorder = recorder
        self.problem: MakerError | None = None
        self.ended_itself = False
        """Whether the program ended before anybody asked it to."""

    def run(self, stopped: Callable[[], bool]) -> None:
        """Measure until it is enough, Ctrl-C, `stopped`, the program's end or a mishap; the board is left
        stopped, the file closed."""
        decoder = StreamDecoder()
        with self.view, CtrlC() as ctrl_c, self._keeping_problems(*MISHAPS):
            with self._keeping_problems(Stalled, FileProblem, NewerWire):
                for batch in measure(self.program, decoder, self.wish.until, self.wish.rate_hz):
                    self._take(batch)
                    if ctrl_c.times or stopped():
                        break
            self.ended_itself = self.program.ended
            # After "enough" more rows are on their way; they belong to nobody, and are no losses either.
            enough = not (ctrl_c.times or stopped() or self.ended_itself)
            for events, at in finish(self.program, decoder):
                self._take(Batch([one for one in events if not enough or isinstance(one, Text | Status)], at))
        with self._keeping_problems(*MISHAPS):
            self.recorder.close()

    def error(self) -> MakerError | None:
        """What is to be complained about, now that everything is safe."""
        if self.problem is not None:
            return self.problem
        if (error := self.program.error(self.prepared.name, self.prepared.shown)) is not None:
            return error
        if self.figures.rows or (self.ended_itself and self.figures.printed and not self.wish.wants_data):
            return None
        return NoData(name=self.prepared.name)

    @contextlib.contextmanager
    def _keeping_problems(self, *kinds: type[MakerError]) -> Iterator[None]:
        try:
            yield
        except kinds as error:
            self.problem = self.problem or error

    def _take(self, batch: Batch) -> None:
        events, at = batch
        if any(isinstance(event, Unsupported) for event in events):
            raise NewerWire()
        self.figures.take(events, at)
        self.view.take(events, at)
        self.recorder.take(events, at)
        self.view.update(at)


def measure_on(
    connection: Connection,
    wish: Wish,
    recorder: CsvRecorder,
    view_of: Callable[[Figures], View],
    progress: Progress,
    stopped: Callable[[], bool] = lambda: False,
) -> Measuring:
    """Put the experiment on the board, start it and measure. Mishaps on the way are kept in what is returned;
    those before it are raised."""
    prepared = prepare(wish.experiment, wish.folder, connection.board)
    if wish.mpy:
        prepared = with_compiled_modules(prepared, connection.session, connection.board.limits)
    program = start(connection.session, prepared, connection.board.limits, progress)
    figures = Figures(wish.experiment, wish.rate_hz)
    measuring = Measuring(wish, program, prepared, figures, view_of(figures), recorder)
    measuring.run(stopped)
    return measuring
