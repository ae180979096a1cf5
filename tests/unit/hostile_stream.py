"""A board's stream with known content, and everything that can happen to it on the way.

Encodes by the specification (host/makerlab/wire/__init__.py), with no code of the decoder's. Used by
test_wire_decoder.py, test_wire_blocks.py, bench/stream.py and bench/firmware.py.
"""

from __future__ import annotations

import struct
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from zlib import crc32

from makerlab.wire.events import Event, Gap, Samples

BOOT_LOG = (
    b"ets Jul 29 2019 12:21:46\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n"
    b"load:0x3fff0030,len:4892\r\nho 0 tail 12 room 4\r\nentry 0x40080698\r\n"
)
TRACEBACK = (
    "Traceback (most recent call last):\r\n"
    '  File "温度计.py", line 7, in <module>\r\n'
    "ValueError: 5 不是温度\r\n"
).encode()
OVERFLOW = b"<DAPLink:Overflow>"
"""What the micro:bit's interface chip puts into the stream when its buffer runs over."""

DROP_BYTES = 20
"""Longest run of bytes dropped, usually: 1.7 ms at 115200 baud, most of a row."""


def row_line(seq: int, ticks: int, values: tuple[int, ...]) -> bytes:
    check = (seq * 31 + ticks) % 9973
    for value in values:
        check = (check * 31 + value) % 9973
    return f"{seq} {ticks} {' '.join(map(str, values))} {check}\r\n".encode()


def header_line(channels: int, next_seq: int, rate_hz: int = 50) -> bytes:
    names = ",".join(f"{name}/mg/1" for name in "xyzabcdefgh"[:channels])
    return _checked(f"#K1 b=mb1-3f2a n=motion hz={rate_hz} t=ms k=31m9973 c={names}", next_seq)


def _checked(text: str, next_seq: int) -> bytes:
    check = 0
    for byte in text.encode():
        check = (check * 31 + byte) % 9973
    return f"{text} {next_seq} {(check * 31 + next_seq) % 9973}\r\n".encode()


def crc16(data: bytes) -> int:
    """CRC-16/CCITT, bit by bit."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def block_frame(
    seq: int, ticks: int, span: int, rows: list[tuple[int, ...]], check: str = "crc16", letter: str = "h"
) -> bytes:
    data = struct.pack("<HIH", seq % 65536, ticks, span)
    data += b"".join(struct.pack(f"<{len(row)}{letter}", *row) for row in rows)
    data += struct.pack("<H", (crc16(data) if check == "crc16" else crc32(data)) & 0xFFFF)
    escaped = {0xC0: b"\xdb\xdc", 0xDB: b"\xdb\xdd", 0x04: b"\xdb\xde"}
    return b"\xc0" + b"".join(escaped.get(byte, bytes([byte])) for byte in data) + b"\xc0"


def block_header_line(channels: int, next_seq: int, rows: int = 8, check: str = "crc16") -> bytes:
    names = ",".join(f"{name}/mg/1" for name in "xyzabcdefgh"[:channels])
    return _checked(f"#K1 n=motion hz=50 t=ms k={check} m={rows} f={'h' * channels} c={names}", next_seq)


@dataclass
class Stream:
    """What a board sent: its lines, in order, and each row's content by number."""

    lines: list[bytes]
    rows: dict[int, tuple[int, ...]]

    @property
    def data(self) -> bytes:
        return b"".join(self.lines)

    @property
    def end(self) -> bytes:
        return b"#Z %d\r\n" % len(self.rows)


def stream(rows: int, channels: int, random: Random) -> Stream:
    """An accelerometer at 50 Hz that wanders about, with a header every 128 rows."""
    lines: list[bytes] = []
    sent: dict[int, tuple[int, ...]] = {}
    values = [random.randrange(-1000, 1000) for _ in range(channels)]
    for seq in range(1, rows + 1):
        if seq % 128 == 1:
            lines.append(header_line(channels, seq))
        values = [max(-2000, min(2000, value + random.randrange(-40, 41))) for value in values]
        ticks = 100_000 + 20 * seq + random.randrange(-2, 3)
        sent[seq] = (ticks, *values)
        lines.append(row_line(seq, ticks, tuple(values)))
    return Stream(lines, sent)


def block_stream(rows: int, channels: int, of: int, random: Random, check: str = "crc16") -> Stream:
    """The same in blocks of `of` rows, exactly 20 ticks apart, with a header every 128 rows (or a little
    later). A block counts as a line."""
    lines: list[bytes] = []
    sent: dict[int, tuple[int, ...]] = {}
    values = [random.randrange(-1000, 1000) for _ in range(channels)]
    block: list[tuple[int, ...]] = []
    for seq in range(1, rows + 1):
        if seq == 1 or (not block and (seq - 1) % 128 < of):
            lines.append(block_header_line(channels, seq, of, check))
        values = [max(-2000, min(2000, value + random.randrange(-40, 41))) for value in values]
        sent[seq] = (100_000 + 20 * seq, *values)
        block.append(tuple(values))
        if len(block) == of or seq == rows:
            first = seq + 1 - len(block)
            lines.append(block_frame(first, 100_000 + 20 * first, 20 * (len(block) - 1), block, check))
            block = []
    return Stream(lines, sent)


def damage(sent: Stream, faults: int, random: Random, drop_bytes: int = DROP_BYTES) -> tuple[bytes, int]:
    """The stream after `faults` faults at random places, and how many lines they touched.

    A fault drops a run of bytes, flips a bit, or inserts a boot log, a traceback, the overflow mark or
    random bytes.
    """
    data = sent.data
    starts = [0, *accumulate(map(len, sent.lines))]
    places = sorted(random.sample(range(len(data) - drop_bytes), faults))
    pieces: list[bytes] = []
    touched: set[int] = set()
    position = 0
    for place in places:
        start = max(place, position)
        if start >= len(data):
            break
        pieces.append(data[position:start])
        position = start
        kind = random.randrange(5)
        inserted = b""
        if kind == 0:
            position += random.randrange(1, drop_bytes + 1)
        elif kind == 1:
            pieces.append(bytes([data[start] ^ 1 << random.randrange(8)]))
            position += 1
        elif kind == 2:
            inserted = BOOT_LOG
        elif kind == 3:
            inserted = random.choice((TRACEBACK, OVERFLOW))
        else:
            inserted = random.randbytes(random.randrange(1, 40))
        pieces.append(inserted)
        if position > start:  # a lost or changed line end touches the next line, too
            touched.update(range(bisect_right(starts, start) - 1, bisect_right(starts, position)))
        elif not (inserted.endswith(b"\n") and starts[bisect_left(starts, start)] == start):
            touched.add(bisect_right(starts, start) - 1)
    pieces.append(data[position:])
    rows_touched = sum(line < len(sent.lines) and not sent.lines[line].startswith(b"#") for line in touched)
    return b"".join(pieces), rows_touched


@dataclass
class Verdict:
    """What a decoder made of it, in rows."""

    accepted: int = 0
    wrong: int = 0
    lost: int = 0
    uncounted: int = 0
    """Neither accepted nor in a gap at its place."""


def judge(events: list[Event], sent: Stream) -> Verdict:
    verdict = Verdict()
    next_seq = 1
    for event in events:
        if isinstance(event, Gap):
            verdict.lost += event.lost
            verdict.uncounted += abs(event.after_seq + 1 - next_seq)
            next_seq = event.after_seq + event.lost + 1
        elif isinstance(event, Samples):
            for seq, *content in event.rows:
                verdict.accepted += 1
                verdict.wrong += sent.rows.get(seq) != tuple(content)
                verdict.uncounted += abs(seq - next_seq)
                next_seq = seq + 1
    verdict.uncounted += abs(len(sent.rows) + 1 - next_seq)
    return verdict
