"""An experiment on a board: put there what it needs, start it, take its data until it is enough.

prepared = prepare(experiment, folder, board)
run = start(session, prepared)
for batch in measure(run, StreamDecoder(), Until(seconds=10)):
    ...                                   # batch.events: what the board sent; batch.at: when it came
finish(run)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from makerlab.boards import Board
from makerlab.errors import BoardRestarted, ProgramWontStop, UnknownBoard
from makerlab.experiment.model import Experiment
from makerlab.experiment.modules import needed
from makerlab.files.strip import strip
from makerlab.files.transfer import BoardFiles
from makerlab.link.base import Chunk
from makerlab.repl.session import Run, Session
from makerlab.resources import firmware_dir
from makerlab.wire.events import Event, Header, Row, Samples, Text
from makerlab.wire.stream import StreamDecoder

READ_S = 0.05
"""How long one look at the port waits: the longest time Ctrl-C or a full --for can go unnoticed."""
STOP_ON_REQUEST_S = 1.0
"""For a program that knows the wire to end when asked, before it gets Ctrl-C."""
OVERTIME_S = 5.0
"""A program that sends no rows is ended so long after its time is up by this computer's clock."""


@dataclass(frozen=True)
class Prepared:
    """A program ready for one board: `source` as it is sent, `shown` as its author wrote it (the same line
    numbers), `name` of its file; `modules` maps file names on the board to their content."""

    name: str
    source: str
    shown: str
    modules: dict[str, bytes]


@dataclass(frozen=True)
class Until:
    """When it is enough: after `seconds` of board time or `samples` rows; None for no such limit."""

    seconds: float | None = None
    samples: int | None = None


@dataclass(frozen=True)
class Batch:
    """What came together: `events` in order, arrived `at` (time.monotonic, seconds). Empty batches come
    too, so that a view can show that nothing does."""

    events: list[Event]
    at: float


def prepare(experiment: Experiment, folder: Path, board: Board) -> Prepared:
    """What has to be on `board` for `experiment`. Raises UnknownBoard if it has no program for it."""
    key = experiment.program_key(board.key, board.family)
    if key is None:
        raise UnknownBoard(
            experiment=experiment.name, board=board.shown_name, boards=", ".join(sorted(experiment.programs))
        )
    shown = experiment.programs[key]

    def find(name: str) -> str | None:
        own = board.key.replace("-", "_")
        for path in (
            folder / f"{name}.py",
            firmware_dir() / "lab" / f"{name}_{own}.py",
            firmware_dir() / "lab" / f"{name}.py",
            firmware_dir() / "sensors" / f"{name}.py",
        ):
            if path.is_file():
                return path.read_text(encoding="utf-8")
        return None

    modules = {f"{name}.py": strip(text).encode("utf-8") for name, text in needed(shown, find).items()}
    return Prepared(experiment.files[key], strip(shown), shown, modules)


def start(
    session: Session, prepared: Prepared, small: bool, progress: Callable[[str], None] = lambda name: None
) -> Run:
    """Put the modules on the board that differ there, soft reset it and start the program.

    `progress` is called with the name of each file that has to be sent. `small`: a board with little memory.
    """
    if prepared.modules:
        BoardFiles(session, small).bring(prepared.modules, progress)
    session.restart()
    return session.start(prepared.source)


def measure(run: Run, decoder: StreamDecoder, until: Until, rate_hz: float | None = None) -> Iterator[Batch]:
    """What the program sends, until it is enough or it ends by itself. Rows beyond `until` are left out.

    `rate_hz` is asked of the board as soon as it has introduced itself with another rate. Raises PortLost
    when the board is gone and BoardRestarted when it started anew; everything before was given already.
    """
    rows = 0
    first_tick: float | None = None
    tick_s = 0.0
    began = time.monotonic()
    while not run.ended:
        chunk = run.read(READ_S)
        events = decoder.feed(chunk.data, chunk.at)
        if run.ended:
            events += decoder.close()
        enough = False
        for index, event in enumerate(events):
            if isinstance(event, Header):
                tick_s = event.tick_s
                if rate_hz is not None and event.rate_hz not in (None, rate_hz):
                    run.write(b"r %g\n" % rate_hz)
                    rate_hz = None
            elif isinstance(event, Text) and _restarted(event.line):
                yield Batch(events[: index + 1], chunk.at)
                raise BoardRestarted(port=run.port)
            elif isinstance(event, Samples):
                if first_tick is None:
                    first_tick = event.rows[0][1]
                kept = _within(event.rows, until, rows, first_tick, tick_s)
                rows += kept
                if kept < len(event.rows) or rows == until.samples:
                    del events[index:]
                    if kept:
                        events.append(Samples(event.rows[:kept]))
                    enough = True
                    break
        yield Batch(events, chunk.at)
        late = until.seconds is not None and chunk.at - began > until.seconds + OVERTIME_S
        if enough or late:
            return


def finish(run: Run, decoder: StreamDecoder) -> list[Event]:
    """End the program, politely if it knows the wire, else with Ctrl-C; the board is left at its friendly
    prompt. Returns what it still sent: a status, the number of its last row, console text."""
    events: list[Event] = []

    def keep(chunk: Chunk) -> None:
        events.extend(decoder.feed(chunk.data, chunk.at))

    if not run.ended and decoder.header is not None and not decoder.is_plain:
        run.write(b"s\n")
        deadline = time.monotonic() + STOP_ON_REQUEST_S
        while not run.ended and time.monotonic() < deadline:
            keep(run.read(READ_S))
    if not run.stop(keep):
        raise ProgramWontStop(port=run.port)
    events.extend(decoder.close())
    run.session.leave()
    return events


def _within(rows: list[Row], until: Until, rows_before: int, first_tick: float, tick_s: float) -> int:
    """How many of `rows` belong to the run."""
    count = len(rows)
    if until.samples is not None:
        count = min(count, until.samples - rows_before)
    if until.seconds is not None:
        limit = first_tick + until.seconds / tick_s
        while count and rows[count - 1][1] >= limit:
            count -= 1
    return count


def _restarted(line: str) -> bool:
    """Whether a console line is what a board prints when it starts: the program is gone then."""
    return line.startswith(("MicroPython v", "ets ", "rst:0x")) or "soft reboot" in line
