"""How fast the wire is decoded, what survives a hostile line, and how well board time is fitted.

    python bench/stream.py              everything, about five minutes; prints the section of RESULTS.md
    python bench/stream.py decode       one part of it (decode, blocks, faults, clock)

Speeds are rows a second of one core's time (not of the clock on the wall, so that other work on the
machine counts less), medians of several rounds in which all decoders take turns.
"""

from __future__ import annotations

import csv
import io
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from statistics import median, quantiles

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "host"), str(HERE.parent / "tests" / "unit")]

from hostile_stream import Verdict, block_stream, damage, judge, stream  # noqa: E402

from makerlab.wire.clock import ClockFit  # noqa: E402
from makerlab.wire.decoder import Decoder  # noqa: E402
from makerlab.wire.events import Event  # noqa: E402
from makerlab.wire.stream import StreamDecoder  # noqa: E402

CHUNK_BYTES = 4096
"""What is fed at a time: a busy reader thread's share."""

# -- decoding ----------------------------------------------------------------------------------------

DECODED_ROWS = 100_000
ROUNDS = 9


def chunks(data: bytes) -> list[bytes]:
    return [data[at : at + CHUNK_BYTES] for at in range(0, len(data), CHUNK_BYTES)]


def decode_wire(pieces: list[bytes]) -> int:
    """The decoder: number, time, check, gaps, restarts."""
    decoder = Decoder()
    return sum(rows_in(decoder.feed(piece)) for piece in pieces)


def decode_stream(pieces: list[bytes]) -> int:
    """The decoder as `maker run` uses it, with plain prints understood as well."""
    decoder = StreamDecoder()
    return sum(rows_in(decoder.feed(piece, 0.0)) for piece in pieces)


def rows_in(events: list[Event]) -> int:
    return sum(len(getattr(event, "rows", ())) for event in events)


def decode_split(pieces: list[bytes]) -> int:
    """The same rows, split into integers: no check, no order, no header."""
    rest, rows = b"", 0
    for piece in pieces:
        lines = (rest + piece).split(b"\n")
        rest = lines.pop()
        for line in lines:
            try:
                row = tuple(map(int, line.split()))
            except ValueError:
                continue
            rows += bool(row)
    return rows


def decode_readline(pieces: list[bytes]) -> int:
    """What scripts do around pyserial: readline, decode, strip, split, float. No check."""
    file, rows = io.BytesIO(b"".join(pieces)), 0
    while line := file.readline():
        try:
            row = [float(field) for field in line.decode().strip().split(" ")]
        except ValueError:
            continue
        rows += bool(row)
    return rows


def decode_json(pieces: list[bytes]) -> int:
    """The same content as JSON lines: {"n": 1, "t": 100123, "v": [2356]}."""
    rest, rows = b"", 0
    for piece in pieces:
        lines = (rest + piece).split(b"\n")
        rest = lines.pop()
        for line in lines:
            row = json.loads(line)
            rows += bool((row["n"], row["t"], *row["v"]))
    return rows


def decode_csv(pieces: list[bytes]) -> int:
    """The same content as CSV, through the csv module and int."""
    text = io.StringIO(b"".join(pieces).decode(), newline="")
    rows = 0
    for row in csv.reader(text):
        rows += bool(tuple(map(int, row)))
    return rows


def measure_decoding() -> None:
    print(f"### Decoding, {DECODED_ROWS:,} rows in pieces of {CHUNK_BYTES} bytes, a header every 128 rows\n")
    print("| | 1 channel, rows/s | of `Decoder` | 3 channels, rows/s | of `Decoder` |\n|---|---|---|---|---|")
    speeds = [decoding_speeds(channels) for channels in (1, 3)]
    for name in speeds[0]:
        cells = [f"{each[name]:,.0f} | {each[name] / each['`Decoder`']:.2f}" for each in speeds]
        print(f"| {name} | {' | '.join(cells)} |")
    print()


BLOCKS = ((32, "crc16"), (32, "crc32"), (8, "crc16"))
"""Rows in a block, and the check."""


def measure_blocks() -> None:
    print(f"### Decoding blocks, {DECODED_ROWS:,} rows in pieces of {CHUNK_BYTES} bytes\n")
    print(
        "| rows in a block | check | `Decoder`, 1 channel | `StreamDecoder` "
        "| `Decoder`, 3 channels | `StreamDecoder` |"
    )
    print("|---|---|---|---|---|---|")
    for rows, check in BLOCKS:
        cells: list[str] = []
        for channels in (1, 3):
            pieces = chunks(block_stream(DECODED_ROWS, channels, rows, Random(1), check).data)
            for decode in (decode_wire, decode_stream):
                times = []
                for _ in range(ROUNDS):
                    started = time.process_time()
                    found = decode(pieces)
                    times.append(time.process_time() - started)
                    assert found == DECODED_ROWS, found
                cells.append(f"{DECODED_ROWS / median(times):,.0f}")
        print(f"| {rows} | {check} | {' | '.join(cells)} |")
    print()


def decoding_speeds(channels: int) -> dict[str, float]:
    sent = stream(DECODED_ROWS, channels, Random(1))
    wire = chunks(sent.data)
    as_json = [json.dumps({"n": n, "t": t, "v": v}) + "\n" for n, (t, *v) in sent.rows.items()]
    as_csv = [",".join(map(str, (n, *content))) + "\r\n" for n, content in sent.rows.items()]
    decoders: dict[str, tuple[Callable[[list[bytes]], int], list[bytes]]] = {
        "`Decoder`": (decode_wire, wire),
        "`StreamDecoder` (what `maker run` uses)": (decode_stream, wire),
        "`split` and `int`, no check": (decode_split, wire),
        "`readline`, `decode`, `split`, `float`, no check": (decode_readline, wire),
        "`json.loads` a line, no check": (decode_json, chunks("".join(as_json).encode())),
        "`csv.reader` and `int`, no check": (decode_csv, chunks("".join(as_csv).encode())),
    }
    times: dict[str, list[float]] = {name: [] for name in decoders}
    for _ in range(ROUNDS):
        for name, (decoder, pieces) in decoders.items():
            started = time.process_time()
            rows = decoder(pieces)
            times[name].append(time.process_time() - started)
            assert rows == DECODED_ROWS, (name, rows)
    return {name: DECODED_ROWS / median(seconds) for name, seconds in times.items()}


# -- faults ------------------------------------------------------------------------------------------

FAULT_ROWS, FAULTS = 300_000, 18_000
SEEDS = range(1, 6)


def measure_faults() -> None:
    print(f"### {FAULTS:,} faults in {FAULT_ROWS:,} rows\n")
    print(f"The same share of faults for blocks, of which there are {FAULT_ROWS // 10:,}. Faults are:")
    print("Dropped runs of bytes, flipped bits, boot logs, tracebacks, `<DAPLink:Overflow>`, random bytes.\n")
    print(
        "| form | channels | seed | rows accepted | wrong | lost | lost per fault | in no gap |\n"
        "|---|---|---|---|---|---|---|---|"
    )
    for channels in (1, 3):
        for seed in SEEDS:
            verdict = decode_hostile(channels, seed)
            print(
                f"| text | {channels} | {seed} | {verdict.accepted:,} | {verdict.wrong} | {verdict.lost:,} "
                f"| {verdict.lost / FAULTS:.3f} | {verdict.uncounted} |"
            )
    for rows in (8, 32):
        for seed in SEEDS:
            verdict = decode_hostile(3, seed, rows)
            print(
                f"| blocks of {rows} | 3 | {seed} | {verdict.accepted:,} | {verdict.wrong} "
                f"| {verdict.lost:,} | {verdict.lost / (FAULTS // 10):.3f} | {verdict.uncounted} |"
            )
    print()


def decode_hostile(channels: int, seed: int, block_rows: int = 0) -> Verdict:
    """`block_rows` 0: rows as text. Of blocks there are a tenth as many, with as many faults for each."""
    random = Random(seed)
    faults = FAULTS
    if block_rows:
        sent = block_stream(FAULT_ROWS // 10 * block_rows, channels, block_rows, random)
        faults //= 10
    else:
        sent = stream(FAULT_ROWS, channels, random)
    data, _touched = damage(sent, faults, random)
    decoder = Decoder()
    events = [event for piece in chunks(data) for event in decoder.feed(piece)]
    events += decoder.feed(sent.end) + decoder.close()
    return judge(events, sent)


# -- the clock ---------------------------------------------------------------------------------------

RATE_HZ = 10.0
RUNS = 200
SPANS_S = (2, 5, 10, 30, 60, 600)
CLOCK_ERRORS = (-0.007, 0.0, 0.007)
"""As a share of real time; a micro:bit's clock is 0.7 % slow."""

PACE_JITTER_S = 0.002
"""How late after its time a board may take a row; whole milliseconds of it are in the row's own time."""

Delay = Callable[[Random], float]
DELAYS: dict[str, Delay] = {
    "1 to 16 ms, evenly": lambda random: random.uniform(0.001, 0.016),
    "1 ms and, on average, 8 ms more": lambda random: 0.001 + random.expovariate(1 / 0.008),
    "1 to 16 ms, a stall of up to 300 ms in one of 20": lambda random: (
        random.uniform(0.001, 0.016) + (random.random() < 0.05) * random.uniform(0, 0.3)
    ),
}


def measure_clock() -> None:
    print(f"### Clock fit, {RATE_HZ:g} rows a second, {RUNS} simulated runs a cell\n")
    print(
        "How far the real rate is from the asked one once the board was told `ClockFit.board_hz`, in %: "
        "median and 95th percentile, over clocks that are 0.7 % slow, right, and 0.7 % fast; in brackets how "
        "many of 100 runs were within `ClockFit.uncertainty`. Without the fit it is 0.7 %.\n"
    )
    print(f"| delays | {' | '.join(f'{span} s' for span in SPANS_S)} |\n|---|{'---|' * len(SPANS_S)}")
    for name, delay in DELAYS.items():
        cells = [clock_cell(delay, span) for span in SPANS_S]
        print(f"| {name} | {' | '.join(cells)} |")
    print()


def clock_cell(delay: Delay, span_s: float) -> str:
    random = Random(20261124)
    errors: list[float] = []
    covered = 0
    for number in range(RUNS):
        clock_error = CLOCK_ERRORS[number % len(CLOCK_ERRORS)]
        clock = fit(clock_error, delay, span_s, random)
        achieved_hz = clock.board_hz(RATE_HZ) * (1 + clock_error)
        errors.append(abs(achieved_hz / RATE_HZ - 1))
        covered += abs(clock.rate * (1 + clock_error) - 1) <= clock.uncertainty
    high = quantiles(errors, n=20)[-1]
    return f"{100 * median(errors):.3f} / {100 * high:.3f} ({100 * covered / RUNS:.0f})"


def fit(clock_error: float, delay: Delay, span_s: float, random: Random) -> ClockFit:
    """What a fit makes of a board whose clock runs 1 + `clock_error` as fast as real time."""
    clock = ClockFit(0.001)
    arrived = 0.0
    for seq in range(round(span_s * RATE_HZ) + 1):
        board_s = seq / RATE_HZ + random.uniform(0, PACE_JITTER_S)
        real_s = board_s / (1 + clock_error)
        arrived = max(arrived, real_s + delay(random))  # a stall holds up what comes behind it
        clock.add([(seq + 1, int(board_s / clock.tick_s), 0)], arrived)
    return clock


# ----------------------------------------------------------------------------------------------------

PARTS = {
    "decode": measure_decoding,
    "blocks": measure_blocks,
    "faults": measure_faults,
    "clock": measure_clock,
}


def machine() -> str:
    """The processor and Python, as the results name them."""
    processor = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text(encoding="utf-8").splitlines()
        named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        processor = named[0] if named else processor
    return f"{processor}, {os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"


if __name__ == "__main__":
    print(f"## Stream\n\n`python bench/stream.py`, {date.today()}, {machine()}.\n")
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
