"""The block form: several rows in one frame. What a frame holds, and whether it is whole."""

from __future__ import annotations

import binascii
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from makerlab.wire.clock import TICKS_PERIOD
from makerlab.wire.events import Row, Value

FRAME = b"\xc0"
"""Stands before and behind every frame, and neither in it nor in any text."""
_ESCAPE, _ESCAPED = b"\xdb", ((b"\xdb\xdc", b"\xc0"), (b"\xdb\xde", b"\x04"), (b"\xdb\xdd", b"\xdb"))
"""The escape's own pair comes last, so that what it gives is not taken for the beginning of another."""

_HEAD = struct.Struct("<HIH")
_CHECK_BYTES = 2
MAX_ROWS = 255
"""Of a block; far more than waiting for them allows."""
SEQ_PERIOD = 1 << 16
"""A block's number counts modulo this."""

_MISSING = {
    letter: -(1 << bits - 1) if letter.islower() else (1 << bits) - 1
    for letter, bits in (("b", 8), ("h", 16), ("i", 32), ("B", 8), ("H", 16), ("I", 32))
}
"""What stands for a channel that could not be read, by the letter of its number."""

_CHECKS: dict[str, Callable[[bytes], int]] = {
    "crc16": lambda data: binascii.crc_hqx(data, 0xFFFF),
    "crc32": lambda data: zlib.crc32(data) & 0xFFFF,
}


class Block(NamedTuple):
    """The rows of one frame, a tuple for each channel. `seq` and `ticks` are the first row's, as they stand
    on the wire; the last row was taken `span` ticks later, the others evenly in between."""

    seq: int
    ticks: int
    span: int
    columns: tuple[tuple[Value, ...], ...]

    @property
    def size(self) -> int:
        """How many rows."""
        return len(self.columns[0])

    def rows(self, seq: int, ticks: int) -> list[Row]:
        """Its rows, if the first has this number and time."""
        last = self.size - 1
        step, uneven = divmod(self.span, last) if last else (0, 0)
        times: Iterable[int]
        if uneven:
            span = self.span
            times = [ticks + span * index // last for index in range(last + 1)]
        else:
            times = range(ticks, ticks + step * last + 1, step) if step else [ticks] * (last + 1)
        return list(zip(range(seq, seq + last + 1), times, *self.columns, strict=True))


class BlockForm:
    """How the blocks under one header are to be read."""

    def __init__(self, letters: str, rows: int, check: Callable[[bytes], int]) -> None:
        self.letters = letters
        self.rows = rows
        """Most rows in a block."""
        self._check = check
        self._size = struct.calcsize("<" + letters)
        self._missing = [_MISSING[letter] for letter in letters]
        self.max_bytes = 2 * (_HEAD.size + rows * self._size + _CHECK_BYTES)
        """Of a frame, between its ends: if every byte were escaped."""

    @classmethod
    def of(cls, fields: Mapping[str, str], channels: int) -> BlockForm | None:
        """The form that a header's fields name; None if they make no sense, or none that is known."""
        letters, rows, check = fields.get("f", ""), fields.get("m", ""), _CHECKS.get(fields.get("k", ""))
        if check is None or not set(letters) <= _MISSING.keys() or len(letters) != channels:
            return None
        if not (rows.isascii() and rows.isdecimal() and 1 <= int(rows) <= MAX_ROWS):
            return None
        return cls(letters, int(rows), check)

    def parse(self, frame: bytes) -> Block | None:
        """The block in what stood between two ends; None if it is none, or a damaged one."""
        if _ESCAPE in frame:
            for pair, byte in _ESCAPED:
                frame = frame.replace(pair, byte)
        count, odd = divmod(len(frame) - _HEAD.size - _CHECK_BYTES, self._size)
        if odd or not 1 <= count <= self.rows:
            return None
        if self._check(frame[:-_CHECK_BYTES]) != int.from_bytes(frame[-_CHECK_BYTES:], "little"):
            return None
        seq, ticks, span = _HEAD.unpack_from(frame)
        if ticks >= TICKS_PERIOD:
            return None
        values: tuple[int, ...] = struct.unpack_from("<" + self.letters * count, frame, _HEAD.size)
        width = len(self._missing)
        columns: list[tuple[Value, ...]] = []
        for place, missing in enumerate(self._missing):
            column = values[place::width]
            if missing in column:
                columns.append(tuple([None if value == missing else value for value in column]))
            else:
                columns.append(column)
        return Block(seq, ticks, span, tuple(columns))
