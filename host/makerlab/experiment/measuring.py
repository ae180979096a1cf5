"""The middle of every measurement: data from the board to whoever wants it, whatever happens on the way.

Who wants it is a `Consumer`: the figures and the view of a terminal, a file, the notebook, a page.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

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
from makerlab.files.transfer import Progress, no_progress
from makerlab.i18n import N_
from makerlab.repl.session import Run
from makerlab.wire.events import Event, Header, Samples, Status, Text, Unsupported
from makerlab.wire.stream import StreamDecoder


class Consumer(Protocol):
    """Takes what a board sends, in order."""

    def take(self, events: list[Event], at: float) -> None:
        """`events` came `at` (time.monotonic, seconds). Called without events, too, several times a second:
        so a view can show that nothing comes, and a file can be brought to the disk."""

    def close(self) -> None:
        """Nothing more comes. May raise FileProblem when what was taken cannot be kept."""


class NoData(MakerError):
    what = N_("{name} ran, but sent no data.")
    todo = N_("Print numbers with print(), or use channel() and run() of the module lab (see the README).")


class NewerWire(MakerError):
    what = N_("The board sends data in a form that this maker does not know.")
    todo = N_("Install the newest makerlab, or put its own lab.py on the board again.")


MISHAPS = (LinkError, BoardRestarted, ProgramWontStop, Stalled, FileProblem, NewerWire)
"""What may end a measurement; what was recorded stays."""


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
    """One experiment while it is measured. `program` runs already.

    What goes wrong is kept in `problem`: first the data is made safe, then there are complaints.
    """

    def __init__(self, wish: Wish, program: Run, prepared: Prepared) -> None:
        self.wish = wish
        self.program = program
        self.prepared = prepared
        self.problem: MakerError | None = None
        self.ended_itself = False
        """Whether the program ended before anybody asked it to."""
        self.rows = 0
        self.is_plain = False
        """Whether the program only prints: time from this computer, losses unknown."""
        self._printed = 0
        self._consumers: Sequence[Consumer] = ()

    def run(self, consumers: Sequence[Consumer], stopped: Callable[[], bool] = lambda: False) -> None:
        """Give `consumers` what comes until it is enough, `stopped`, the program's end or a mishap; the board
        is left stopped, the consumers closed."""
        self._consumers = consumers
        decoder = StreamDecoder()
        with self._keeping_problems(*MISHAPS):
            with self._keeping_problems(Stalled, FileProblem, NewerWire):
                for batch in measure(self.program, decoder, self.wish.until, self.wish.rate_hz):
                    self._take(batch)
                    if stopped():
                        break
            self.ended_itself = self.program.ended
            # After "enough" more rows are on their way; they belong to nobody, and are no losses either.
            enough = not (stopped() or self.ended_itself)
            for events, at in finish(self.program, decoder):
                self._take(Batch([one for one in events if not enough or isinstance(one, Text | Status)], at))
        for consumer in self._consumers:
            with self._keeping_problems(*MISHAPS):
                consumer.close()

    def error(self) -> MakerError | None:
        """What is to be complained about, now that everything is safe."""
        if self.problem is not None:
            return self.problem
        if (error := self.program.error(self.prepared.name, self.prepared.shown)) is not None:
            return error
        if self.rows or (self.ended_itself and self._printed and not self.wish.wants_data):
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
        for event in events:
            self._count(event)
        for consumer in self._consumers:
            consumer.take(events, at)

    def _count(self, event: Event) -> None:
        if isinstance(event, Unsupported):
            raise NewerWire()
        if isinstance(event, Samples):
            self.rows += len(event.rows)
        elif isinstance(event, Text):
            self._printed += bool(event.line.strip())
        elif isinstance(event, Header):
            self.is_plain = event.is_plain
            if event.is_plain:
                self._printed = 0  # the first lines, which turned out to be the data


def measure_on(
    connection: Connection,
    wish: Wish,
    consumers: Sequence[Consumer],
    progress: Progress = no_progress,
    stopped: Callable[[], bool] = lambda: False,
) -> Measuring:
    """Put the experiment on the board, start it and measure (see `Measuring.run`). Mishaps on the way are
    kept in what is returned; those before it are raised."""
    measuring = begin_on(connection, wish, progress)
    measuring.run(consumers, stopped)
    return measuring


def begin_on(connection: Connection, wish: Wish, progress: Progress = no_progress) -> Measuring:
    """Put the experiment on the board and start it; `Measuring.run` then measures."""
    prepared = prepare(wish.experiment, wish.folder, connection.board)
    if wish.mpy:
        prepared = with_compiled_modules(prepared, connection.session, connection.board.limits)
    program = start(connection.session, prepared, connection.board.limits, progress)
    return Measuring(wish, program, prepared)
