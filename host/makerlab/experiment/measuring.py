"""The middle of every measurement: data from the board to whoever wants it, whatever happens on the way.

Who wants it is a `Consumer`: the figures and the view of a terminal, a file, the notebook, a page.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from makerlab.connect import Connection
from makerlab.errors import BoardRestarted, FileProblem, LinkError, MakerError, ProgramWontStop
from makerlab.experiment.comeback import Place
from makerlab.experiment.model import Experiment
from makerlab.experiment.notes import Notes
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
from makerlab.experiment.until import Until, Watch
from makerlab.files.transfer import Progress, no_progress
from makerlab.i18n import N_, _
from makerlab.recording.about import About
from makerlab.recording.calculated import calibration_file
from makerlab.recording.calculated.calibration import Calibration
from makerlab.recording.calculated.derive import BadDerived, Derived, Transform, unknown_names
from makerlab.recording.calculated.expression_tree import BadExpression, Expression
from makerlab.repl.session import Run
from makerlab.wire.events import Event, Header, Restart, Samples, Status, Text, Unsupported
from makerlab.wire.stream import StreamDecoder


class Consumer(Protocol):
    """Takes what a board sends, in order."""

    def take(self, events: list[Event], at: float) -> None:
        """`events` came `at` (time.monotonic, seconds). Called without events, too, several times a second:
        so a view can show that nothing comes, and a file can be brought to the disk."""

    def close(self) -> None:
        """Nothing more comes. May raise FileProblem when what was taken cannot be kept."""


class AsShown:
    """A consumer that gives another what comes as it is shown: with calibrated and derived channels."""

    def __init__(self, transform: Transform, consumer: Consumer) -> None:
        self._transform = transform
        self._consumer = consumer

    def take(self, events: list[Event], at: float) -> None:
        self._consumer.take(self._transform.take(events), at)

    def close(self) -> None:
        self._consumer.close()


class NoData(MakerError):
    what = N_("{name} ran, but sent no data.")
    todo = N_("Print numbers with print(), or use channel() and run() of the module lab (see the README).")


class StoppedTooEarly(NoData):
    what = N_("Stopped before {name} sent any data.")
    todo = N_(
        "Wait for the first figures. If none come: print numbers with print(), or use channel() and run() of "
        "the module lab."
    )


class NeverBegan(MakerError):
    """facts: `condition`, and `values` that it saw last ("" for none)."""

    what = N_("Nothing was recorded: “{condition}” never became true{values}.")
    todo = N_(
        "Write the condition for values that come. With --for it is waited as long for them, a minute at "
        "least; otherwise until Ctrl-C."
    )


class Unplugged(LinkError):
    """It was waited for."""

    what = N_("The connection to {port} broke off, and the board did not come back.")
    todo = N_("What was measured is kept. Check the plug and the cable, then run the command again.")


class NewerWire(MakerError):
    what = N_("The board sends data in a form that this maker does not know.")
    todo = N_("Install the newest makerlab, or put its own lab.py on the board again.")


MISHAPS = (
    LinkError, BoardRestarted, ProgramWontStop, Stalled, FileProblem, NewerWire, BadExpression, BadDerived,
)  # fmt: skip
"""What may end a measurement; what was recorded stays."""

WAIT_S = 60.0
"""For a board that was unplugged to come back: somebody trips over a cable, and sees it."""
LOOK_S = 0.25
"""Between two looks whether it is back. An ESP32 takes 0.5 s to start, so it is not noticed."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants measured. `wants_data`: a program that sends none has failed, whatever else it
    did. `mpy`: its modules are compiled on this computer. `derived`: channels that conditions may use.
    `wait_s`: how long to wait for a board that is unplugged meanwhile."""

    experiment: Experiment
    folder: Path | None
    until: Until
    rate_hz: float | None
    wants_data: bool
    mpy: bool = False
    derived: tuple[Derived, ...] = ()
    wait_s: float = WAIT_S
    lesson: str = ""
    """The lesson whose program it is: its id, version and digest."""


class Measuring:
    """One experiment while it is measured. `program` runs already, on the board at `place`.

    What goes wrong is kept in `problem`: first the data is made safe, then there are complaints. A board that
    is unplugged and comes back goes on in the same measurement.
    """

    def __init__(
        self,
        wish: Wish,
        place: Place,
        program: Run,
        prepared: Prepared,
        calibration: Mapping[str, Calibration],
    ) -> None:
        self.wish = wish
        self.place = place
        self.program = program
        self.prepared = prepared
        self.calibration = calibration
        """Of the board, by channel."""
        self.notes = Notes()
        """Marks, and asking for zero: for whoever looks on, from any thread."""
        self.problem: MakerError | None = None
        self.ended_itself = False
        """Whether the program ended before anybody asked it to."""
        self.away = False
        """Whether the board is unplugged, and waited for."""
        self.rows = 0
        self.is_plain = False
        """Whether the program only prints: time from this computer, losses unknown."""
        self._printed = 0
        self._header_seen = False
        self._watch = Watch(wish.until, time.monotonic(), calibration, wish.derived)
        self._decoder = StreamDecoder()
        self._consumers: Sequence[Consumer] = ()
        self._stopped: Callable[[], bool] = lambda: False
        self._own = contextlib.ExitStack()
        """Of connections made here, after the board came back."""

    @property
    def waiting_for(self) -> Expression | None:
        """The condition with which recording will begin; None: it has begun."""
        return self._watch.waiting_for

    @property
    def reading(self) -> str:
        """The values that `waiting_for` speaks of: "light 35.0"."""
        return self._watch.reading

    @property
    def transform(self) -> Transform:
        """From what is measured to what is shown; a new one each time, because it remembers."""
        return Transform(self.calibration, self.wish.derived)

    def about(self, *, label: str = "", session: str = "", title: str = "", note: str = "") -> About:
        """What a notebook should know of this recording. `title`: "" for the experiment's own."""
        experiment = self.wish.experiment
        return About(
            title=title or experiment.shown_title,
            experiment=experiment.name if experiment.title and not self.wish.lesson else "",
            lesson=self.wish.lesson,
            label=label,
            board=self.place.board,
            board_id=self.place.board_id,
            runtime=self.place.runtime,
            port=self.place.port,
            program=self.prepared.shown,
            rate_hz=self.wish.rate_hz,
            session=session,
            calibration=self.calibration,
            derived=self.wish.derived,
            channel_titles={name: info.title for name, info in experiment.channels.items()},
            note=note,
        )

    def run(self, consumers: Sequence[Consumer], stopped: Callable[[], bool] = lambda: False) -> None:
        """Give `consumers` what comes until it is enough, `stopped` (asked many times a second), the
        program's end or a mishap; the board is left stopped, the consumers closed."""
        self._consumers, self._stopped = consumers, stopped
        with self._own, self._keeping_problems(*MISHAPS):
            with self._keeping_problems(Stalled, FileProblem, NewerWire, BadExpression, BadDerived):
                self._measure()
            if not self.away:
                self.ended_itself = self.program.ended
                self._finish()
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
        if self.waiting_for is not None and self._watch.heard:
            last = _(" (at last: {values})").format(values=self.reading) if self.reading else ""
            return NeverBegan(condition=self.waiting_for.text, values=last)
        return (StoppedTooEarly if self._stopped() else NoData)(name=self.prepared.name)

    @contextlib.contextmanager
    def _keeping_problems(self, *kinds: type[MakerError]) -> Iterator[None]:
        try:
            yield
        except kinds as error:
            self.problem = self.problem or error

    # -- measuring -------------------------------------------------------------------------------------

    def _measure(self) -> None:
        while True:
            try:
                for batch in measure(self.program, self._decoder, self._watch, self.wish.rate_hz):
                    self._take(batch)
                    self._note(batch.at)
                    if self._stopped():
                        return
                return
            except LinkError:
                if self.wish.wait_s <= 0:
                    raise
                self._wait()
                if self.away:
                    return

    def _finish(self) -> None:
        # After "enough" more rows are on their way; they belong to nobody, and are no losses either.
        enough = not (self._stopped() or self.ended_itself)
        for events, at in finish(self.program, self._decoder):
            wanted = [one for one in events if not enough or isinstance(one, Text | Status)]
            self._take(Batch(self._watch.take(wanted, at), at))

    def _take(self, batch: Batch) -> None:
        events, at = batch
        for event in events:
            self._look_at(event)
            self.notes.see(event, at)
        for consumer in self._consumers:
            consumer.take(events, at)

    def _look_at(self, event: Event) -> None:
        if isinstance(event, Unsupported):
            raise NewerWire()
        if isinstance(event, Samples):
            self.rows += len(event.rows)
        elif isinstance(event, Text):
            self._printed += bool(event.line.strip())
        elif isinstance(event, Header):
            if not self._header_seen:
                self._header_seen = True
                check_names(self.wish, [channel.name for channel in event.channels])
            self.is_plain = event.is_plain
            if event.is_plain:
                self._printed = 0  # the first lines, which turned out to be the data

    def _note(self, at: float) -> None:
        command, events = self.notes.due(at)
        if events:
            self._take(Batch(events, at))
        if command:
            self.program.write(command)

    # -- a board that is unplugged ---------------------------------------------------------------------

    def _wait(self) -> None:
        """Until the board is back and measures again, or there is nothing more to wait for (then it stays
        `away`). Raises Unplugged."""
        self.away = True
        self._own.close()
        self.program.session.link.close()
        self.place.lost()
        deadline = time.monotonic() + self.wish.wait_s
        while (now := time.monotonic()) < deadline:
            self._take(Batch([], now))
            if self._stopped() or self._watch.is_over_unheard(now):
                return
            if self._is_back():
                self.away = False
                return
            time.sleep(LOOK_S)
        raise Unplugged(port=self.place.port)

    def _is_back(self) -> bool:
        """Look for the board, and start its program again."""
        connection = self.place.look()
        if connection is None:
            return False
        self._own.push(connection)
        try:
            self.program = start(connection.session, self.prepared, connection.board.limits)
        except MakerError:  # a plug that is not quite in yet
            self._own.close()
            return False
        self._decoder = StreamDecoder()
        now = time.monotonic()
        self._take(Batch(self._watch.take([Restart(unplugged=True)], now), now))
        return True


def check_names(wish: Wish, channels: list[str]) -> None:
    """Raises BadExpression or BadDerived when `wish` speaks of channels that are not among those."""
    if (problem := unknown_names(wish.derived, channels)) is not None:
        raise problem
    known = [*channels, *(one.name for one in wish.derived)]
    for condition in (wish.until.start, wish.until.stop):
        if condition is not None and (unknown := condition.unknown(known)) is not None:
            raise unknown


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


def begin_on(
    connection: Connection, wish: Wish, progress: Progress = no_progress, *, calibrated: bool = True
) -> Measuring:
    """Put the experiment on the board and start it; `Measuring.run` then measures.

    `calibrated`: with the calibrations that are kept for the board. Raises FileProblem or BadFile for those,
    and what `prepare` and `start` raise.
    """
    place = Place(connection)
    calibration = calibration_file.of_board(place.board_id) if calibrated else {}
    prepared = prepare(wish.experiment, wish.folder, connection.board, connection.identity.version)
    if wish.mpy:
        prepared = with_compiled_modules(prepared, connection.session, connection.board.limits)
    program = start(connection.session, prepared, connection.board.limits, progress)
    return Measuring(wish, place, program, prepared, calibration)
