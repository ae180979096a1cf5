"""What lab costs a micro:bit V1, and how well it keeps time: on the genuine runtime, emulated by QEMU.

    python bench/firmware.py            everything, about half a minute; prints its section of RESULTS.md
    python bench/firmware.py memory     one part of it (memory, speed, pace)

Time is the board's own: QEMU counts instructions and calls each 64 ns (`-icount shift=6`), about a 16 MHz
Cortex-M0 that needed one cycle for each. That is the same on every computer. Two things it leaves out are
added where the table says so: the serial line, which takes no time in QEMU, and that a real Cortex-M0 needs
1.87 cycles for an average instruction of this runtime (from an execution trace and its cycle table). Needs
qemu-system-arm.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import pairwise
from pathlib import Path
from statistics import mean, median, stdev

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "host")]

from stream import machine  # noqa: E402

from makerlab.boards import catalogue  # noqa: E402
from makerlab.files.strip import strip  # noqa: E402
from makerlab.files.transfer import BoardFiles  # noqa: E402
from makerlab.link.open import open_link  # noqa: E402
from makerlab.repl.session import Session  # noqa: E402
from makerlab.resources import firmware_dir  # noqa: E402
from makerlab.wire.clock import TICKS_PERIOD  # noqa: E402

PORT = "emulated:microbit-v1?fresh=1&icount=1"
ROUNDS = 5
ROWS = 400
WIRE_MS = 10 / 115.2
"""A byte on a line of 115200 baud: ten bits."""
COUNTED_NS, REAL_NS = 64, 1.87 * 62.5
"""An instruction in QEMU's count, and on average on the real chip at 16 MHz."""

ALONE = "from utime import ticks_us\nfrom microbit import sleep\n"
READERS = "".join(f"def r{number}():\n return {1000 + number}\n" for number in range(3))


@contextmanager
def board() -> Iterator[Session]:
    """A fresh V1 with its edition of lab."""
    with open_link(PORT) as link:
        session = Session(link)
        session.enter()
        source = strip((firmware_dir() / "lab" / "lab_microbit_v1.py").read_text(encoding="utf-8"))
        BoardFiles(session, catalogue().boards["microbit-v1"].limits).put({"lab.py": source.encode()})
        yield session


def measured(session: Session, source: str, rows: int = ROWS) -> list[tuple[list[int], int]]:
    """The first `rows` rows that a program for lab sends: their numbers, and their length in bytes."""
    session.restart()
    run = session.start(source)
    text = b""
    while text.count(b"\n") < rows + 8 and not run.ended:
        text += run.read(0.1).data
    run.stop()
    lines = [line for line in text.split(b"\n")[:-1] if line[:1].isdigit()]
    return [([int(word) for word in line.split()], len(line) + 1) for line in lines[:rows]]


def lab(channels: int, hz: float, reader: str = "r{}") -> str:
    """A program with so many channels."""
    calls = "".join(f"channel('c{number}', 'u', {reader.format(number)})\n" for number in range(channels))
    return f"from lab import channel, run\n{calls}run({hz})\n"


# -- memory ------------------------------------------------------------------------------------------------

FREE = "import gc\ndef free():\n gc.collect()\n return gc.mem_free()\n"


def measure_memory() -> None:
    """Garbage is collected before every look at what is free."""
    print("### Memory of a V1, bytes\n\n| | |\n|---|---|")
    with board() as session:
        session.restart()
        free = int(session.exec(FREE + "print(free())"))
        print(f"| free at the prompt | {free:,} |")
        for statement in ("import lab", "from lab import channel, run"):
            session.restart()
            used = session.exec(f"{FREE}before = free()\n{statement}\nprint(before - free())")
            print(f"| taken by `{statement}` | {int(used):,} |")
        for channels in (1, 3):
            rows = measured(session, FREE + lab(channels, 50, "free"))
            left = int(median(row[2] for row, _bytes in rows[-100:]))
            print(
                f"| free while {channels} channel{'s' * (channels > 1)} run, after {ROWS} rows | {left:,} |"
            )
    print()


# -- speed -------------------------------------------------------------------------------------------------


def measure_speed() -> None:
    """Asked for more rows than it can send, of channels that read a constant."""
    print("### Most rows a second of a V1\n")
    print("| channels | ms a row | rows/s, counted | and the line | and real cycles | bytes a row |")
    print("|---|---|---|---|---|---|")
    with board() as session:
        for channels in (1, 3):
            times: list[float] = []
            sizes: list[int] = []
            for _round in range(ROUNDS):
                rows = measured(session, READERS + lab(channels, 2000))
                times.append((rows[-1][0][1] - rows[0][0][1]) / (rows[-1][0][0] - rows[0][0][0]))
                sizes += [size for _row, size in rows]
            row_ms, line_ms = median(times), WIRE_MS * mean(sizes)
            real_ms = row_ms * REAL_NS / COUNTED_NS
            print(
                f"| {channels} | {row_ms:.2f} | {1000 / row_ms:.0f} | {1000 / (row_ms + line_ms):.0f} "
                f"| {1000 / (real_ms + line_ms):.0f} | {mean(sizes):.1f} |"
            )
    print()


# -- pace --------------------------------------------------------------------------------------------------

ASKED_HZ = (10, 50, 100)


def measure_pace() -> None:
    """The time from reading to reading by ticks_us(), beside the loop that beginners are taught."""
    print("### Time from row to row on a V1, ms\n")
    print("| asked | `lab`: mean | sd | most off | print and `sleep`: mean | sd |\n|---|---|---|---|---|---|")
    with board() as session:
        for hz in ASKED_HZ:
            ours = intervals_ms(measured(session, ALONE + lab(1, hz, "ticks_us")), 2)
            loop = f"n = 0\nwhile 1:\n n += 1\n print(n, ticks_us(), 0, 0)\n sleep({1000 // hz})\n"
            theirs = intervals_ms(measured(session, ALONE + loop), 1)
            most_off = max(abs(interval - 1000 / hz) for interval in ours)
            print(
                f"| {1000 / hz:.0f} | {mean(ours):.3f} | {stdev(ours):.3f} | {most_off:.3f} "
                f"| {mean(theirs):.3f} | {stdev(theirs):.3f} |"
            )
    print()


def intervals_ms(rows: list[tuple[list[int], int]], column: int) -> list[float]:
    """From row to row by the microseconds in `column`; the first row, late by the header, left out."""
    ticks = [row[column] for row, _bytes in rows][1:]
    return [(after - before) % TICKS_PERIOD / 1000 for before, after in pairwise(ticks)]


# ----------------------------------------------------------------------------------------------------------

PARTS = {"memory": measure_memory, "speed": measure_speed, "pace": measure_pace}

if __name__ == "__main__":
    print(f"## Firmware\n\n`python bench/firmware.py`, {date.today()}, {machine()}.\n")
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
