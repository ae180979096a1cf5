"""The decoder of the wire: bytes in, events out. No clock, no file, no thread.

A row is taken at once when its check is right and it is the expected one: the next number, a little later.
A row whose check is right but whose number or time jumps is held until the next row, header or end line
agrees with it (or nothing more comes, and it is near the last row taken): one damaged line in ten thousand
passes the check by chance, two that fit each other do not. A block of rows is taken, or held, as one.
Everything that cannot be used comes out as Text, and the next line starts afresh.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from makerlab.wire.blocks import FRAME, SEQ_PERIOD, Block, BlockForm
from makerlab.wire.clock import TICKS_PERIOD, unwrap
from makerlab.wire.cutter import Cutter
from makerlab.wire.events import (
    End,
    Event,
    Fault,
    Gap,
    Header,
    Mark,
    Restart,
    Row,
    Samples,
    Status,
    Text,
    Value,
)
from makerlab.wire.header import MODULUS, parse_header

USUAL_STEP_S = 10.0
"""A row that comes later than this after the last (and later than a few periods) waits for the next to
confirm it: longer than any sensor takes, shorter than what a damaged time field usually shows."""

USUAL_STEP_PERIODS = 4

SLIP_S = 0.1
"""A micro:bit V1's milliseconds can go back a little when its timer interrupt is late (18 ms were seen on the
emulated one): that is no new period of ticks. Such a row gets the time of the one before it."""

CONFIRMING_ROWS = 32
"""A row confirms a held one at most this many rows before it. Even half of all rows damaged leaves nobody
waiting that long, and the fewer, the less a chance match can do."""

CONFIRMING_BLOCKS = 4
"""Where rows come in blocks, at least as many rows as these hold; a block's check is six times as strong."""

HELD_ROWS = 4
"""Rows held at a time; more means that none of them fits, and the oldest is given up."""

EARLY_ROWS = 256
"""Rows kept while no header has come: it is repeated every 128 rows, so this survives one lost header."""


class _Candidate(NamedTuple):
    """A row, or a block of them, whose check is right. Number and time are the first row's; columns are as
    in a Block. `line` is what it is as text, b"" for a block."""

    seq: int
    ticks: int
    span: int
    columns: tuple[tuple[Value, ...], ...]
    line: bytes

    @property
    def last_seq(self) -> int:
        return self.seq + len(self.columns[0]) - 1

    @property
    def last_ticks(self) -> int:
        return (self.ticks + self.span) % TICKS_PERIOD


class Decoder:
    """Decodes one board's stream; `feed` it as bytes arrive, `close` it when no more will come.

    `from_start` says that it listens since the program began: then rows missing before the first one that
    arrives are losses too. Never raises, whatever it is fed.
    """

    def __init__(self, *, from_start: bool = True) -> None:
        self.header: Header | None = None
        """The header in force; None until one came."""
        self.block_form: BlockForm | None = None
        """How its blocks are to be read; None: rows are text."""
        self._cutter = Cutter(lambda: self.block_form)
        self._events: list[Event] = []
        self._early: deque[_Candidate] = deque()
        self._frames_heard = False
        """Whether something like a block came before any header."""
        self._held: list[_Candidate] = []
        self._width = -1
        """Channels a row has."""
        self._usual_step = 0
        """`USUAL_STEP_S` in ticks."""
        self._slip = 0
        """`SLIP_S` in ticks."""
        self._confirming = CONFIRMING_ROWS
        self._seq: int | None = 0 if from_start else None
        """Number of the last row that is accounted for; None: anything may come next."""
        self._ticks: int | None = None
        """Board time of the last row taken, as it stood on the wire; None: none since the (re)start."""
        self._ticks_seq = 0
        """That row's number. `_seq` is ahead of it after a header that told of lost rows."""
        self._base = 0
        """What to add to the wire's board time to unwrap it."""

    @property
    def needs_header(self) -> bool:
        """Rows are waiting for a header, or blocks go by without one: send the board `h`."""
        return self.header is None and (bool(self._early) or self._frames_heard)

    def feed(self, data: bytes) -> list[Event]:
        """The events that `data`, the next bytes of the stream, completes."""
        self._events = []
        for piece in self._cutter.feed(data):
            if isinstance(piece, Block):
                self._take_block(piece)
            else:
                self._take_lines(piece)
        return self._events

    def decode(self, lines: Iterable[bytes]) -> list[Event]:
        """The events of whole lines, without their LF, of which only the last may be a header."""
        self._events = []
        self._take_lines(lines)
        return self._events

    def decode_block(self, block: Block) -> list[Event]:
        """The events of a block under the header in force."""
        self._events = []
        self._take_block(block)
        return self._events

    def close(self) -> list[Event]:
        """The events of what was still waiting for more."""
        self.decode(self._cutter.close())
        self._settle(None)
        while self._early:
            self._text(self._early.popleft().line)
        return self._events

    # -- rows ----------------------------------------------------------------------------------------

    def _take_lines(self, lines: Iterable[bytes]) -> None:
        remaining = iter(lines)
        while (line := self._take_rows(remaining)) is not None:
            self._take(line)

    def _take_rows(self, lines: Iterator[bytes]) -> bytes | None:
        """Take rows as long as each is the expected next one; return the first line that is not.

        This is the hot path: at 480,000 rows a second a row has 2 µs.
        """
        if self.header is None or self._seq is None or self._ticks is None or self.block_form:
            return next(lines, None)
        seq, ticks, base = self._seq, self._ticks, self._base
        width, usual_step = self._width, self._usual_step
        rows: list[Row] = []
        other = None
        for line in lines:
            try:
                row_seq, row_ticks, *values, check = map(int, line.split())
            except ValueError:
                other = line
                break
            total = row_seq * 31 + row_ticks
            for value in values:
                total = total * 31 + value
            if (
                total % MODULUS != check
                or row_seq != seq + 1
                or not 0 <= row_ticks - ticks <= usual_step
                or len(values) != width
            ):
                other = line
                break
            rows.append((row_seq, row_ticks + base, *values))
            seq, ticks = row_seq, row_ticks
        if rows:
            self._seq = self._ticks_seq = seq
            self._ticks = ticks
            self._give_up_held()
            self._add_rows(rows)
        return other

    def _take_block(self, block: Block) -> None:
        """Take a block; the usual case, that it is simply the next one, first."""
        expected = (self._seq or 0) + 1
        seq = expected + (block.seq - expected + SEQ_PERIOD // 2) % SEQ_PERIOD - SEQ_PERIOD // 2
        if seq == expected and self._ticks is not None and 0 <= block.ticks - self._ticks <= self._usual_step:
            end_ticks = block.ticks + block.span
            if end_ticks < TICKS_PERIOD:
                self._give_up_held()
                self._add_rows(block.rows(seq, block.ticks + self._base))
                self._seq = self._ticks_seq = seq + block.size - 1
                self._ticks = end_ticks
                return
        if seq < 1:
            seq = block.seq
        if self.header is not None and seq:
            self._take_candidate(_Candidate(seq, *block[1:], b""))

    def _take_candidate(self, row: _Candidate) -> None:
        """Place a row that is not simply the next one."""
        if self._is_expected(row):
            self._give_up_held()
            self._accept(row)
            return
        for held in reversed(self._held):
            if self._follows(held.last_seq, held.last_ticks, row):
                self._held.remove(held)
                self._give_up_held()
                self._confirm(held)
                self._accept(row)
                return
        self._held.append(row)
        if len(self._held) > HELD_ROWS:
            self._give_up(self._held.pop(0))

    def _is_expected(self, row: _Candidate) -> bool:
        if self._seq is None or row.seq != self._seq + 1:
            return False
        return self._ticks is None or (row.ticks - self._ticks) % TICKS_PERIOD <= self._usual_step

    def _confirm(self, row: _Candidate) -> None:
        """Accept a row that was held: numbers or time jump here, ahead or back to a new start.

        The very next number goes on, whatever its time: after a pause longer than half a period of ticks
        (9 minutes of microseconds) time alone cannot tell ahead from back.
        """
        back = self._seq is not None and row.seq <= self._seq
        if self._ticks is not None and row.seq != self._ticks_seq + 1:
            back = back or _is_back(row.ticks, self._ticks)
        if back:
            self._restart()
        self._accept(row)

    def _accept(self, row: _Candidate) -> None:
        self._lose_up_to(row.seq - 1)
        ticks = row.ticks
        span = row.span
        if self._ticks is not None and ticks < self._ticks:
            if (slipped := self._ticks - ticks) <= self._slip:
                ticks = self._ticks
                span = max(0, span - slipped)
            else:
                self._base += TICKS_PERIOD
        self._add_rows(Block(row.seq, ticks, span, row.columns).rows(row.seq, ticks + self._base))
        self._seq = self._ticks_seq = row.last_seq
        self._ticks = ticks + span
        if self._ticks >= TICKS_PERIOD:
            self._ticks -= TICKS_PERIOD
            self._base += TICKS_PERIOD

    def _lose_up_to(self, seq: int) -> None:
        """Every row up to `seq` has been sent; those not received are lost."""
        if self._seq is not None and seq > self._seq:
            self._events.append(Gap(self._seq, seq - self._seq))
        self._seq = seq

    def _restart(self) -> None:
        self._events.append(Restart())
        self._seq, self._ticks, self._base = 0, None, 0

    def _add_rows(self, rows: list[Row]) -> None:
        if self._events and isinstance(last := self._events[-1], Samples):
            last.rows.extend(rows)
        else:
            self._events.append(Samples(rows))

    def _give_up_held(self) -> None:
        for row in self._held:
            self._give_up(row)
        self._held.clear()

    def _give_up(self, row: _Candidate) -> None:
        if row.line:
            self._text(row.line)

    def _follows(self, seq: int, ticks: int | None, row: _Candidate) -> bool:
        """Whether `row` can be one of the next after row `seq` at `ticks`."""
        if not 1 <= row.seq - seq <= self._confirming:
            return False
        return ticks is None or not _is_back(row.ticks, ticks)

    # -- other lines ---------------------------------------------------------------------------------

    def _take(self, line: bytes) -> None:
        if self.header is None and FRAME in line:
            self._frames_heard = True
            if (behind := line.rpartition(FRAME)[2]).startswith(b"#K"):
                line = behind
        row = _parse_row(line) if self.block_form is None else None
        if row is None:
            if not (line.startswith(b"#") and self._take_special(line)):
                self._text(line)
        elif self.header is None:
            self._early.append(row)
            if len(self._early) > EARLY_ROWS:
                self._text(self._early.popleft().line)
        elif len(row.columns) != self._width:
            self._text(line)
        else:
            self._take_candidate(row)

    def _take_special(self, line: bytes) -> bool:
        """Take a line that begins with `#`; False if it is none of the wire's after all."""
        if line.startswith(b"#K"):
            header = parse_header(line)
            if isinstance(header, Header):
                self._take_header(header)
            elif header is not None:
                self._events.append(header)
                self.header = self.block_form = None
            return header is not None
        if self.header is None:
            return False
        kind, _space, rest = line.decode(errors="replace").rstrip("\r").partition(" ")
        first, _space, text = rest.partition(" ")
        if kind == "#S":
            pairs = (part.partition("=") for part in rest.split())
            self._events.append(Status({key: value for key, _equals, value in pairs}))
            return True
        if not (first.isascii() and first.isdecimal() and int(first) < TICKS_PERIOD):
            return False
        if kind == "#E":
            self._events.append(Mark(self._unwrapped(int(first)), text))
        elif kind == "#F":
            channel, _space, reason = text.partition(" ")
            self._events.append(Fault(self._unwrapped(int(first)), channel, reason))
        elif kind == "#Z":
            return self._take_end(int(first))
        else:
            return False
        return True

    def _take_header(self, header: Header) -> None:
        known = self.header
        if known is None:
            # Rows that came early were sent before this header, so they have their turn first; but numbers
            # beyond it are from a program that ran before, with a header nobody heard.
            known = self._adopt(header)
            while self._early:
                early = self._early.popleft()
                if (
                    early.seq < header.next_seq
                    and len(early.columns) == self._width
                    and self.block_form is None
                ):
                    self._take_candidate(early)
                else:
                    self._text(early.line)
        self._settle(header.next_seq - 1)
        restarted = self._seq is not None and header.next_seq <= self._seq
        if restarted:
            self._restart()
        self._lose_up_to(header.next_seq - 1)
        if restarted or header.fields != known.fields:
            self._adopt(header)

    def _take_end(self, seq: int) -> bool:
        self._settle(seq)
        if self._seq is not None and seq < self._seq:
            return False
        self._lose_up_to(seq)
        self._events.append(End(seq))
        return True

    def _adopt(self, header: Header) -> Header:
        self.header = header
        self.block_form = (
            BlockForm.of(header.fields, len(header.channels)) if header.form == "block" else None
        )
        self._width = len(header.channels)
        self._confirming = CONFIRMING_ROWS
        step_s = max(USUAL_STEP_S, USUAL_STEP_PERIODS / header.rate_hz if header.rate_hz else 0.0)
        if self.block_form:
            self._confirming = max(CONFIRMING_ROWS, CONFIRMING_BLOCKS * self.block_form.rows)
        if not header.is_paced:
            step_s = TICKS_PERIOD  # whatever time it is, it can come
        self._usual_step = min(round(step_s / header.tick_s), TICKS_PERIOD // 2 - 1)
        self._slip = round(SLIP_S / header.tick_s)
        self._events.append(header)
        return header

    def _settle(self, last_seq: int | None) -> None:
        """Decide about the held rows: no row comes that could confirm one.

        The board says that `last_seq` was its last row (None: it says nothing, the stream just ends). A held
        row that is near it is confirmed; so is one that is near the last row taken and not beyond the end.
        """
        for held in reversed(self._held):
            if last_seq is not None and held.last_seq > last_seq:
                continue
            near_end = last_seq is not None and last_seq - held.last_seq < self._confirming
            if near_end or (self._seq is not None and self._follows(self._seq, self._ticks, held)):
                self._held.remove(held)
                self._give_up_held()
                self._confirm(held)
                return
        self._give_up_held()

    def _unwrapped(self, ticks: int) -> int:
        return ticks if self._ticks is None else unwrap(ticks, self._ticks + self._base)

    def _text(self, line: bytes) -> None:
        if self.block_form is None or _is_text(line):
            self._events.append(Text(line.decode(errors="replace").rstrip("\r")))


def _is_text(line: bytes) -> bool:
    """Whether a line is what a person may have written, and not what is left of a damaged block (which is
    in a Gap already)."""
    try:
        return line.decode().rstrip("\r").replace("\t", " ").isprintable()
    except UnicodeDecodeError:
        return False


def _is_back(ticks: int, last: int) -> bool:
    """Whether board time went back from `last` to `ticks`, which both count modulo the period."""
    return (ticks - last) % TICKS_PERIOD >= TICKS_PERIOD // 2


def _parse_row(line: bytes) -> _Candidate | None:
    """The row in `line`, if it is one and its check is right."""
    fields = line.split()
    try:
        values = tuple([None if field == b"-" else int(field) for field in fields[2:-1]])
        seq, ticks, check = int(fields[0]), int(fields[1]), int(fields[-1])
    except (ValueError, IndexError):
        return None
    total = seq * 31 + ticks
    for value in values:
        total = total * 31 + (value or 0)
    if not values or seq < 1 or not 0 <= ticks < TICKS_PERIOD or total % MODULUS != check:
        return None
    return _Candidate(seq, ticks, 0, tuple([(value,) for value in values]), line)
