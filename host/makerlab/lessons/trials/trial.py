"""A lesson put to the test: each program on each of its boards, through each of its scenes; its data judged.

A scene with `must_fail` is a negative one: there each of those expectations must not hold, which proves that
it can detect something. Nothing of a lesson is ever run on this computer itself: its programs run in the
sandbox of a virtual board, and in the emulated micro:bit V1.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from makerlab.boards import catalogue
from makerlab.errors import BadFile, MakerError
from makerlab.i18n import N_, _, pick
from makerlab.lessons.description import lesson_of
from makerlab.lessons.expectation_kinds import CHECKS
from makerlab.lessons.expectations.columns import Columns
from makerlab.lessons.expectations.judge import judge
from makerlab.lessons.expectations.verdict import Verdict
from makerlab.lessons.model import LESSON_FILE, Lesson, SceneUse, Target
from makerlab.lessons.trials import v1_memory
from makerlab.lessons.trials.programs import prepared
from makerlab.lessons.trials.simulate import Trouble, can_simulate, scene_of, simulate
from makerlab.lessons.trials.workers import Workers


class NoSuchTarget(MakerError):
    what = N_("The lesson has no target {name}.")
    todo = N_("It has: {names}.")


@dataclass(frozen=True)
class Shown:
    """One run of a target's program on a board, in a scene. `verdicts` are those of the expectations that are
    judged there."""

    target: str
    board: str
    scene: SceneUse
    verdicts: tuple[Verdict, ...]
    troubles: tuple[Trouble, ...]
    seconds: float
    """Of the board's time."""
    took_s: float
    """Of this computer's."""

    @property
    def failures(self) -> list[Trouble]:
        """Why this run fails the lesson; empty when it does not."""
        if self.troubles:
            return list(self.troubles)
        if not self.scene.must_fail:
            return [
                _because(N_("{id}: {reason}"), one, pick(dict(one.say)))
                for one in self.verdicts
                if not one.met
            ]
        what = N_("{id} holds although it must fail here: {reason}")
        todo = _("Make the expectation stricter, or the scene worse.")
        return [_because(what, one, todo) for one in self.verdicts if one.met]

    @property
    def ok(self) -> bool:
        return not self.failures


def _because(what: str, verdict: Verdict, todo: str) -> Trouble:
    return Trouble(_(what).format(id=verdict.expectation.id, reason=verdict.reason.text), todo)


@dataclass(frozen=True)
class Room:
    """What a target's program leaves of a micro:bit V1's memory, and whether that is within its heap_max."""

    target: str
    memory: v1_memory.Memory
    heap_max: int
    board: str = v1_memory.KEY

    @property
    def failures(self) -> list[Trouble]:
        if self.memory.trouble is not None:
            return [self.memory.trouble]
        used = self.memory.used
        if used is None or not self.heap_max or used <= self.heap_max:
            return []
        what = _("The program takes {used:,} bytes of memory; heap_max allows {most:,}.").format(
            used=used, most=self.heap_max
        )
        return [Trouble(what, _("Make it shorter, or heap_max greater if there is room."))]

    @property
    def ok(self) -> bool:
        return not self.failures


@dataclass(frozen=True)
class Unseen:
    """A board that nobody can try here, and why; `fatal` when the lesson itself is to blame."""

    target: str
    board: str
    why: str
    todo: str = ""
    fatal: bool = False

    @property
    def failures(self) -> list[Trouble]:
        return [Trouble(self.why, self.todo)] if self.fatal else []

    @property
    def ok(self) -> bool:
        return not self.fatal


Result = Shown | Room | Unseen


class _Memory:
    """The emulated V1 at work beside the virtual boards: it mostly waits."""

    def __init__(self, files: Mapping[str, bytes], target: Target) -> None:
        self._files, self._target = files, target
        self._result: Result | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        target = self._target
        try:
            program = prepared(self._files, target, catalogue().boards[v1_memory.KEY])
            self._result = Room(target.id, v1_memory.measure(program), target.heap_max)
        except MakerError as error:
            self._result = Unseen(target.id, v1_memory.KEY, error.message, error.hint, fatal=True)

    def result(self) -> Result:
        self._thread.join()
        assert self._result is not None
        return self._result


class Job(NamedTuple):
    """One run: what a process of its own needs to know of it."""

    files: Mapping[str, bytes]
    target: str
    board: str
    scene: str


def try_lesson(
    files: Mapping[str, bytes],
    only_target: str = "",
    emulator: bool = True,
    workers: Workers | None = None,
) -> Iterator[Result]:
    """Test the lesson in `files`; each result as soon as it is there. `emulator` False leaves the emulated
    V1 out; without `workers` everything is done in this process. Raises BadFile for a lesson that cannot be
    read, NoSuchTarget; and ImportError or RuntimeError when the virtual boards' runtime is missing."""
    lesson = lesson_of(files)
    names = [target.id for target in lesson.targets]
    if only_target and only_target not in names:
        raise NoSuchTarget(name=only_target, names=_(", ").join(names))
    targets = [
        target
        for target in lesson.targets
        if only_target in ("", target.id)
        and lesson.expected(target.id)
        and lesson.acquisition_of(target.id) is not None
    ]
    needed = {path: data for path, data in files.items() if path.startswith(NEEDED)}
    small = [target for target in targets if v1_memory.KEY in target.boards] if emulator else []
    memories = [_Memory(needed, target) for target in small] if v1_memory.is_there() else []
    jobs = []
    for target in targets:
        yield from _unproven(lesson, target)
        for key in target.boards:
            if can_simulate(key):
                jobs += [Job(needed, target.id, key, use.id) for use in lesson.scenes_of(target.id)]
            else:
                yield Unseen(target.id, key, _("there is no virtual board of this kind"))
    yield from (workers or Workers(1)).each(perform, jobs)
    if not memories:
        for target in small:
            why = _("its memory was not judged: QEMU is not on this computer")
            yield Unseen(target.id, v1_memory.KEY, why)
    for memory in memories:
        yield memory.result()


NEEDED = (LESSON_FILE, "code/", "data/")
"""Of a lesson's files those that a run needs."""


def perform(job: Job) -> Result:
    """Do one run. The lesson was read before, so it can be."""
    lesson = lesson_of(job.files)
    target = next(one for one in lesson.targets if one.id == job.target)
    use = next(one for one in lesson.scenes if one.id == job.scene)
    acquisition = lesson.acquisition_of(target.id)
    assert acquisition is not None
    board = catalogue().boards[job.board]
    began = time.perf_counter()
    try:
        ran = simulate(prepared(job.files, target, board), board, scene_of(job.files, use), acquisition)
    except BadFile as error:
        return Unseen(target.id, board.key, error.message, error.hint, fatal=True)
    except LookupError:
        why = _("{file} has no scene “{name}”.").format(file=use.file, name=use.scene)
        return Unseen(target.id, board.key, why, _("Correct it in “scenes”."), fatal=True)
    troubles = (
        (*ran.troubles, *disagreements(lesson, target, ran.columns)) if not ran.troubles else ran.troubles
    )
    verdicts = judge(lesson, target.id, board.key, ran.columns)
    judged = [one for one in verdicts if not use.must_fail or one.expectation.id in use.must_fail]
    return Shown(target.id, board.key, use, tuple(judged), troubles, ran.seconds, time.perf_counter() - began)


def disagreements(lesson: Lesson, target: Target, columns: Columns) -> Iterator[Trouble]:
    """Where a program measures something else than lesson.yaml says."""
    for channel in lesson.measured(target.id):
        unit = channel.on(target.id).unit
        if channel.id not in columns.values:
            what = _("The program does not measure “{name}”.").format(name=channel.id)
            yield Trouble(what, _("It measures: {names}.").format(names=_(", ").join(columns.values) or "-"))
        elif columns.units[channel.id] != unit:
            what = _("The program counts “{name}” in “{unit}”, lesson.yaml in “{other}”.").format(
                name=channel.id, unit=columns.units[channel.id], other=unit
            )
            yield Trouble(what, _("Correct one of the two."))


def _unproven(lesson: Lesson, target: Target) -> Iterator[Unseen]:
    """Expectations that no scene shows to fail, and targets without a scene that shows good data. Whether
    there are rows at all is up to the program, not to what its sensors see."""
    scenes = lesson.scenes_of(target.id)
    if not any(not scene.must_fail for scene in scenes):
        why = _("There is no scene in which the data of “{target}” is good.").format(target=target.id)
        yield Unseen(target.id, "", why, _("Describe one in “scenes”, without “must_fail”."), fatal=True)
    failing = {name for scene in scenes for name in scene.must_fail}
    for one in lesson.expected(target.id):
        about_rows = not CHECKS[one.check].channel and not one.channel
        if one.id not in failing and not about_rows:
            why = _("No scene shows that “{id}” can fail.").format(id=one.id)
            todo = _("Name it in “must_fail” of a scene with a sensor that is unplugged, stuck or covered.")
            yield Unseen(target.id, "", why, todo, fatal=True)
