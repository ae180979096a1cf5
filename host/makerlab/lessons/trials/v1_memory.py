"""How much memory a program leaves on a micro:bit V1: the genuine runtime, emulated by QEMU, tells.

Its lab gets one channel more that cleans up and counts what is free, so the program itself stays as it is.
QEMU has none of a micro:bit's sensors that matter (values mean nothing there), and neither its thermometer
nor its compass ever answer.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from typing import NamedTuple

from makerlab.boards import catalogue
from makerlab.experiment.run import Prepared, finish, start
from makerlab.files.strip import strip
from makerlab.i18n import _
from makerlab.lessons.trials.simulate import Trouble, traceback_trouble
from makerlab.link.open import open_link
from makerlab.repl.session import Run, Session
from makerlab.virtual.emulated import find_tool
from makerlab.wire.events import Event, Header, Samples
from makerlab.wire.stream import StreamDecoder

PORT = "emulated:microbit-v1?fresh=1"
KEY = "microbit-v1"
FREE = "free"
"""The channel that is added to lab."""
WATCH = f"""
import gc
def _free():
    gc.collect()
    return gc.mem_free()
channel('{FREE}', 'byte', _free)
"""
NOT_ON_QEMU = re.compile(r"\b(temperature|compass|chip_temperature_c|heading_deg|field_(?:[xyz]_)?nt)\b")
BUILT_IN = "microbit_sensors.py"
"""It names all that a board has; which of it is asked for, only the program says."""
ROWS = 12
"""Enough to see whether a program takes more and more."""
QUICK_HZ = 20
"""Rows a second here; at a lesson's own rate it would only take longer."""
LONGEST_S = 20.0
"""For all rows: it takes a second on an idle PC."""
READ_S = 0.05


@dataclass(frozen=True)
class Memory:
    """Bytes free after everything is imported, and the least while it measured; None for a program that does
    not measure with lab. `total` is what a program has at the prompt."""

    total: int
    at_start: int | None = None
    least: int | None = None
    trouble: Trouble | None = None
    skipped: str = ""
    """Why it was not run."""

    @property
    def used(self) -> int | None:
        return None if self.least is None else self.total - self.least


def is_there() -> bool:
    """Whether this computer can emulate a V1."""
    return find_tool() is not None


def measure(prepared: Prepared) -> Memory:
    """Run a program for a V1 until it has sent some rows. Raises LinkError."""
    total = catalogue().boards[KEY].limits.heap_bytes
    modules = [data for name, data in prepared.modules.items() if name != BUILT_IN]
    texts = [prepared.source, *(data.decode("utf-8", "replace") for data in modules)]
    if any(NOT_ON_QEMU.search(text) for text in texts):
        return Memory(total, skipped=_("the emulated V1 has neither thermometer nor compass"))
    watched = prepared
    if "lab.py" in prepared.modules:
        lab = prepared.modules["lab.py"] + strip(WATCH).encode()
        watched = replace(prepared, modules={**prepared.modules, "lab.py": lab})
    seen = _run(watched)
    free = [value for value in seen.free if value is not None]
    if seen.traceback:
        return Memory(total, trouble=traceback_trouble(seen.traceback, prepared))
    if not seen.rows:
        what = _("The program sent nothing on the emulated V1.")
        return Memory(total, trouble=Trouble(what, _("Run it there and see: {command}").format(
            command="maker run ... --port emulated:microbit-v1")))  # fmt: skip
    return Memory(total, int(free[0]) if free else None, int(min(free)) if free else None)


class _Seen(NamedTuple):
    rows: int
    free: list[int | float | None]
    traceback: str


def _run(prepared: Prepared) -> _Seen:
    with open_link(PORT) as link:
        session = Session(link)
        session.enter()
        running = start(session, prepared, catalogue().boards[KEY].limits)
        decoder = StreamDecoder()
        events = _rows(running, decoder)
        for batch in finish(running, decoder):
            events += batch.events
        traceback = running.traceback
    rows = 0
    free: list[int | float | None] = []
    column: int | None = None
    for event in events:
        if isinstance(event, Header):
            names = [channel.name for channel in event.channels]
            column = names.index(FREE) if FREE in names else None
        elif isinstance(event, Samples):
            rows += len(event.rows)
            free += [row[2 + column] for row in event.rows] if column is not None else []
    return _Seen(rows, free, traceback)


def _rows(running: Run, decoder: StreamDecoder) -> list[Event]:
    """What it sends until there are enough rows."""
    events: list[Event] = []
    asked = False
    deadline = time.monotonic() + LONGEST_S
    while not running.ended and time.monotonic() < deadline:
        chunk = running.read(READ_S)
        events += decoder.feed(chunk.data, chunk.at)
        if not asked and decoder.header is not None and not decoder.is_plain:
            asked = True
            running.write(b"r %d\n" % QUICK_HZ)
        if sum(len(event.rows) for event in events if isinstance(event, Samples)) >= ROWS:
            break
    return events
