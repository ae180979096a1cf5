"""How fast a long recording leaves the notebook, beside Python's own csv module, and how fast it is drawn.

    python bench/export.py              everything, about three minutes; prints the section of RESULTS.md
    python bench/export.py 360000       so many rows instead of 3.6 million (an hour at 1 kHz)

Each time is the median of rounds in which all take turns. "csv module" writes the same bytes: rows of texts
that are in memory already go through csv.writer into a file. Ours begins at the notebook: it reads the chunks
from SQLite, dates and scales the rows, makes them text and writes them.
"""

from __future__ import annotations

import csv
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "host"))

from makerlab.recording.about import About  # noqa: E402
from makerlab.recording.formats.exporting import Kind, content_of, export  # noqa: E402
from makerlab.recording.formats.importing import read_paths  # noqa: E402
from makerlab.recording.pictures import of_recording  # noqa: E402
from makerlab.recording.plot import draw  # noqa: E402
from makerlab.recording.store.notebook import Notebook  # noqa: E402
from makerlab.wire.events import Channel, Event, Header, Samples  # noqa: E402

ROWS = 3_600_000
ROUNDS = 5
BATCH_ROWS = 500
"""Rows that come together: twice a second, at 1 kHz."""

ABOUT = About(
    "an hour at 1 kHz",
    rate_hz=1000.0,
    started_at=datetime(2026, 11, 24, 10, 0, tzinfo=timezone(timedelta(hours=8))),
)


def recorded(rows: int) -> Iterator[tuple[list[Event], float]]:
    """An hour of one channel in hundredths of a degree, a row a millisecond."""
    yield [Header("bench", (Channel("temperature", "degC", 0.01, 2),), rate_hz=1000.0)], 0.0
    for start in range(0, rows, BATCH_ROWS):
        batch = [(n + 1, n, 2000 + (n * 7919) % 1500) for n in range(start, min(rows, start + BATCH_ROWS))]
        yield [Samples(batch)], batch[-1][1] / 1000  # type: ignore[list-item]


def write_with_csv_module(path: Path, table: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(table)


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as name, Notebook(Path(name) / "notebook.sqlite3") as notebook:
        folder = Path(name)
        (id,) = notebook.add([(ABOUT, recorded(rows))])
        path, peer = folder / "ours.csv", folder / "peer.csv"
        table = table_of(notebook, id, path)
        ours, csv_module = [], []
        for _round in range(ROUNDS):
            csv_module.append(seconds(lambda: write_with_csv_module(peer, table)))
            ours.append(seconds(lambda: write(notebook, id, "csv", path)))
        assert peer.read_bytes() == path.read_bytes(), "not the same bytes"
        table.clear()
        print(f"## Export of {rows:,} rows ({date.today()}, {platform.machine()}, {os.cpu_count()} cores)\n")
        print("| | seconds | rows a second | bytes |\n|---|---|---|---|")
        show("csv module, from texts in memory", median(csv_module), rows, peer)
        show("`maker recordings export`, from the notebook, CSV", median(ours), rows, path)
        for kind, suffix in (("json", ".json"), ("datapackage", ".zip"), ("xlsx", ".xlsx")):
            out = folder / f"ours{suffix}"
            took = seconds(partial(write, notebook, id, kind, out))
            show(f"the same, {kind}", took, rows, out)
        for suffix in (".csv", ".json", ".zip"):
            show(
                f"import of {suffix}", seconds(partial(read_again, notebook, folder / f"ours{suffix}")), rows
            )
        show("drawn as PNG, every peak kept", seconds(lambda: picture(notebook, id)), rows)
        ratio = median(ours) / median(csv_module)
        print(f"\nOurs takes {ratio:.2f} times what the csv module takes (goal: at most 3).")


def table_of(notebook: Notebook, id: int, path: Path) -> list[list[str]]:
    """The cells of our export."""
    write(notebook, id, "csv", path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def write(notebook: Notebook, id: int, kind: Kind, path: Path) -> None:
    path.unlink(missing_ok=True)
    export([content_of(notebook, id)], kind, path, lambda _rows: None)


def read_again(notebook: Notebook, path: Path) -> None:
    notebook.add([(one.about, one.batches) for one in read_paths([path])])


def picture(notebook: Notebook, id: int) -> None:
    draw(of_recording(notebook.get(id), notebook.samples(id)), "png")


def show(what: str, took: float, rows: int, path: Path | None = None) -> None:
    size = f"{path.stat().st_size:,}" if path is not None else ""
    print(f"| {what} | {took:.2f} | {rows / took:,.0f} | {size} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
