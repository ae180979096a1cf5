"""Files that hold what a board would have sent: those of the module logbook, or a captured stream.

Time is the board's: nobody was there to say how its clock runs against another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from makerlab.i18n import N_, _, ngettext
from makerlab.recording.formats.imported import Batch
from makerlab.wire.events import Event, Fault, Gap, Header, Mark, Restart, Samples, Text
from makerlab.wire.stream import StreamDecoder

_HEADER = re.compile(rb"^#K\d+ .*$", re.MULTILINE)
_LOG_NAME = re.compile(r"(?i)log-(\d{4})b?\.txt")


class NoRows(ValueError):
    """Why there is nothing: a text of the catalogue."""


def is_wire(data: bytes) -> bool:
    return _HEADER.search(data) is not None


def log_number(name: str) -> int | None:
    """Which of the logbook's files it is; None: none of them."""
    match = _LOG_NAME.fullmatch(name)
    return int(match[1]) if match else None


def kind(data: bytes) -> bytes:
    """What is the same in all files of one program on one board: their header's fields."""
    match = _HEADER.search(data)
    return b" ".join(part for part in match[0].split()[:-2] if not part.startswith(b"hz=")) if match else b""


def batches_of(files: Sequence[bytes]) -> tuple[list[Batch], list[str]]:
    """What the files say, one after the other, and remarks. Raises NoRows."""
    decoder = StreamDecoder(from_start=False)
    events: list[Event] = []
    for data in files:
        events += decoder.feed(data if data.endswith(b"\n") else data + b"\n", 0.0)
    events += decoder.close()
    dated = _Dated()
    batches = [batch for event in events if (batch := dated.batch(event)) is not None]
    if not any(isinstance(event, Samples) for event in events):
        raise NoRows(N_("it holds no rows that are whole"))
    remarks = []
    if lost := sum(event.lost for event in events if isinstance(event, Gap)):
        text = ngettext("{n} row is missing.", "{n} rows are missing.", lost)
        remarks.append(text.format(n=lost))
    spoilt = sum(isinstance(event, Text) and bool(event.line.strip()) for event in events)
    if spoilt:
        text = ngettext(
            "{n} line is no row and is kept as text.", "{n} lines are no rows and are kept as text.", spoilt
        )
        remarks.append(text.format(n=spoilt))
    if any(isinstance(event, Restart) for event in events):
        remarks.append(_("The board was switched off in between; for how long, nobody knows."))
    return batches, remarks


class _Dated:
    """When each event came, had the board sent it at once."""

    def __init__(self) -> None:
        self._tick_s = 0.001
        self._first: float | None = None
        self._offset_s = 0.0
        self._last_s = 0.0
        self._step_s = 0.0

    def batch(self, event: Event) -> Batch | None:
        if isinstance(event, Header):
            self._tick_s = event.tick_s
            self._step_s = 1 / event.rate_hz if event.rate_hz else 1.0
        elif isinstance(event, Samples):
            if self._first is None:
                self._first = event.rows[0][1] * self._tick_s
            self._last_s = self._offset_s + event.rows[-1][1] * self._tick_s - self._first
        elif isinstance(event, Restart):
            self._first = None
            self._offset_s = self._last_s + self._step_s
        elif isinstance(event, Mark | Fault) and self._first is None:
            return [event], self._last_s
        return [event], self._last_s
