"""Flashing thirty virtual ESP32 beside `python -m esptool`: time, processor, memory, true verdicts.

    python bench/flash.py                     everything, about half an hour
    python bench/flash.py --boards 4 --repeats 1 --runs 3     a short look

The boards are models of the chip's loader in two processes of their own; between them and the flasher are
connections paced to 460800 baud. The same boards, the same image and the same connections are given to
`maker`'s classroom run (one process), to thirty `python -m esptool` side by side, again and again in turn,
of which the medians count; and to all of them one after the other, once. In the end there are thirty runs in
each of which one of three boards has a random fault, and every verdict is compared with what is in the
board's flash. Results go to RESULTS.md by hand, with machine, date and load.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
for folder in (HERE.parent / "host", HERE.parent / "tests" / "flash"):
    sys.path.insert(0, str(folder))

BAUD = 460_800
IMAGE_BYTES = 1_650_000
"""Of the application; with bootloader and table the image has 1.7 MB."""
SMALL_IMAGE_BYTES = 300_000
MODEL_PROCESSES = 2
BOARDS_OF_A_FAULT_RUN = 3


# -- the boards, in processes of their own -----------------------------------------------------------------


def models(pipe) -> None:
    """Serve boards as told: ("plug", [(number, faults)]), ("where", number), ("holds", image), ("end",)."""
    from virtual_esp32 import on_flash

    from makerlab.virtual.rom.faults import Faults
    from makerlab.virtual.rom.make import fresh
    from makerlab.virtual.rom.serve import Socket

    boards, plugs = {}, {}
    while True:
        command, *args = pipe.recv()
        if command == "plug":
            for plug in plugs.values():
                plug.close()
            boards = {number: fresh(number, Faults(**faults)) for number, faults in args[0]}
            plugs = {number: Socket(board, paced=True, plain=True) for number, board in boards.items()}
            pipe.send({number: plug.address for number, plug in plugs.items()})
        elif command == "where":
            pipe.send(plugs[args[0]].address)
        elif command == "holds":
            pipe.send({number: on_flash(board, args[0]) for number, board in boards.items()})
        elif command == "state":
            kept = {
                n: board.flash.md5(0x9000, 0x6000) + board.flash.md5(0x200000, 0x1000)
                for n, board in boards.items()
            }
            pipe.send({number: (board.written, kept[number]) for number, board in boards.items()})
        else:
            pipe.send(None)
            return


class Room:
    """All boards, in MODEL_PROCESSES processes."""

    def __init__(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._pipes, self._locks = [], []
        for _process in range(MODEL_PROCESSES):
            ours, theirs = spawn.Pipe()
            spawn.Process(target=models, args=(theirs,), daemon=True).start()
            self._pipes.append(ours)
            self._locks.append(threading.Lock())

    def _ask(self, which, *command):
        with self._locks[which]:
            self._pipes[which].send(command)
            return self._pipes[which].recv()

    def _all(self, command, *args):
        merged = {}
        for which in range(MODEL_PROCESSES):
            merged |= self._ask(which, command, *args)
        return dict(sorted(merged.items()))

    def plug(self, faults):
        """Plug in fresh boards, a dictionary of faults for each; their addresses."""
        merged = {}
        for which in range(MODEL_PROCESSES):
            share = [(n, one) for n, one in enumerate(faults) if n % MODEL_PROCESSES == which]
            merged |= self._ask(which, "plug", share)
        return [merged[n] for n in sorted(merged)]

    def where(self, number):
        return self._ask(number % MODEL_PROCESSES, "where", number)

    def holds(self, image):
        return self._all("holds", image)

    def state(self):
        return self._all("state")

    def close(self):
        for which in range(MODEL_PROCESSES):
            self._ask(which, "end")


# -- the flasher -------------------------------------------------------------------------------------------


def measured_run(pipe, addresses, path) -> None:
    """In a process of its own: what it took."""
    from random_faults import flash_all

    from makerlab.flash.esptool_adaptation import load
    from makerlab.flash.model import Flashed, Stage

    load()
    before, began = time.process_time(), time.monotonic()
    outcomes, heard = flash_all(addresses, path)
    wall, cpu = time.monotonic() - began, time.process_time() - before
    astray = 0
    for address, events in heard.items():
        last = -1
        for name, progress in events:
            astray += name.startswith("flash ") and not name.endswith(address)
            if progress.stage is Stage.WRITING:
                astray += progress.done < last
                last = progress.done
    well = [one for one in outcomes.values() if isinstance(one, Flashed)]
    pipe.send(
        {
            "wall": wall, "cpu": cpu, "passed": len(well), "astray": astray,
            "written": sum(one.written_bytes for one in well),
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "problems": [str(one) for one in outcomes.values() if not isinstance(one, Flashed)],
        }
    )  # fmt: skip


def measure(addresses, path):
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=measured_run, args=(theirs, addresses, path))
    process.start()
    result = ours.recv()
    process.join()
    return result


def esptool_process(address, path):
    return subprocess.Popen(
        [sys.executable, "-m", "esptool", "--port", address, "--baud", str(BAUD), "--after", "no-reset",
         "write-flash", "0x1000", str(path)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def by_esptool(addresses, path, side_by_side):
    """`python -m esptool` for every address; wall time, CPU time of all processes, how many ended well."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    if side_by_side:
        processes = [esptool_process(address, path) for address in addresses]
        codes = [process.wait() for process in processes]
    else:
        codes = [esptool_process(address, path).wait() for address in addresses]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": time.monotonic() - began, "cpu": cpu, "passed": codes.count(0)}


# -- faults ------------------------------------------------------------------------------------------------


def fault_runs(room, runs, path, image, seed):
    """In each run one board has a random fault, and two have none; (its verdict, theirs) of each run."""
    from random_faults import CAN_BE_FLASHED, CANNOT, fault, flash_all, verdicts

    dice = random.Random(seed)
    for _run in range(runs):
        kinds = ["nothing"] * BOARDS_OF_A_FAULT_RUN
        ill = dice.randrange(BOARDS_OF_A_FAULT_RUN)
        kinds[ill] = dice.choice((*CAN_BE_FLASHED[1:], *CANNOT))
        addresses = room.plug([fault(kind, dice, 200_000) for kind in kinds])
        outcomes, _heard = flash_all(addresses, path, room.where)
        told = verdicts(kinds, [outcomes[one] for one in addresses], list(room.holds(image).values()))
        yield told.pop(ill), told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--boards", type=int, default=30)
    parser.add_argument("--repeats", type=int, default=3, help="of what medians are taken of")
    parser.add_argument("--runs", type=int, default=30, help="with a random fault")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-esptool", action="store_true", help="measure maker alone")
    options = parser.parse_args()
    count = options.boards

    import images

    from makerlab.flash.esptool_adaptation import chips
    from makerlab.flash.image import read_image

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["MAKER_HOME"] = name
        path, small = folder / "fw.bin", folder / "small.bin"
        path.write_bytes(images.micropython(folder, size=IMAGE_BYTES))
        small.write_bytes(images.micropython(folder, size=SMALL_IMAGE_BYTES))
        image, small_image = (read_image(one.read_bytes(), one.name, chips()) for one in (path, small))
        deflated = sum(len(zlib.compress(part.data, 9)) for part in image.parts)
        floor = deflated * 10 / BAUD
        print(f"image {path.stat().st_size:,} bytes, deflated {deflated:,}; floor of one board {floor:.1f} s;"
              f" load {os.getloadavg()[0]:.1f}\n")  # fmt: skip
        print("| | wall, s | of the floor | CPU, s | passed |\n|---|---|---|---|---|")

        def row(name, results):
            wall, cpu = (statistics.median(one[key] for one in results) for key in ("wall", "cpu"))
            walls = [one["wall"] for one in results]
            spread = f" ({min(walls):.1f} to {max(walls):.1f})" if len(walls) > 1 else ""
            passed = sum(one["passed"] for one in results)
            print(f"| {name} | {wall:.1f}{spread} | {wall / floor:.2f} | {cpu:.1f} "
                  f"| {passed}/{count * len(results)} |", flush=True)  # fmt: skip

        room = Room()
        first, again, side_by_side = [], [], []
        kept = rewritten = astray = 0
        for _repeat in range(options.repeats):
            addresses = room.plug([{}] * count)
            first.append(measure(addresses, path))
            assert sum(room.holds(image).values()) == first[-1]["passed"], "a verdict is not true"
            before = room.state()
            again.append(measure(addresses, path))
            after = room.state()
            rewritten += sum(after[n][0] - before[n][0] for n in after)
            kept += sum(after[n][1] == before[n][1] for n in after)
            astray += first[-1]["astray"] + again[-1]["astray"]
            if not options.without_esptool:
                side_by_side.append(by_esptool(room.plug([{}] * count), path, True))
        row(f"`maker flash`, {count} boards", first)
        row("the same again, unchanged", again)
        if not options.without_esptool:
            row(f"{count} `python -m esptool` side by side", side_by_side)
            row("all of them one after the other, once", [by_esptool(room.plug([{}] * count), path, False)])
        memory, written = max(one["memory"] for one in first), sum(one["written"] for one in again)
        print(f"\nmemory of `maker flash` {memory:.0f} MB at most; progress astray {astray}; "
              f"image bytes written the second time {written}, by the boards' count {rewritten}; "
              f"NVS and files kept on {kept} of {count * options.repeats}; load {os.getloadavg()[0]:.1f}",
              flush=True)  # fmt: skip
        for problem in (problem for one in (*first, *again) for problem in one["problems"]):
            print("  " + problem)

        began = time.monotonic()
        told = list(fault_runs(room, options.runs, small, small_image, options.seed))
        others = [one for _ill, rest in told for one in rest]
        print(f"\n{options.runs} runs with a random fault, {time.monotonic() - began:.0f} s; of the "
              f"{len(others)} boards beside them {sum(one.passed for one in others)} passed, and of "
              f"{sum(one.true for one in others)} that is true:\n")  # fmt: skip
        print("| fault | runs | passed | verdict true |\n|---|---|---|---|")
        for kind in sorted({ill.kind for ill, _rest in told}):
            mine = [ill for ill, _rest in told if ill.kind == kind]
            print(f"| {kind} | {len(mine)} | {sum(one.passed for one in mine)} "
                  f"| {sum(one.true for one in mine)} |")  # fmt: skip
        for one in [*others, *(ill for ill, _rest in told)]:
            if not one.true:
                print("  not true:", one)
        room.close()


if __name__ == "__main__":
    main()
