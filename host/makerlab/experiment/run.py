"""An experiment on a board: put there what it needs, start it, take its data until it is enough.

prepared = prepare(experiment, folder, board)
run = start(session, prepared)
for batch in measure(run, decoder, Watch(Until(seconds=10), time.monotonic())):
    ...                                   # batch.events: what the board sent; batch.at: when it came
for batch in finish(run, decoder):
    ...                                   # what it still sent before it ended
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from makerlab.boards import Board, Limits
from makerlab.errors import BoardRestarted, LinkError, MakerError, ProgramWontStop, UnknownBoard
from makerlab.experiment.firmware_modules import firmware_module
from makerlab.experiment.model import Experiment
from makerlab.experiment.modules import needed
from makerlab.experiment.rate import RateKeeper
from makerlab.experiment.runtime_range import check_runtime
from makerlab.experiment.until import Watch
from makerlab.files.mpy import ask_abi, compiled, remove_sources
from makerlab.files.strip import strip
from makerlab.files.transfer import BoardFiles, Progress, no_progress
from makerlab.i18n import N_, _
from makerlab.repl.session import Run, Session
from makerlab.wire.events import Event, Text
from makerlab.wire.stream import StreamDecoder

READ_S = 0.05
"""How long one look at the port waits: the longest time Ctrl-C or a full --for can go unnoticed."""
STOP_ON_REQUEST_S = 1.0
"""For a program that knows the wire to end when asked, before it gets Ctrl-C."""
ASK_AGAIN_S = 1.0
"""Between two requests for a header that got lost."""

STARTING = re.compile(
    r"(?<!; )MicroPython v\d.* on \d{4}-|ets [A-Z][a-z]{2} +\d|ESP-ROM:|rst:0x[0-9a-f]+ \(|MPY: soft reboot"
)
"""What a board prints when it starts (the ROM of an ESP32, MicroPython's banner): the program is gone.

With "; " before it, it is what a program prints of os.uname() or sys.version."""


class Stalled(MakerError):
    what = N_("The program on {port} stopped sending data before its time was up.")
    todo = N_("Look for a loop without a print, or a sensor that makes the program wait; check its wiring.")


class ProgramTooBig(MakerError):
    what = N_("{name} is too big for this board: {size:,} bytes, and the {board} has {heap:,} for a program.")
    todo = N_("Make the program shorter, or take a board with more memory.")


@dataclass(frozen=True)
class Prepared:
    """A program ready for one board: `source` as it is sent, `shown` as its author wrote it (the same line
    numbers), `name` of its file; `modules` maps file names on the board to their content."""

    name: str
    source: str
    shown: str
    modules: dict[str, bytes]


class Batch(NamedTuple):
    """What came together: `events` in order, arrived `at` (time.monotonic, seconds). Empty batches come
    too, so that a view can show that nothing does."""

    events: list[Event]
    at: float


def prepare(experiment: Experiment, folder: Path | None, board: Board, runtime: str = "") -> Prepared:
    """What has to be on `board` for `experiment`; modules of its own lie in `folder` (None: in no folder).
    `runtime` is the version of its MicroPython, "" if unknown.

    Raises UnknownBoard if it has no program for it, OtherRuntime if that needs another MicroPython, and
    ProgramTooBig when the board's memory cannot even hold its text.
    """
    edition = experiment.edition(board.key, board.family)
    if edition is None:
        raise UnknownBoard(
            experiment=experiment.name,
            board=board.shown_name,
            boards=_(", ").join(sorted(experiment.editions)),
        )
    check_runtime(edition, board.shown_name, runtime)
    shown = edition.source

    def find(name: str) -> str | None:
        if name in edition.modules:
            return edition.modules[name]
        own = folder / f"{name}.py" if folder is not None else None
        return own.read_text(encoding="utf-8") if own and own.is_file() else firmware_module(name, board)

    modules = {f"{name}.py": strip(text).encode("utf-8") for name, text in needed(shown, find).items()}
    source = strip(shown)
    if len(source.encode()) > board.limits.heap_bytes:
        raise ProgramTooBig(
            name=edition.file,
            size=len(source.encode()),
            heap=board.limits.heap_bytes,
            board=board.shown_name,
        )
    return Prepared(edition.file, source, shown, modules)


def with_compiled_modules(prepared: Prepared, session: Session, limits: Limits) -> Prepared:
    """The same with its modules compiled for the board behind `session` (see files.mpy, which says what is
    raised): it then needs no memory to compile them."""
    abi = ask_abi(session, limits.files)
    return replace(prepared, modules=compiled(prepared.modules, abi))


def start(session: Session, prepared: Prepared, limits: Limits, progress: Progress = no_progress) -> Run:
    """Put the modules on the board that differ there, soft reset it and start the program.

    `limits` are the board's; `progress` is told what is sent.
    """
    if prepared.modules:
        files = BoardFiles(session, limits, progress)
        files.put(prepared.modules)
        remove_sources(files, prepared.modules)
    session.restart()
    return session.start(prepared.source)


def measure(run: Run, decoder: StreamDecoder, watch: Watch, rate_hz: float | None = None) -> Iterator[Batch]:
    """What the program sends, until it is enough or it ends by itself. Rows that do not belong to the
    measurement, says `watch`, are left out.

    `rate_hz` is the rate wanted, None for the program's own. Raises PortLost when the board is gone,
    BoardRestarted when it started anew and Stalled when its rows stop coming; everything before was given
    already.
    """
    keeper = RateKeeper(rate_hz)
    header_asked = -ASK_AGAIN_S
    while not run.ended:
        try:
            chunk = run.read(READ_S)
        except LinkError:
            at = time.monotonic()
            yield Batch(watch.take(decoder.close(), at), at)
            raise
        events = decoder.feed(chunk.data, chunk.at)
        if run.ended:
            events += decoder.close()
        events, command = keeper.take(events, chunk.at)
        if (restart := _restart(events)) is not None:
            yield Batch(watch.take(events[: restart + 1], chunk.at), chunk.at)
            raise BoardRestarted(port=run.port)
        yield Batch(watch.take(events, chunk.at), chunk.at)
        if watch.is_over(chunk.at):
            return
        if watch.is_overdue(chunk.at):
            if watch.rows:
                raise Stalled(port=run.port)
            return
        if decoder.needs_header and chunk.at - header_asked > ASK_AGAIN_S:
            header_asked = chunk.at
            command += b"h\n"
        if command:
            run.write(command)


def finish(run: Run, decoder: StreamDecoder) -> Iterator[Batch]:
    """End the program, politely if it knows the wire, else with Ctrl-C, else with the reset button; the
    board is left at its raw prompt (after a reset: as when it is switched on).

    Gives what it still sent: rows that were on their way, the number of its last row, console text. May be
    called again when it was interrupted. Raises ProgramWontStop or LinkError.
    """
    if not run.ended and decoder.header is not None and not decoder.is_plain:
        run.write(b"s\n")
        deadline = time.monotonic() + STOP_ON_REQUEST_S
        while not run.ended and time.monotonic() < deadline:
            chunk = run.read(READ_S)
            yield Batch(decoder.feed(chunk.data, chunk.at), chunk.at)
    batches: list[Batch] = []
    stopped = run.stop(lambda chunk: batches.append(Batch(decoder.feed(chunk.data, chunk.at), chunk.at)))
    yield from batches
    yield Batch(decoder.close(), time.monotonic())
    if not stopped and not run.session.link.reset():
        raise ProgramWontStop(port=run.port)


def _restart(events: list[Event]) -> int | None:
    """Where among `events` the board starts anew."""
    for index, event in enumerate(events):
        if isinstance(event, Text) and STARTING.search(event.line):
            return index
    return None
