"""What the notebook takes: how much of a core, how fast at most, in how much memory; and what a kill costs.

    python bench/recording.py            everything, about fifteen minutes; prints the section of RESULTS.md
    python bench/recording.py ingest     one part of it (ingest, peak, memory, open, list, killed)

From the bytes of the wire to rows on the disk that can be queried: decoder, clock fit, chunks, SQLite with
every transaction forced to the disk. Times are the process's own on all its cores, so that other work on the
machine counts less; of commands, the clock on the wall.
"""

from __future__ import annotations

import csv
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from random import Random
from statistics import median, quantiles

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent / "tests"
sys.path[:0] = [str(HERE), str(HERE.parent / "host"), str(TESTS / "unit")]

from hostile_stream import header_line, row_line  # noqa: E402
from stream import machine  # noqa: E402

from makerlab.recording.about import About  # noqa: E402
from makerlab.recording.calculated.derive import Derived  # noqa: E402
from makerlab.recording.store.notebook import Notebook  # noqa: E402
from makerlab.wire.events import Channel, Event, Header, Samples  # noqa: E402
from makerlab.wire.stream import StreamDecoder  # noqa: E402

CHANNELS = 3


def rows_from(first: int, count: int) -> Iterator[tuple[int, ...]]:
    """Rows of a wave with noise, a millisecond apart."""
    chance = Random(first)
    for seq in range(first, first + count):
        wave = (seq * 7919) % 4001 - 2000
        yield (
            seq,
            seq,
            wave + chance.randrange(64),
            -wave // 2 + chance.randrange(64),
            chance.randrange(4096),
        )


def wire(first: int, count: int) -> bytes:
    """The same as text of the wire, a header every 128 rows."""
    lines = []
    for row in rows_from(first, count):
        if (row[0] - 1) % 128 == 0:
            lines.append(header_line(CHANNELS, row[0], 1000))
        lines.append(row_line(row[0], row[1], row[2:]))
    return b"".join(lines)


class Folder:
    """A folder for a notebook; on the disk, not in memory."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="bench-", dir=os.environ.get("BENCH_DIR"))

    def __enter__(self) -> Path:
        return Path(self._folder.name)

    def __exit__(self, *exc_info: object) -> None:
        self._folder.cleanup()


# -- a classroom -------------------------------------------------------------------------------------

STREAMS = 32
STREAM_S = 30
LOOK_S = 0.05
"""A board is looked at so often."""


def measure_ingest() -> None:
    """32 boards with 1 kHz in real time: what of a core that takes."""
    looks = round(STREAM_S / LOOK_S)
    rows_a_look = round(1000 * LOOK_S)
    pieces = [wire(1 + look * rows_a_look, rows_a_look) for look in range(looks)]
    with Folder() as folder, Notebook(folder / "n.sqlite3") as notebook:
        boards = [(StreamDecoder(), notebook.record(About(f"{n}", session="s"))) for n in range(STREAMS)]
        begun, used = time.monotonic(), time.process_time()
        late_s = 0.0
        for look, piece in enumerate(pieces):
            wait_s = begun + (look + 1) * LOOK_S - time.monotonic()
            late_s = max(late_s, -wait_s)
            time.sleep(max(0.0, wait_s))
            for decoder, writer in boards:
                at = time.monotonic()
                writer.take(decoder.feed(piece, at), at)
        for _decoder, writer in boards:
            writer.close()
        used, wall = time.process_time() - used, time.monotonic() - begun
        stored = sum(one.rows for one in notebook.find(session="s"))
        size = notebook.path.stat().st_size
    values = f"{STREAMS * CHANNELS * 1000:,} values a second"
    print(f"### {STREAMS} boards, {CHANNELS} channels, 1 kHz each: {values}, {STREAM_S} s\n")
    print("| of a core | rows sent | rows stored | longest behind | bytes a row on the disk |")
    print("|---|---|---|---|---|")
    sent = STREAMS * looks * rows_a_look
    print(f"| {used / wall:.0%} | {sent:,} | {stored:,} | {late_s * 1000:.0f} ms | {size / stored:.1f} |\n")


# -- as fast as it goes ------------------------------------------------------------------------------

PEAK_ROWS = 1_000_000
PIECE_ROWS = 200
ROUNDS = 3


def peak_notebook(folder: Path, pieces: list[bytes]) -> None:
    with Notebook(folder / "n.sqlite3") as notebook, notebook.record(About("x")) as writer:
        decoder = StreamDecoder()
        for piece in pieces:
            at = time.monotonic()
            writer.take(decoder.feed(piece, at), at)


def peak_decoder(_folder: Path, pieces: list[bytes]) -> None:
    decoder = StreamDecoder()
    for piece in pieces:
        decoder.feed(piece, 0.0)


def rows_of(pieces: list[bytes]) -> Iterator[list[tuple[int, ...]]]:
    decoder = StreamDecoder()
    for piece in pieces:
        events = decoder.feed(piece, 0.0)
        yield [row for event in events if isinstance(event, Samples) for row in event.rows]


def peak_sqlite(folder: Path, pieces: list[bytes]) -> None:
    """A row of a table a row, in one transaction every 100,000 rows."""
    with closing(sqlite3.connect(folder / "rows.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE row (recording INTEGER, seq INTEGER, ticks INTEGER, x, y, z)")
        connection.execute("BEGIN")
        for number, rows in enumerate(rows_of(pieces)):
            connection.executemany("INSERT INTO row VALUES (1, ?, ?, ?, ?, ?)", rows)
            if number % 500 == 499:
                connection.execute("COMMIT")
                connection.execute("BEGIN")
        connection.execute("COMMIT")


def peak_csv(folder: Path, pieces: list[bytes]) -> None:
    """Lines of a file, by Python's csv module, which nobody forces to the disk."""
    with (folder / "rows.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for rows in rows_of(pieces):
            writer.writerows(rows)


def measure_peak() -> None:
    pieces = [wire(first, PIECE_ROWS) for first in range(1, PEAK_ROWS + 1, PIECE_ROWS)]
    ways: dict[str, Callable[[Path, list[bytes]], None]] = {
        "the notebook": peak_notebook,
        "decoding alone": peak_decoder,
        "`csv.writer`, after decoding": peak_csv,
        "SQLite, a row a row, after decoding": peak_sqlite,
    }
    used: dict[str, list[float]] = {name: [] for name in ways}
    sizes = dict.fromkeys(ways, 0)
    for _round in range(ROUNDS):
        for name, way in ways.items():
            with Folder() as folder:
                begun = time.process_time()
                way(folder, pieces)
                used[name].append(time.process_time() - begun)
                sizes[name] = sum(file.stat().st_size for file in folder.iterdir())
    print(f"### As fast as it goes: {PEAK_ROWS:,} rows of {CHANNELS} channels, one core\n")
    print("| | values/s | bytes a row |\n|---|---|---|")
    for name, times in used.items():
        print(f"| {name} | {PEAK_ROWS * CHANNELS / median(times):,.0f} | {sizes[name] / PEAK_ROWS:.1f} |")
    print()


# -- an hour -----------------------------------------------------------------------------------------

HOUR_ROWS = 3_600_000


def measure_memory() -> None:
    """An hour at 1 kHz as fast as it goes: what the process takes at each tenth."""
    print("### Memory over an hour of 1 kHz, 3 channels, MB\n")
    marks: list[float] = []
    with Folder() as folder, Notebook(folder / "n.sqlite3") as notebook:
        with notebook.record(About("x")) as writer:
            decoder = StreamDecoder()
            for first in range(1, HOUR_ROWS + 1, PIECE_ROWS):
                at = time.monotonic()
                writer.take(decoder.feed(wire(first, PIECE_ROWS), at), at)
                if first % (HOUR_ROWS // 10) == 1:
                    marks.append(resident_mb())
        marks.append(resident_mb())
    print("| " + " | ".join(f"{tenth * 6} min" for tenth in range(len(marks))) + " |")
    print("|" + "---|" * len(marks))
    print("| " + " | ".join(f"{mark:.1f}" for mark in marks) + " |\n")


def resident_mb() -> float:
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# -- found and opened --------------------------------------------------------------------------------


def long_recording(notebook: Notebook, about: About, rows: int, step_ms: int) -> int:
    """Straight from events: what came in is measured above."""
    header = Header("x", tuple(Channel(name, "mg") for name in "xyz"), rate_hz=1000 / step_ms)
    with notebook.record(about, at=0.0) as writer:
        writer.take([header], 0.0)
        for first in range(1, rows + 1, PIECE_ROWS):
            batch = [(row[0], row[1] * step_ms, *row[2:]) for row in rows_from(first, PIECE_ROWS)]
            events: list[Event] = [Samples(batch)]
            writer.take(events, batch[-1][1] / 1000)
            if first % 100_000 == 1:
                notebook.save()
        return writer.id


def measure_open() -> None:
    print("### Opening the notebook and the envelope of 1000 stretches of a long recording, ms\n")
    print("| | rows | the whole | a tenth of it | a thousandth | all rows as columns |")
    print("|---|---|---|---|---|---|")
    with Folder() as folder:
        path = folder / "n.sqlite3"
        with Notebook(path) as notebook:
            derived = About("hour", derived=(Derived("rise", "x - first(x)"),))
            made = [
                ("a day at 1 Hz", long_recording(notebook, About("day"), 86_400, 1000)),
                ("an hour at 1 kHz", long_recording(notebook, About("hour"), HOUR_ROWS, 1)),
                ("the same with a derived channel", long_recording(notebook, derived, HOUR_ROWS, 1)),
            ]
        for name, id in made:
            with Notebook(path) as notebook:
                found = notebook.get(id)
            cells = []
            for share in (1.0, 0.1, 0.001):
                times = []
                for _round in range(7):
                    begun = time.perf_counter()
                    start_s = found.seconds * 0.3 * (1 - share)
                    with Notebook(path) as notebook:
                        notebook.envelope(id, start_s, start_s + found.seconds * share)
                    times.append(time.perf_counter() - begun)
                cells.append(f"{median(times) * 1000:.0f}")
            times = []
            for _round in range(5):
                begun = time.perf_counter()
                with Notebook(path) as notebook:
                    assert len(notebook.samples(id).seq) == found.rows
                times.append(time.perf_counter() - begun)
            cells.append(f"{median(times) * 1000:.0f}")
            print(f"| {name} | {found.rows:,} | {' | '.join(cells)} |")
    print()


LISTED = 10_000


def measure_list() -> None:
    print(f"### `maker recordings list` over {LISTED:,} recordings, the whole command, ms\n")
    header = Header("x", (Channel("temperature", "degC", 0.01, 2), Channel("light", "lx")), rate_hz=10.0)
    with Folder() as folder:
        path = folder / "n.sqlite3"
        with Notebook(path) as notebook:
            for number in range(LISTED):
                about = About(
                    f"冷却 {number % 97}", experiment="cooling", label=f"第{number % 12 + 1}组",
                    board="esp32", program=f"# {number % 50}\n" * 100,
                    channel_titles={"temperature": {"zh": "温度", "en": "temperature"}},
                )  # fmt: skip
                with notebook.record(about, at=0.0) as writer:
                    writer.take([header, Samples([(n, n * 100, 2000, n) for n in range(1, 20)])], 0.0)
        print("| | median | most | its processor time |\n|---|---|---|---|")
        for words in ("list --all", "list --json", "list 第3组 温度", ""):
            arguments = ["recordings", *words.split(), "--notebook", str(path)] if words else ["--version"]
            times, used = [], []
            for _round in range(9):
                begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
                subprocess.run(
                    [sys.executable, "-m", "makerlab", *arguments],
                    stdout=subprocess.DEVNULL, check=True, env=environment(),
                )  # fmt: skip
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                times.append((time.perf_counter() - begun) * 1000)
                used.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000)
            name = f"maker recordings {words}" if words else "maker --version"
            print(f"| `{name}` | {median(times):.0f} | {max(times):.0f} | {median(used):.0f} |")
    print()


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(HERE.parent / "host"), "MAKER_LANG": "zh"}


# -- killed ------------------------------------------------------------------------------------------

KILLS = 200


def measure_killed() -> None:
    """Each time: a process records 10 kHz; at a random moment it is killed. The value of a row is when it was
    measured, so what is lost is what is missing between the last row on the disk and the last one taken."""
    child = TESTS / "recording" / "records_until_killed.py"
    chance = Random(1)
    lost_ms: list[float] = []
    opened = cut = 0
    with Folder() as folder:
        path = folder / "n.sqlite3"
        with Notebook(path) as notebook:
            first = long_recording(notebook, About("before"), 100_000, 1)
            before = notebook.get(first)
        for _kill in range(KILLS):
            process = subprocess.Popen(
                [sys.executable, str(child), str(path), "", "0.002"],
                stdout=subprocess.PIPE, encoding="utf-8", env=environment(),
            )  # fmt: skip
            assert process.stdout is not None
            fast = int(process.stdout.readline().split()[1])
            taken = process.stdout.readline()
            first_ms = int(taken.split()[2])
            begun = time.monotonic()
            for_s = chance.uniform(0.0, 4.0)
            while time.monotonic() - begun < for_s:
                line = process.stdout.readline()
                taken = line if line.startswith("taken") else taken
            process.kill()
            lines = [taken, *process.stdout.read().splitlines(True)]
            process.wait()
            taken = [line for line in lines if line.startswith("taken") and line.endswith("\n")][-1]
            taken_ms = int(taken.split()[2])
            with Notebook(path) as notebook:
                assert notebook.get(first) == before
                found = [one for one in notebook.find("fast", 1) if one.id == fast]
                if not found:  # it had lived for less than it takes to save once
                    lost_ms.append(taken_ms - first_ms)
                    continue
                columns = notebook.samples(fast)
                assert columns.seq.tolist() == list(range(1, len(columns.seq) + 1))
                lost_ms.append(taken_ms - columns.values["ms"][-1])
                opened += 1
                cut += notebook.get(fast).ended == "cut"
        with Notebook(path) as notebook:
            (verdict,) = notebook._rows("PRAGMA integrity_check")[0]
            assert notebook.get(first) == before
            assert len(notebook.samples(first).seq) == before.rows
    print(f"### Killed {KILLS} times while recording 10,000 rows a second\n")
    print("| opened | marked as cut | nothing saved yet | lost: median | 95 % | most | notebook |")
    print("|---|---|---|---|---|---|---|")
    lost = (median(lost_ms), quantiles(lost_ms, n=20)[-1], max(lost_ms))
    cells = [str(opened), str(cut), str(KILLS - opened), *(f"{one:.0f} ms" for one in lost), verdict]
    print(f"| {' | '.join(cells)} |\n")


# ----------------------------------------------------------------------------------------------------

PARTS = {
    "ingest": measure_ingest,
    "peak": measure_peak,
    "memory": measure_memory,
    "open": measure_open,
    "list": measure_list,
    "killed": measure_killed,
}

if __name__ == "__main__":
    where = f"{machine()}, SQLite {sqlite3.sqlite_version}"
    print(f"## Recording\n\n`python bench/recording.py`, {date.today()}, {where}.\n")
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
