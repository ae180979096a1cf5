"""What lab costs a micro:bit V1, how well it keeps time, and how many bytes a row takes on the wire.

    python bench/firmware.py            everything, a quarter of an hour; prints its section of RESULTS.md
    python bench/firmware.py memory     one part of it (memory, speed, pace, bytes, minutes)

The V1 is the genuine runtime, emulated by QEMU. Time is the board's own: QEMU counts instructions and calls
each 64 ns (`-icount shift=6`), about a 16 MHz Cortex-M0 that needed one cycle for each. That is the same on
every computer. Two things it leaves out are added where the table says so: the serial line, which takes no
time in QEMU, and that a real Cortex-M0 needs 1.87 cycles for an average instruction of this runtime (from an
execution trace and its cycle table). Needs qemu-system-arm; `bytes` needs msgpack and cobs from PyPI.

`minutes` runs a virtual ESP32 for ten minutes of its own, simulated time (virtual/simulated_time.py).
"""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import mean, median, stdev
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "host"), str(HERE.parent / "tests" / "unit")]

from hostile_stream import block_frame, block_header_line, crc16, header_line, row_line  # noqa: E402
from stream import machine  # noqa: E402

from makerlab.boards import catalogue  # noqa: E402
from makerlab.files.strip import strip  # noqa: E402
from makerlab.files.transfer import BoardFiles  # noqa: E402
from makerlab.link.open import open_link  # noqa: E402
from makerlab.repl.session import Session  # noqa: E402
from makerlab.resources import firmware_dir  # noqa: E402
from makerlab.virtual.profile import ESP32  # noqa: E402
from makerlab.virtual.simulated_time import BoardLink, TimedBoard  # noqa: E402
from makerlab.wire.clock import TICKS_PERIOD  # noqa: E402
from makerlab.wire.decoder import Decoder  # noqa: E402
from makerlab.wire.events import Gap, Samples, Status, Text  # noqa: E402

PORT = "emulated:microbit-v1?fresh=1&icount=1"
ROUNDS = 5
ROWS = 400
SPEED_ROWS = 1280
"""Ten times as many as lie between two headers."""
WIRE_MS = 10 / 115.2
"""A byte on a line of 115200 baud: ten bits."""
COUNTED_NS, REAL_NS = 64, 1.87 * 62.5
"""An instruction in QEMU's count, and on average on the real chip at 16 MHz."""

ALONE = "from utime import ticks_us\nfrom microbit import sleep\n"
READERS = "".join(f"def r{number}():\n return {1000 + number}\n" for number in range(3))


FORMS = {"lab": "rows as text", "blocks": "blocks of 8"}
"""The modules to choose from, and what they send."""


def module(name: str, edition: str = "") -> bytes:
    source = (firmware_dir() / "lab" / f"{name}{edition}.py").read_text(encoding="utf-8")
    return strip(source).encode()


@contextmanager
def board() -> Iterator[Session]:
    """A fresh V1 with its editions of lab."""
    with open_link(PORT) as link:
        session = Session(link)
        session.enter()
        files = {f"{name}.py": module(name, "_microbit_v1") for name in FORMS}
        BoardFiles(session, catalogue().boards["microbit-v1"].limits).put(files)
        yield session


def measured(session: Session, source: str, rows: int = ROWS) -> tuple[list[tuple[int, ...]], float]:
    """At least the first `rows` rows that a program sends, and the bytes they took, for each of them."""
    session.restart()
    run = session.start(source)
    decoder = Decoder()
    found: list[tuple[int, ...]] = []
    size = 0
    while len(found) < rows and not run.ended:
        data = run.read(0.1).data
        size += len(data)
        found += [row for event in decoder.feed(data) if isinstance(event, Samples) for row in event.rows]
    run.stop()
    return found, size / len(found)


def measured_plainly(session: Session, source: str, rows: int = ROWS) -> list[tuple[int, ...]]:
    """The first `rows` lines of a program that prints numbers."""
    session.restart()
    run = session.start(source)
    text = b""
    while text.count(b"\n") <= rows and not run.ended:
        text += run.read(0.1).data
    run.stop()
    return [tuple(map(int, line.split())) for line in text.split(b"\n")[:rows]]


def lab(channels: int, hz: float, reader: str = "r{}", form: str = "lab") -> str:
    """A program with so many channels."""
    calls = "".join(f"channel('c{number}', 'u', {reader.format(number)})\n" for number in range(channels))
    return f"from {form} import channel, run\n{calls}run({hz})\n"


# -- memory ------------------------------------------------------------------------------------------------

FREE = "import gc\ndef free():\n gc.collect()\n return gc.mem_free()\n"


def measure_memory() -> None:
    """Garbage is collected before every look at what is free."""
    print("### Memory of a V1, bytes\n\n| | `lab`, text | `blocks` |\n|---|---|---|")
    with board() as session:
        session.restart()
        free = int(session.exec(FREE + "print(free())"))
        print(f"| free at the prompt | {free:,} | {free:,} |")
        for statement in ("import {}", "from {} import channel, run"):
            cells = []
            for form in FORMS:
                session.restart()
                used = session.exec(
                    f"{FREE}before = free()\n{statement.format(form)}\nprint(before - free())"
                )
                cells.append(f"{int(used):,}")
            print(f"| taken by `{statement.format('...')}` | {' | '.join(cells)} |")
        for channels in (1, 3):
            cells = []
            for form in FORMS:
                rows, _bytes = measured(session, FREE + lab(channels, 50, "free", form))
                cells.append(f"{int(median(row[2] for row in rows[-100:])):,}")
            title = f"free while {channels} channel{'s' * (channels > 1)} run, after {ROWS} rows"
            print(f"| {title} | {' | '.join(cells)} |")
    print()


# -- speed -------------------------------------------------------------------------------------------------


def measure_speed() -> None:
    """Asked for more rows than it can send, of channels that read a constant."""
    print("### Most rows a second of a V1\n")
    print(
        'Time is counted in instructions of 64 ns; "and the line" adds the bytes at 115200 baud, '
        '"and real cycles" also that a real Cortex-M0 needs 1.87 cycles for an average instruction.\n'
    )
    print("| form | channels | ms a row | rows/s, counted | and the line | and real cycles | bytes a row |")
    print("|---|---|---|---|---|---|---|")
    with board() as session:
        for form, title in FORMS.items():
            for channels in (1, 3):
                times: list[float] = []
                sizes: list[float] = []
                for _round in range(ROUNDS):
                    rows, size = measured(session, READERS + lab(channels, 2000, form=form), SPEED_ROWS)
                    times.append((rows[-1][1] - rows[0][1]) / (rows[-1][0] - rows[0][0]))
                    sizes.append(size)
                row_ms, line_ms = median(times), WIRE_MS * mean(sizes)
                real_ms = row_ms * REAL_NS / COUNTED_NS
                print(
                    f"| {title} | {channels} | {row_ms:.2f} | {1000 / row_ms:.0f} "
                    f"| {1000 / (row_ms + line_ms):.0f} | {1000 / (real_ms + line_ms):.0f} "
                    f"| {mean(sizes):.1f} |"
                )
    print()


# -- pace --------------------------------------------------------------------------------------------------

ASKED_HZ = (10, 50, 100, 400)
CLOCK_BITS = 15
"""Of the microseconds, in a value of a block; enough for a period above 30 Hz."""
CLOCK = f"def now():\n return ticks_us() & {(1 << CLOCK_BITS) - 1}\n"


def measure_pace() -> None:
    """The time from reading to reading by ticks_us(), beside the loop that beginners are taught."""
    print("### Time from row to row on a V1, ms\n")
    print(
        "| asked | `lab`: mean | sd | most off | `blocks`: mean | sd | most off "
        "| print and `sleep`: mean | sd |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    with board() as session:
        for hz in ASKED_HZ:
            cells = []
            for form in FORMS:
                if form == "lab" and hz > 200:  # more than its line takes
                    cells.append(" | | ")
                    continue
                if form == "blocks" and hz < 50:
                    cells.append(" | | ")
                    continue
                reader, period = ("now", 1 << CLOCK_BITS) if form == "blocks" else ("ticks_us", TICKS_PERIOD)
                rows, _bytes = measured(session, ALONE + CLOCK + lab(1, hz, reader, form))
                ours = intervals_ms(rows, 2, period)
                most_off = max(abs(interval - 1000 / hz) for interval in ours)
                cells.append(f"{mean(ours):.3f} | {stdev(ours):.3f} | {most_off:.3f}")
            loop = f"n = 0\nwhile 1:\n n += 1\n print(n, ticks_us(), 0, 0)\n sleep({1000 / hz:.0f})\n"
            theirs = intervals_ms(measured_plainly(session, ALONE + loop), 1, TICKS_PERIOD)
            print(f"| {1000 / hz:g} | {' | '.join(cells)} | {mean(theirs):.3f} | {stdev(theirs):.3f} |")
    print()


def intervals_ms(rows: list[tuple[int, ...]], column: int, period: int) -> list[float]:
    """From row to row by the microseconds in `column`; the first row, late by the header, left out."""
    ticks = [row[column] for row in rows][1:]
    return [(after - before) % period / 1000 for before, after in pairwise(ticks)]


# -- bytes -------------------------------------------------------------------------------------------------

ENCODED_ROWS = 10_240
HEADER_EVERY = 128
NAMES = "xyz"
REST = {"x": 0, "y": 0, "z": -1000}
"""mg: a micro:bit that lies there and is moved a little."""
MOVED = 130
Row = tuple[int, ...]
"""Number, milliseconds, values."""


def moved(channels: int) -> list[Row]:
    """Twenty milliseconds from row to row."""
    random = Random(1)
    values = [REST[name] for name in NAMES[:channels]]
    rows: list[Row] = []
    for seq in range(1, ENCODED_ROWS + 1):
        for index, name in enumerate(NAMES[:channels]):
            towards = (REST[name] - values[index]) // 8
            values[index] += towards + random.randrange(-MOVED // 2, MOVED // 2 + 1)
        rows.append((seq, 100_000 + 20 * seq, *values))
    return rows


def row_by_row(encode: Callable[[Row], bytes]) -> Callable[[list[Row]], int]:
    """For a format that has each row by itself."""
    return lambda rows: sum(len(encode(row)) for row in rows)


def blocks_of(count: int) -> Callable[[list[Row]], int]:
    def size(rows: list[Row]) -> int:
        pieces = [rows[at : at + count] for at in range(0, len(rows), count)]
        return sum(
            len(block_frame(piece[0][0], piece[0][1], 20 * (len(piece) - 1), [row[2:] for row in piece]))
            for piece in pieces
        )

    return size


def text_row(row: Row) -> bytes:
    return row_line(row[0], row[1], row[2:])


def arduino_values(row: Row) -> bytes:
    return " ".join(map(str, row[2:])).encode() + b"\r\n"


def arduino_named(row: Row) -> bytes:
    pairs = [f"{name}:{value}" for name, value in zip(NAMES, row[2:], strict=False)]
    return ",".join(pairs).encode() + b"\r\n"


def teleplot(row: Row) -> bytes:
    return "".join(
        f">{name}:{row[1]}:{value}\r\n" for name, value in zip(NAMES, row[2:], strict=False)
    ).encode()


def json_line(row: Row) -> bytes:
    return (
        json.dumps({"t": row[1], **dict(zip(NAMES, row[2:], strict=False))}, separators=(",", ":")).encode()
        + b"\r\n"
    )


def firmata(row: Row) -> bytes:
    """Its analogue message: channel, and 14 bits in two bytes of seven."""
    return b"".join(bytes([0xE0 | n, value & 0x7F, value >> 7 & 0x7F]) for n, value in enumerate(row[2:]))


def msgpack_cobs(row: Row) -> bytes:
    import msgpack
    from cobs import cobs

    data = msgpack.packb(list(row))
    return bytes(cobs.encode(data + struct.pack("<H", crc16(data)))) + b"\0"


FORMATS: dict[str, tuple[Callable[[list[Row]], int], str]] = {
    "Arduino plotter, values": (row_by_row(arduino_values), "- | - | -"),
    "Arduino plotter, `name:value`": (row_by_row(arduino_named), "- | - | -"),
    "Teleplot `>name:time:value`": (row_by_row(teleplot), "yes | - | -"),
    "JSON line": (row_by_row(json_line), "yes | - | -"),
    "Firmata, 14 bits": (row_by_row(firmata), "- | - | -"),
    "MessagePack, CRC-16, COBS": (row_by_row(msgpack_cobs), "yes | yes | yes"),
    "**text**": (row_by_row(text_row), "yes | yes | yes"),
    "**blocks of 8**": (blocks_of(8), "yes | yes | yes"),
    "**blocks of 32**": (blocks_of(32), "yes | yes | yes"),
}


def measure_bytes() -> None:
    print(f"### Bytes a row on the wire, {ENCODED_ROWS:,} rows of a micro:bit's accelerometer at 50 Hz\n")
    headers = ", ".join(
        f"{len(line) / HEADER_EVERY:.1f} ({form})"
        for form, line in (
            ("text", header_line(3, ENCODED_ROWS)),
            ("blocks", block_header_line(3, ENCODED_ROWS)),
        )
    )
    print(
        "Rows alone. What they mean, our header says, the others' say nowhere or in a file elsewhere; sent "
        f"every {HEADER_EVERY} rows it adds to each: {headers}. Three "
        "bytes of 256 take two in a block; values from 1024 to 1279 have one of them.\n"
    )
    print("| format | 1 channel | 3 channels | rows/s at 115200, 3 channels | time | number | check |")
    print("|---|---|---|---|---|---|---|")
    for title, (size, has) in FORMATS.items():
        one, three = (size(moved(channels)) / ENCODED_ROWS for channels in (1, 3))
        print(f"| {title} | {one:.1f} | {three:.1f} | {11_520 / three:,.0f} | {has} |")
    print()


# -- ten minutes -------------------------------------------------------------------------------------------

MINUTES = 10
FAST_HZ = 1000


def measure_minutes() -> None:
    """Three channels at 1 kHz, for ten minutes of the board's time."""
    print(f"### A virtual ESP32, {MINUTES} minutes of its time, three channels at {FAST_HZ} Hz\n")
    print(
        "Simulated time: 0.025 ms for every look at the clock (about ten a row), the line at 921600 baud "
        "behind a buffer of 128 bytes. Left out: rows whose time had passed, as the board reports them.\n"
    )
    print(
        "| form | rows | lost on the way | left out, reported | left out, not reported "
        "| latest row, periods |"
    )
    print("|---|---|---|---|---|---|")
    for form in FORMS:
        print(f"| `{form}` | {' | '.join(ten_minutes(form))} |")
    print()


def ten_minutes(form: str) -> list[str]:
    with BoardLink(TimedBoard(ESP32)) as link:
        session = Session(link)
        session.enter()
        files = {f"{name}.py": module(name) for name in FORMS}
        BoardFiles(session, catalogue().boards["esp32"].limits).put(files)
        session.restart()
        run = session.start(READERS + lab(3, FAST_HZ, form=form))
        decoder = Decoder()
        period, rows, lost, late, left_out, latest = 1_000_000 // FAST_HZ, 0, 0, 0, 0, 0
        first: Any = None
        last: Any = None
        stopping = False
        while not run.ended:
            for event in decoder.feed(run.read(0.5).data):
                assert not isinstance(event, Text), event
                if isinstance(event, Gap):
                    lost += event.lost
                elif isinstance(event, Status):
                    late = int(event.fields["late"])
                elif isinstance(event, Samples):
                    first = first or event.rows[0]
                    last = event.rows[-1]
                    rows += len(event.rows)
                    for seq, at, *_values in event.rows:
                        behind = at - first[1] - period * (seq - first[0] + left_out)
                        if behind >= period:
                            left_out += behind // period
                            behind %= period
                        latest = max(latest, behind)
            if last and not stopping and last[1] - first[1] >= MINUTES * 60_000_000:
                stopping = True
                run.write(b"s\n")
    return [f"{rows:,}", str(lost), str(late), str(left_out - late), f"{latest / period:.2f}"]


# ----------------------------------------------------------------------------------------------------------

PARTS = {
    "memory": measure_memory,
    "speed": measure_speed,
    "pace": measure_pace,
    "bytes": measure_bytes,
    "minutes": measure_minutes,
}

if __name__ == "__main__":
    print(f"## Firmware\n\n`python bench/firmware.py`, {date.today()}, {machine()}.\n")
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
