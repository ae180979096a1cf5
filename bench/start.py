"""How long maker takes to start: to its help, to the first row of an experiment, to thirty virtual boards.

    python bench/start.py               everything, about a minute; prints its section of RESULTS.md

Every figure is of a whole process, from starting Python until the output can be read. The first turn of
each kind is not counted: it compiles our modules. "Cold" means that the user's folder is empty, as after
installing: the board's runtime is compiled then and kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from statistics import median

HOST = Path(__file__).resolve().parent.parent / "host"

ROUNDS = 11
COLD_ROUNDS = 5
BOARDS = 30
IDLE_S = 10.0
PORT = "virtual:esp32?fresh=1"


def command(folder: Path, *words: str, home: str = "home") -> subprocess.Popen[str]:
    """Start `maker` with a user's folder of its own, and compiled modules that outlive it."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(HOST),
        "PYTHONPYCACHEPREFIX": str(folder / "pycache"),
        "MAKER_HOME": str(folder / home),
        "MAKER_LANG": "en",
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.Popen(
        [sys.executable, "-m", "makerlab", *words],
        stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment, cwd=folder,
    )  # fmt: skip


@contextlib.contextmanager
def running(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    with process:
        try:
            yield process
        finally:
            process.kill()


def until_end(folder: Path, *words: str) -> float:
    """Seconds until a command has ended."""
    began = time.perf_counter()
    with running(command(folder, *words)) as process:
        process.communicate()
    assert process.returncode == 0, words
    return time.perf_counter() - began


def until_first_row(folder: Path, home: str) -> float:
    """Seconds until `maker run` shows the first row."""
    began = time.perf_counter()
    words = ("run", "thermometer", "--port", PORT, "--samples", "1", "--json")
    with running(command(folder, *words, home=home)) as process:
        assert process.stdout is not None
        while json.loads(process.stdout.readline())["type"] != "row":
            pass
        took = time.perf_counter() - began
        process.communicate()
    return took


def until_served(folder: Path) -> float:
    """Seconds until the addresses of all boards are there; every one answers then."""
    began = time.perf_counter()
    with running(serve(folder)) as process:
        assert process.stdout is not None
        assert len(json.loads(process.stdout.readline())) == BOARDS
        return time.perf_counter() - began


def serve(folder: Path) -> subprocess.Popen[str]:
    return command(folder, "virtual", "--count", str(BOARDS), "--tcp-port", "0", "--fresh", "--json")


def rounds(count: int, measure: Callable[[int], float]) -> list[float]:
    measure(0)
    return [measure(turn) for turn in range(1, count + 1)]


def idle(folder: Path) -> list[tuple[str, str]]:
    """What boards cost while nobody uses them, and how fast Ctrl-C ends them. Linux only."""
    if not Path("/proc/self/stat").exists():
        return []
    with running(serve(folder)) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(1)  # the boards finish starting
        before = cpu_s(process.pid)
        time.sleep(IDLE_S)
        share = (cpu_s(process.pid) - before) / IDLE_S
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
        memory = int(status.partition("VmRSS:")[2].split()[0]) / 1024
        began = time.perf_counter()
        process.send_signal(signal.SIGINT)
        process.wait()
        ended = time.perf_counter() - began
    return [
        ("processor while nobody uses them", f"{share:.1%} of one core"),
        ("memory of the process", f"{memory:.0f} MB"),
        ("from Ctrl-C to the end", f"{ended:.2f} s"),
    ]


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def machine() -> str:
    name = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        cpu = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        name = cpu.partition("model name\t: ")[2].partition("\n")[0] or name
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"


def load() -> str:
    """How many programs wanted the processor meanwhile; Windows does not say."""
    return f" Load {os.getloadavg()[1]:.1f}." if hasattr(os, "getloadavg") else ""


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = {
            "`maker --version`": rounds(ROUNDS, lambda _turn: until_end(folder, "--version")),
            "`maker --help`": rounds(ROUNDS, lambda _turn: until_end(folder, "--help")),
            f"`maker run thermometer --port {PORT}`: first row": rounds(
                ROUNDS, lambda _turn: until_first_row(folder, "home")
            ),
            "the same, cold": rounds(COLD_ROUNDS, lambda turn: until_first_row(folder, f"home-{turn}")),
            f"`maker virtual --count {BOARDS}`: all addresses": rounds(
                ROUNDS, lambda _turn: until_served(folder)
            ),
        }
        costs = idle(folder)
    print("## Start\n")
    print(f"`python bench/start.py`, {date.today()}, {machine()}.{load()} Seconds, whole processes.\n")
    print("| | median | best | worst | rounds |\n|---|---|---|---|---|")
    for what, took in table.items():
        print(f"| {what} | {median(took):.2f} | {min(took):.2f} | {max(took):.2f} | {len(took)} |")
    if costs:
        print(f"\n| {BOARDS} virtual boards served | |\n|---|---|")
        for what, figure in costs:
            print(f"| {what} | {figure} |")


if __name__ == "__main__":
    main()
