"""A lesson's program on a virtual board, in a scene, in simulated time -> columns.

A micro:bit V1 has no virtual board of its own: its program, with the modules as a V1 gets them, runs on the
V2's, without what a V1 does not have. So its data is judged as well; whether its memory is enough says the
emulated V1 (v1_memory.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from makerlab.boards import Board
from makerlab.experiment.run import Prepared
from makerlab.i18n import N_, _
from makerlab.lessons.check.program_rules import NOT_ON_V1, V1
from makerlab.lessons.expectations.columns import Columns
from makerlab.lessons.model import Acquisition, SceneUse
from makerlab.lessons.trials.measured import Collector
from makerlab.virtual.profile import MICROBIT_V2, PROFILES, Profile
from makerlab.virtual.scene import Scene, load
from makerlab.virtual.scenes import built_in
from makerlab.virtual.unattended import Ending, Ran, run
from makerlab.wire.stream import StreamDecoder

MODULES_NOT_ON_V1 = ("log.py", "power.py")
LOG_FILE = re.compile(r"log-[0-9]+\.txt")
"""What firmware/lab/logbook.py writes."""
WHERE = re.compile(r'File "([^"]+)", line ([0-9]+)')
EARLY_S = 1.0
"""A program may end so long before its time: it counts its rows itself."""


class Trouble(NamedTuple):
    """What went wrong with a run, and what to do about it, in the user's language."""

    what: str
    todo: str


@dataclass(frozen=True)
class Simulated:
    """A run: its data, and what went wrong (empty: nothing)."""

    columns: Columns
    troubles: tuple[Trouble, ...]
    seconds: float
    """Of the board's time."""


def can_simulate(board: str) -> bool:
    return board == V1 or board in PROFILES


def scene_of(files: Mapping[str, bytes], use: SceneUse) -> Scene:
    """The scene that a lesson names. Raises BadFile, or LookupError where there is none."""

    def read(name: str) -> str:
        return files[name].decode("utf-8-sig")

    return load(read(use.file), use.file, built_in(), read)[use.scene].with_seed(use.seed)


def simulate(prepared: Prepared, board: Board, scene: Scene, acquisition: Acquisition) -> Simulated:
    """Run a program on the virtual board of the kind `board`, for as long as the lesson measures. Raises what
    VirtualBoard.start raises."""
    small = board.key == V1
    profile = MICROBIT_V2 if small else PROFILES[board.key]
    files = {**prepared.modules, prepared.name: prepared.source.encode("utf-8")}
    ran = run(profile, files, prepared.name, scene, acquisition.duration_s, _make_v1 if small else _as_it_is)
    return Simulated(
        _columns(ran, acquisition), tuple(_troubles(ran, prepared, profile, acquisition)), ran.seconds
    )


def _as_it_is(_rom: dict[str, bytes]) -> None:
    pass


def _make_v1(rom: dict[str, bytes]) -> None:
    """Take away what a V1 does not have."""
    for name in MODULES_NOT_ON_V1:
        rom.pop(name, None)
    rom["microbit.py"] += f"\ndel {', '.join(sorted(NOT_ON_V1))}\n".encode()


def _columns(ran: Ran, acquisition: Acquisition) -> Columns:
    decoder = StreamDecoder()
    collector = Collector()
    for piece in ran.pieces:
        collector.take(decoder.feed(piece.data, piece.at_s))
    collector.take(decoder.close())
    if acquisition.mode == "log":
        decoder = StreamDecoder()
        for name in sorted(filter(LOG_FILE.fullmatch, ran.files)):
            collector.take(decoder.feed(ran.files[name], ran.seconds))
        collector.take(decoder.close())
    return collector.columns()


ENDINGS = {
    Ending.STUCK: (
        N_("The program computes without end: it neither waits nor measures."),
        N_("Look for a loop that never ends; lab's run() is the loop that measures."),
    ),
    Ending.LONG: (
        N_("To simulate all of it takes this computer too long."),
        N_("Measure for a shorter time, or less often."),
    ),
    Ending.FLOOD: (
        N_("The program prints more than anybody can read."),
        N_("Take prints out of its loops."),
    ),
    Ending.DEAF: (
        N_("The program does not end, not even with Ctrl-C."),
        N_("Catch the errors that you expect (except OSError), not all of them."),
    ),
    Ending.CRASHED: (
        N_("The board's runtime crashed."),
        N_("Look for a function that calls itself without end, or for very big lists."),
    ),
}


def _troubles(ran: Ran, prepared: Prepared, profile: Profile, acquisition: Acquisition) -> list[Trouble]:
    if ran.ending in ENDINGS:
        what, todo = ENDINGS[ran.ending]
        return [Trouble(_(what), _(todo))]
    if ran.ending is Ending.ITSELF:
        if ran.traceback:
            return [traceback_trouble(ran.traceback, prepared)]
        if ran.seconds < acquisition.duration_s - EARLY_S:
            what = _("The program ended after {seconds:.1f} s; the lesson measures for {wanted:g} s.").format(
                seconds=ran.seconds, wanted=acquisition.duration_s
            )
            return [Trouble(what, _("Let it measure until it is stopped, as lab's run() does."))]
    return []


def traceback_trouble(traceback: str, prepared: Prepared) -> Trouble:
    """A program's error with its line, as it stands in the lesson."""
    lines = traceback.strip().splitlines()
    problem = lines[-1].strip() if lines else ""
    places = [match for match in WHERE.findall(traceback) if match[0] in (prepared.name, "<stdin>")]
    if not places:
        return Trouble(
            _("{file}: {problem}").format(file=prepared.name, problem=problem),
            _("Run it and see: maker run"),
        )
    number = int(places[-1][1])
    shown = prepared.shown.splitlines()
    line = shown[number - 1].strip() if 0 < number <= len(shown) else ""
    # An open bracket is noticed only behind the last line, where there is nothing to show.
    todo = _("That line is: {text}").format(text=line) if line else _("Look at the lines above it.")
    return Trouble(
        _("{file}, line {line}: {problem}").format(file=prepared.name, line=number, problem=problem), todo
    )
