"""Many boards at once: who may go now, who has stopped moving, and what is written down meanwhile.

    classroom = Classroom(run)
    flashed = classroom.flash(job, show, cancelled)      # in a thread for each board

Whoever runs the threads is outside (cli/several.py). A board that fails, or whose driver hangs, is a matter
of its own thread only.
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from makerlab.errors import LinkError, MakerError
from makerlab.flash.apart import flash_apart
from makerlab.flash.journal import Run
from makerlab.flash.model import CHANGING, Flashed, Job, Plan, Progress, Say, Stage
from makerlab.flash.watch import HANG_S, STALL_S, DriverHangs, watch

PER_HUB = 8
"""Boards of one hub at the same time: a hub with one transaction translator carries 12 Mbit/s, of which eight
boards at 460800 baud need 4."""
VERDICT_S = 20.0
"""After the call began that never came back, its board has its verdict, or has answered in a process of its
own."""
LEAST_APART_S = 5.0
"""A process takes half of this to start."""
SLICE_S = 0.2

QUIT_AT = frozenset({Stage.WAITING, Stage.CONNECTING, Stage.CHECKING})
"""Stages at whose beginning Ctrl-C ends a board's work: nothing has been changed yet. Later it goes on to its
verdict, which takes no longer than leaving it half done would cost."""


class Classroom:
    """One run. For several threads."""

    def __init__(
        self, run: Run, per_hub: int = PER_HUB, stall_s: float = STALL_S, hang_s: float = HANG_S
    ) -> None:
        self.changed: set[str] = set()
        """Boards whose firmware was begun to be written and is not proven, by their ports at the beginning:
        they must be flashed (again)."""
        self._run = run
        self._stall_s = stall_s
        self._hang_s = hang_s
        self._slots: dict[str, threading.Semaphore] = defaultdict(lambda: threading.Semaphore(per_hub))
        self._lock = threading.Lock()

    def flash(self, job: Job, show: Say, cancelled: threading.Event) -> Flashed:
        """Flash one board, in the caller's thread; `show` gets its progress. Raises MakerError, or
        KeyboardInterrupt when `cancelled` was set before anything was changed."""
        port = job.port
        stage: Stage | None = None

        def told(progress: Progress) -> None:
            nonlocal stage
            if progress.stage in CHANGING:
                self.changed.add(port)
            elif progress.stage in QUIT_AT and cancelled.is_set() and port not in self.changed:
                raise KeyboardInterrupt
            if progress.stage is not stage:
                stage = progress.stage
                self._run.stage(port, stage)
            if progress.unique_id:
                self._run.known(port, progress.unique_id)
            show(progress)

        try:
            told(Progress(Stage.WAITING))
            with self._slot(job.location, cancelled):
                flashed = self._watched(job, told)
        except MakerError as error:
            self._run.failed(port, error.message)
            raise
        self._run.passed(port, flashed)
        self.changed.discard(port)
        return flashed

    def plan(self, job: Job, show: Say, cancelled: threading.Event) -> Plan:
        """What would be done to one board; nothing is changed or written down."""

        def told(progress: Progress) -> None:
            if cancelled.is_set():
                raise KeyboardInterrupt
            show(progress)

        with self._slot(job.location, cancelled):
            return watch(job.plan, job.port, told, self._stall_s, self._hang_s)

    def _watched(self, job: Job, told: Say) -> Flashed:
        """In a thread that can be given up, and then, where its driver hangs, in a process."""
        port = job.port
        try:
            return watch(job.flash, port, told, self._stall_s, self._hang_s)
        except DriverHangs as hangs:
            again = job.apart()
            left_s = VERDICT_S - hangs.waited_s
            if again is None or left_s < LEAST_APART_S:
                raise
            try:
                return flash_apart(again, told, left_s)
            except LinkError:
                raise hangs from None  # the thread that hangs has the port, and does not let go of it

    @contextmanager
    def _slot(self, location: str, cancelled: threading.Event) -> Iterator[None]:
        hub = hub_of(location)
        if not hub:
            yield
            return
        with self._lock:
            slot = self._slots[hub]
        while not slot.acquire(timeout=SLICE_S):
            if cancelled.is_set():
                raise KeyboardInterrupt
        try:
            yield
        finally:
            slot.release()


def hub_of(location: str) -> str:
    """The hub that a USB device is plugged into: "1-2.3" is at "1-2"; "" for one at the computer itself,
    whose sockets do not share, or at an unknown place."""
    found = re.match(r"(\d+-\d+(?:\.\d+)*)\.\d+", location)
    return found[1] if found else ""
