"""Flashing thirty virtual ESP32 beside `python -m esptool`: time, processor, memory, true verdicts.

    python bench/flash.py                     everything, about eight minutes
    python bench/flash.py --boards 4          a short look

The boards are models of the chip's loader in two processes of their own; between them and the flasher are
connections paced to 460800 baud. The same boards, the same image and the same connections are given to
`maker`'s classroom run (one process), to thirty `python -m esptool` side by side, and to some one after the
other. In the end thirty boards get a random fault each, and every verdict is compared with what is in the
board's flash. Results go to RESULTS.md by hand, with machine and date.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import resource
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
ONE_AFTER_THE_OTHER = 2
"""So many `python -m esptool`; all of them take as long as their number says."""


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


def classroom_run(addresses, path, find_port=None):
    """Flash all addresses in this process, a thread each; ({address: Flashed or error}, heard)."""
    from makerlab.errors import MakerError
    from makerlab.flash.classroom import Classroom
    from makerlab.flash.esp32 import EspJob
    from makerlab.flash.esp_firmware import EspFirmware
    from makerlab.flash.journal import Journal

    journal = Journal.forgetful()
    firmware = EspFirmware(path)
    firmware.check()
    classroom = Classroom(journal.begin(str(path), [(one, "") for one in addresses]))
    outcomes, heard = {}, {one: [] for one in addresses}

    def one(number, address):
        where = (lambda mac, port: find_port(number)) if find_port else None
        job = EspJob(address, firmware, journal, find_port=where)
        thread_of = heard[address]

        def show(progress):
            thread_of.append((threading.current_thread().name, progress))

        try:
            outcomes[address] = classroom.flash(job, show, threading.Event())
        except MakerError as error:
            outcomes[address] = error

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(addresses)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes, heard


def measured_run(pipe, addresses, path) -> None:
    """In a process of its own: what it took."""
    from makerlab.flash.esptool_adaptation import load
    from makerlab.flash.model import Flashed, Stage

    load()
    before, began = time.process_time(), time.monotonic()
    outcomes, heard = classroom_run(addresses, path)
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

CAN_BE_FLASHED = ("nothing", "corrupt_block", "refused_bauds", "moves", "answer_delay_s")


def random_fault(dice, size):
    kind = dice.choice((*CAN_BE_FLASHED, "unplug_at", "worn_out", "mute"))
    value = {
        "nothing": None, "corrupt_block": dice.randrange(15), "refused_bauds": frozenset({BAUD}),
        "moves": True, "answer_delay_s": 0.02, "unplug_at": dice.randrange(20, size), "worn_out": True,
        "mute": True,
    }[kind]  # fmt: skip
    return kind, ({} if kind == "nothing" else {kind: value})


def fault_run(room, count, path, image, seed):
    from makerlab.flash.model import Flashed

    dice = random.Random(seed)
    kinds, faults = zip(*(random_fault(dice, 200_000) for _board in range(count)), strict=True)
    addresses = room.plug(list(faults))
    began = time.monotonic()
    outcomes, _heard = classroom_run(addresses, path, find_port=room.where)
    wall = time.monotonic() - began
    holds = room.holds(image)
    rows = []
    for number, (kind, address) in enumerate(zip(kinds, addresses, strict=True)):
        passed = isinstance(outcomes[address], Flashed)
        true = passed == holds[number] or (not passed and kind == "mute")
        rows.append(
            (kind, passed, true and passed == (kind in CAN_BE_FLASHED), type(outcomes[address]).__name__)
        )
    return wall, rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--boards", type=int, default=30)
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

        def row(name, result, boards=count):
            print(f"| {name} | {result['wall']:.1f} | {result['wall'] / floor:.2f} | {result['cpu']:.1f} "
                  f"| {result['passed']}/{boards} |", flush=True)  # fmt: skip

        room = Room()
        addresses = room.plug([{}] * count)
        first = measure(addresses, path)
        row(f"`maker flash`, {count} boards", first)
        assert sum(room.holds(image).values()) == first["passed"], "a verdict is not true"
        before = room.state()
        again = measure(addresses, path)
        row("the same again, unchanged", again)
        after = room.state()
        if not options.without_esptool:
            addresses = room.plug([{}] * count)
            row(f"{count} `python -m esptool` side by side", by_esptool(addresses, path, True))
            addresses = room.plug([{}] * count)[:ONE_AFTER_THE_OTHER]
            result = by_esptool(addresses, path, False)
            row(f"{ONE_AFTER_THE_OTHER} of them one after the other", result, ONE_AFTER_THE_OTHER)
        astray = first["astray"] + again["astray"]
        print(f"\nmemory of `maker flash` {first['memory']:.0f} MB; progress astray {astray}; "
              f"image bytes written the second time {again['written']}, by the boards' count "
              f"{sum(after[n][0] - before[n][0] for n in after)}; NVS and files kept on "
              f"{sum(after[n][1] == before[n][1] for n in after)}")  # fmt: skip
        for problem in first["problems"] + again["problems"]:
            print("  " + problem)
        wall, rows = fault_run(room, count, small, small_image, options.seed)
        print(f"\n{count} boards with a random fault each, {wall:.0f} s:\n")
        print("| fault | boards | passed | verdict true |\n|---|---|---|---|")
        for kind in sorted({row[0] for row in rows}):
            mine = [one for one in rows if one[0] == kind]
            print(f"| {kind} | {len(mine)} | {sum(one[1] for one in mine)} | {sum(one[2] for one in mine)} |")
            for one in mine:
                if not one[2]:
                    print("  not true:", one)
        room.close()


if __name__ == "__main__":
    main()
