"""Records until somebody kills it: for test_killed.py and bench/recording.py, in a process of its own.

    python records_until_killed.py NOTEBOOK SAVE_S BATCH_S          (SAVE_S "": as usual)

Two boards, one with 20 rows a batch, the other with one in five batches; the first value of a row is the time
it was given at (monotonic, in ms). Prints a line for what it did: "ids 3 4", then "taken SEQ MS" after each
batch of the first board, "saved SEQ" when as many rows of it are on the disk.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

from makerlab.recording.about import About
from makerlab.recording.store import writer as writing
from makerlab.recording.store.intake import Intake, Pending
from makerlab.recording.store.notebook import Notebook
from makerlab.wire.events import Channel, Header, Samples

HEADER = Header("x", (Channel("ms", "ms"), Channel("n"), Channel("n2")), rate_hz=1000.0)
ROWS = 20
"""A batch, every BATCH_S."""


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


class Telling(Intake):
    """Says when rows are on the disk."""

    def saved(self, pending: Pending, pieces: object) -> None:
        super().saved(pending, pieces)  # type: ignore[arg-type]
        if pending.rows % ROWS == 0:
            say("saved", pending.rows)


def main(path: Path, save_s: float, batch_s: float) -> None:
    writing.SAVE_S = save_s or writing.SAVE_S
    writing.Intake = Telling  # type: ignore[misc]
    pause = threading.Event()
    with Notebook(path) as notebook:
        fast = notebook.record(About("fast"))
        writing.Intake = Intake  # type: ignore[misc]
        slow = notebook.record(About("slow"))
        say("ids", fast.id, slow.id)
        for writer in (fast, slow):
            writer.take([HEADER], time.monotonic())
        batch = 0
        while True:
            at = time.monotonic()
            ms = round(at * 1000)
            first = batch * ROWS + 1
            fast.take([Samples([(first + n, first + n, ms, n, -n) for n in range(ROWS)])], at)
            say("taken", first + ROWS - 1, ms)
            if batch % 5 == 0:
                slow.take([Samples([(batch // 5 + 1, first, ms, 1, 1)])], at)
            batch += 1
            pause.wait(batch_s)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2] or 0), float(sys.argv[3]))
