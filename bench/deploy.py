"""How fast files get onto boards, beside the tools teachers use now: mpremote and adafruit-ampy.

    python bench/deploy.py              everything, about four minutes; prints its section of RESULTS.md
    python bench/deploy.py esp32        one part of it (esp32, microbit, many, cuts)

Every tool is a command of its own, start-up included, on the same device file with the same board behind it:
genuine MicroPython in WebAssembly (ESP32) or the genuine micro:bit V1 runtime in QEMU, on a line of 115200
baud with the board's own receive buffer. The board lives in a process of its own. Every measurement finds an
empty board; the tools take turns. Needs Linux or macOS (pseudo-terminals).
"""

from __future__ import annotations

import contextlib
import os
import platform
import random
import select
import subprocess
import sys
import tempfile
import threading
import time
import tty
from collections.abc import Callable, Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
HOST = HERE.parent / "host"
sys.path.insert(0, str(HOST))

BAUD = 115200
ROUNDS = 5
MANY = 30
CUTS = 500

# -- boards, in a process of their own ---------------------------------------------------------------


def serve() -> None:
    """Child process. A line on stdin: `esp32` or `microbit-v1` puts a new, empty board in place of the one
    before and answers with its device file; `lost` with the bytes its receive buffer had no room for;
    `esp32 N` with N device files."""
    from makerlab.virtual.board import VirtualBoard
    from makerlab.virtual.profile import PROFILES
    from makerlab.virtual.serve import PtyDoor, Server

    with contextlib.ExitStack() as here:
        boards: list[VirtualBoard] = []
        for line in sys.stdin:
            kind, _space, count = line.strip().partition(" ")
            if kind == "lost":
                print(sum(board.uart.lost for board in boards), flush=True)
                continue
            here.close()
            boards = []
            if kind == "microbit-v1":
                print(here.enter_context(_emulated()), flush=True)
                continue
            # Closed in the reverse order: the server first.
            for _each in range(int(count or 1)):
                board = VirtualBoard(PROFILES[kind], baud=BAUD)
                board.start()
                here.callback(board.close)
                boards.append(board)
            server = here.enter_context(Server())
            addresses = [server.add(PtyDoor(board)) for board in boards]
            server.start()
            print(*addresses, flush=True)


@contextlib.contextmanager
def _emulated() -> Iterator[str]:
    """An emulated micro:bit V1 behind a device file."""
    from makerlab.link import open_link

    master, far_end = os.openpty()
    tty.setraw(far_end)
    link = open_link(f"emulated:microbit-v1?fresh=1&baud={BAUD}")
    ended = threading.Event()

    def to_board() -> None:
        while not ended.is_set():
            if select.select([master], [], [], 0.05)[0]:
                link.write(os.read(master, 4096))

    def to_host() -> None:
        while not ended.is_set():
            if data := link.read(0.05).data:
                os.write(master, data)

    threads = [threading.Thread(target=pump) for pump in (to_board, to_host)]
    for thread in threads:
        thread.start()
    try:
        yield os.ttyname(far_end)
    finally:
        ended.set()
        for thread in threads:
            thread.join()
        link.close()
        os.close(far_end)
        os.close(master)


class Boards:
    """The child process and what it serves."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, "serve"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip

    def ask(self, line: str) -> list[str]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().split()

    def cpu_s(self) -> float:
        """Seconds of processor time it has used (Linux; 0 elsewhere)."""
        with contextlib.suppress(OSError):
            fields = (
                Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            )
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return 0.0

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


# -- tools -------------------------------------------------------------------------------------------


def command(*words: object) -> float:
    """Run `python -m words...`; its seconds on the clock. Ends the benchmark if it fails."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(HOST),
        "PYTHONPYCACHEPREFIX": str(Path(_home.name) / "pycache"),
        "PYTHONUTF8": "1",
        "MAKER_HOME": _home.name,
    }
    # Installed, every tool is compiled once, ours as well as the others.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    began = time.perf_counter()
    result = subprocess.run(
        [sys.executable, "-m", *map(str, words)],
        env=environment,
        capture_output=True, text=True, encoding="utf-8", errors="replace",
    )  # fmt: skip
    took = time.perf_counter() - began
    if result.returncode:
        raise SystemExit(f"{words}: exit code {result.returncode}\n{result.stdout}{result.stderr}")
    return took


def maker_put(port: str, files: list[Path]) -> float:
    return command("makerlab", "put", *files, "--no-strip", "--port", port)


def mpremote_put(port: str, files: list[Path]) -> float:
    return command("mpremote", "connect", port, "fs", "cp", *files, ":")


def ampy_put(port: str, files: list[Path]) -> float:
    if len(files) == 1:
        return command("ampy.cli", "-p", port, "-b", BAUD, "put", files[0])
    return command("ampy.cli", "-p", port, "-b", BAUD, "put", files[0].parent, "/")  # one start for all


_home = tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True)

# -- what is sent ------------------------------------------------------------------------------------

FIVE = ("bh1750", "counter", "hcsr04", "max6675", "sht3x")
"""Sensor drivers of `firmware/sensors`: 10,037 bytes in all, what an ESP32 gets before a lesson."""
PROGRAM_BYTES = 1_699


def five_files(folder: Path) -> list[Path]:
    """Copies of the five, in a folder of their own."""
    folder.mkdir()
    files = []
    for name in FIVE:
        path = folder / f"{name}.py"
        path.write_bytes((HERE.parent / "firmware" / "sensors" / path.name).read_bytes())
        files.append(path)
    return files


def random_file(path: Path, size: int) -> Path:
    """Bytes that nothing can compress."""
    path.write_bytes(random.Random(1).randbytes(size))
    return path


# -- measurements ------------------------------------------------------------------------------------


def medians(
    boards: Boards, kind: str, tools: dict[str, Callable[[str], float]], rounds: int = ROUNDS
) -> dict[str, float]:
    """Seconds of each tool on an empty board, medians over `rounds` in which they take turns."""
    times: dict[str, list[float]] = {tool: [] for tool in tools}
    for run in tools.values():  # once before it counts: modules are compiled
        run(*boards.ask(kind))
    for _round in range(rounds):
        for tool, run in tools.items():
            (port,) = boards.ask(kind)
            times[tool].append(run(port))
            if kind == "esp32" and tool == "maker":
                (lost,) = boards.ask("lost")
                assert lost == "0", f"{lost} bytes did not fit the board's receive buffer"
    return {tool: median(seconds) for tool, seconds in times.items()}


def row(what: str, times: dict[str, float], targets: dict[str, float]) -> str:
    """A line of the table; `targets` say how many times faster than a tool it has to be."""
    ours = times["maker"]
    cells = [what, f"{ours:.2f}"]
    for tool in ("mpremote", "ampy"):
        if tool in times:
            wanted = f" (goal {targets[tool]:g}x)" if tool in targets else ""
            cells.append(f"{times[tool]:.2f} = {times[tool] / ours:.1f}x{wanted}")
        else:
            cells.append("cannot")
    return "| " + " | ".join(cells) + " |"


def esp32(boards: Boards, folder: Path) -> list[str]:
    five = five_files(folder / "five")
    binary = random_file(folder / "data.bin", 100 << 10)
    lines = []

    def put(files: list[Path]) -> dict[str, Callable[[str], float]]:
        return {
            "maker": lambda port: maker_put(port, files),
            "mpremote": lambda port: mpremote_put(port, files),
            "ampy": lambda port: ampy_put(port, files),
        }

    lines.append(
        row("five files, 10 KB in all", medians(boards, "esp32", put(five)), {"mpremote": 4, "ampy": 8})
    )

    def again(first: Callable[[str], float]) -> Callable[[str], float]:
        def run(port: str) -> float:
            first(port)
            return first(port)

        return run

    times = medians(boards, "esp32", {tool: again(run) for tool, run in put(five).items() if tool != "ampy"})
    lines.append(row("the same again, unchanged (goal 0.6 s)", times, {}))
    tools = put([binary])
    del tools["ampy"]  # 80 s, and nobody asked
    times = medians(boards, "esp32", tools, 3)
    lines.append(row("100 KB of random bytes", times, {"mpremote": 3}))

    def back(fetch: Callable[[str], float]) -> Callable[[str], float]:
        def run(port: str) -> float:
            maker_put(port, [binary])
            took = fetch(port)
            assert (folder / "back.bin").read_bytes() == binary.read_bytes()
            (folder / "back.bin").unlink()
            return took

        return run

    copy = folder / "back.bin"
    times = medians(
        boards,
        "esp32",
        {
            "maker": back(lambda port: command("makerlab", "get", ":data.bin", copy, "--port", port)),
            "mpremote": back(
                lambda port: command("mpremote", "connect", port, "fs", "cp", ":data.bin", copy)
            ),
        },
        3,
    )
    lines.append(row("and back to the computer", times, {"mpremote": 1}))
    return lines


def microbit(boards: Boards, folder: Path) -> list[str]:
    program = folder / "main.py"
    text = (HERE.parent / "firmware" / "lab" / "lab.py").read_bytes()
    program.write_bytes(text[:PROGRAM_BYTES])
    tools = {
        "maker": lambda port: maker_put(port, [program]),
        "ampy": lambda port: ampy_put(port, [program]),
    }
    times = medians(boards, "microbit-v1", tools)
    return [row("a program of 1,699 bytes to a micro:bit V1", times, {"ampy": 5})]


def many(boards: Boards, folder: Path) -> list[str]:
    """Thirty boards in one command, beside one. Each way is also the processor time it takes."""
    five = five_files(folder / "many")
    lines = []
    walls = {}
    maker_put(*boards.ask("esp32"), five)  # before it counts: modules are compiled
    for count in (1, MANY):
        ports = boards.ask(f"esp32 {count}")
        before = boards.cpu_s(), os.times()
        words = [word for port in ports for word in ("--port", port)]
        wall = command("makerlab", "put", *five, "--no-strip", *words)
        after = os.times()
        ours = after.children_user + after.children_system
        ours -= before[1].children_user + before[1].children_system
        theirs = boards.cpu_s() - before[0]
        walls[count] = wall
        lines.append(f"| {count} | {wall:.2f} | {ours:.2f} | {theirs:.2f} | {(ours + theirs) / wall:.2f} |")
    lines.append(f"\n{MANY} boards take {walls[MANY] / walls[1]:.2f} times as long as one (goal 1.5).")
    return lines


def cuts(folder: Path) -> list[str]:
    """The link closed after a random number of bytes, in the middle of a sync."""
    sys.path.insert(0, str(HERE.parent / "tests" / "files"))
    from cutting import Cuts

    began = time.perf_counter()
    with Cuts(random.Random(7)) as test:
        for _cut in range(CUTS):
            test.cut_once()
    took = time.perf_counter() - began
    return [
        f"{CUTS} times the link was closed after a random number of bytes in the middle of a `sync` "
        f"({took:.0f} s): {test.old} times every file was the old one afterwards, {test.mixed} times some "
        f"were new, {test.new} times all; {test.torn} times one was neither. The next `sync` repaired "
        f"{test.repaired} of {CUTS}."
    ]


def main(parts: list[str]) -> None:
    boards = Boards()
    with tempfile.TemporaryDirectory() as name, contextlib.closing(boards):
        folder = Path(name)
        print("## Deploy\n")
        print(
            f"{date.today()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python "
            f"{platform.python_version()}, mpremote {version('mpremote')}, ampy {version('adafruit-ampy')}; "
            f"`python bench/deploy.py`. Line of {BAUD} baud; seconds of a whole command, medians.\n"
        )
        if "esp32" in parts or "microbit" in parts:
            print("| what | maker | mpremote | ampy |\n|---|---|---|---|")
        if "esp32" in parts:
            print("\n".join(esp32(boards, folder)), flush=True)
        if "microbit" in parts:
            print("\n".join(microbit(boards, folder)), flush=True)
        if "many" in parts:
            print("\n| boards | seconds | processor, maker | processor, boards | cores busy |")
            print("|---|---|---|---|---|")
            print("\n".join(many(boards, folder)), flush=True)
        if "cuts" in parts:
            print("\n" + "\n".join(cuts(folder)), flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    else:
        main(sys.argv[1:] or ["esp32", "microbit", "many", "cuts"])
