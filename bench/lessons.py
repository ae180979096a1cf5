"""How long `maker lesson check` and `maker lesson test` take, and how much the expectations notice.

    python bench/lessons.py                 everything, some minutes; prints its section of RESULTS.md
    python bench/lessons.py mutations       one part of it (packs, sixteen, mutations)

`packs` and `sixteen` time whole commands, each in a new process. `mutations` spoils programs and good scenes,
one thing at a time (lesson_mutants.py), and counts how many spoilt lessons fail their test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT / "host"), str(HERE)]

from lesson_mutants import Mutant, mutants  # noqa: E402
from stream import machine  # noqa: E402

from makerlab.lessons.export.page import Source  # noqa: E402
from makerlab.lessons.export.scorm import scorm12  # noqa: E402
from makerlab.lessons.library import Found, find  # noqa: E402
from makerlab.lessons.trials.trial import Job, Shown, perform  # noqa: E402
from makerlab.lessons.trials.workers import Workers  # noqa: E402

LESSONS = sorted(path.parent for path in (ROOT / "lessons").glob("*/lesson.yaml"))
SIXTEEN = 16
"""As many as the catalogue has."""
TIMES = 3
BOARD_OF = {"microbit": "microbit-v2", "esp32": "esp32"}
"""On which board a target's mutants run."""


def timed(*arguments: str) -> float:
    """Seconds a whole command takes; it must succeed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "host")}
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "makerlab", *arguments], env=environment, check=True, capture_output=True
    )
    return time.perf_counter() - began


def measure_packs() -> None:
    print("### One lesson, whole commands, the slowest of three\n")
    print("| lesson | check, s | test, s | SCORM package, bytes |\n|---|---|---|---|")
    for folder in LESSONS:
        check = max(timed("lesson", "check", str(folder)) for _time in range(TIMES))
        test = max(timed("lesson", "test", str(folder)) for _time in range(TIMES))
        package = scorm12(Source.of(find(str(folder)).files), ["zh"])
        print(f"| {folder.name} | {check:.1f} | {test:.1f} | {len(package):,} |")
    print()


def measure_sixteen() -> None:
    print(f"### {SIXTEEN} lessons at once (copies of these)\n")
    with tempfile.TemporaryDirectory() as place:
        folders = []
        for number in range(SIXTEEN):
            source = LESSONS[number % len(LESSONS)]
            folder = Path(place) / f"{source.name}-{number}"
            shutil.copytree(source, folder)
            folders.append(str(folder))
        check, test = timed("lesson", "check", *folders), timed("lesson", "test", *folders)
        print(f"check {check:.1f} s, test {test:.1f} s\n")


def measure_mutations() -> None:
    print("### Mutants: lessons with one thing spoilt\n")
    print("Caught: the lesson's test fails with them. Not caught are listed below.\n")
    print(
        "| lesson | programs spoilt | caught | scenes spoilt | caught | of all |\n|---|---|---|---|---|---|"
    )
    all_made: Counter[str] = Counter()
    all_caught: Counter[str] = Counter()
    missed: list[str] = []
    with Workers() as workers:
        for folder in LESSONS:
            made: Counter[str] = Counter()
            caught: Counter[str] = Counter()
            for mutant, noticed in tried(find(str(folder)), workers):
                made[mutant.kind] += 1
                caught[mutant.kind] += noticed
                if not noticed:
                    missed.append(f"- {folder.name}/{mutant.path}: {mutant.what}")
            print(f"| {folder.name} {_cells(made, caught)}", flush=True)
            all_made += made
            all_caught += caught
    print(f"| **all** {_cells(all_made, all_caught)}\n")
    print("\n".join(missed), "\n")


def tried(found: Found, workers: Workers) -> Iterable[tuple[Mutant, bool]]:
    """Each mutant, and whether its test fails."""
    made = list(mutants(found.lesson, found.files))
    jobs = [Job(one.files, one.target.id, BOARD_OF[one.target.id], one.use.id) for one in made]
    for mutant, result in zip(made, workers.each(perform, jobs), strict=True):
        assert not isinstance(result, Shown) or result.scene.id == mutant.use.id
        yield mutant, not result.ok


def _cells(made: Counter[str], caught: Counter[str]) -> str:
    cells = []
    for kind in ("program", "scene"):
        share = caught[kind] / made[kind] if made[kind] else 1.0
        cells.append(f"{made[kind]} | {caught[kind]} ({share:.0%})")
    return f"| {' | '.join(cells)} | {caught.total() / made.total():.0%} |"


PARTS = {"packs": measure_packs, "sixteen": measure_sixteen, "mutations": measure_mutations}

if __name__ == "__main__":
    print(f"## Lessons\n\n`python bench/lessons.py`, {date.today()}, {machine()}.\n")
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
