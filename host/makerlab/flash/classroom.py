"""Many boards at once: who may go now, who has stopped moving, and what is written down meanwhile.

    classroom = Classroom(run)
    flashed = classroom.flash(job, show, cancelled)      # in a thread for each board

Whoever runs the threads is outside (cli/several.py). A board that fails, or whose driver hangs, is a matter
of its own thread only.
"""

from __future__ import annotations

import queue
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn, TypeVar

from makerlab.errors import MakerError, WriteFailed
from makerlab.flash.journal import Run
from makerlab.flash.model import CHANGING, Flashed, Job, Plan, Progress, Say, Stage
from makerlab.i18n import _

PER_HUB = 8
"""Boards of one hub at the same time: a hub with one transaction translator carries 12 Mbit/s, of which eight
boards at 460800 baud need 4."""
STALL_S = 45.0
"""Without any progress a driver is taken to hang: no single step takes longer (esptool waits 14 s for the MD5
of a large application, a board may take 15 s to start, and a lost connection is looked for 7 s)."""
SLICE_S = 0.2

T = TypeVar("T")
QUIT_AT = frozenset({Stage.WAITING, Stage.CONNECTING, Stage.CHECKING})
"""Stages at whose beginning Ctrl-C ends a board's work: nothing has been changed yet. Later it goes on to its
verdict, which takes no longer than leaving it half done would cost."""


class Classroom:
    """One run. For several threads."""

    def __init__(self, run: Run, per_hub: int = PER_HUB, stall_s: float = STALL_S) -> None:
        self.changed: set[str] = set()
        """Boards whose firmware was begun to be written and is not proven, by their ports at the beginning:
        they must be flashed (again)."""
        self._run = run
        self._stall_s = stall_s
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
                flashed = watched(job.flash, port, told, self._stall_s)
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
            return watched(job.plan, job.port, told, self._stall_s)

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


def watched(work: Callable[[Say], T], port: str, say: Say, stall_s: float) -> T:
    """Do `work` in a thread that can be given up: a driver that never comes back cannot be called off, and
    must not keep anybody waiting. `say` is called in that thread.

    Raises what `work` raises, and WriteFailed after `stall_s` without progress.
    """
    alive: queue.Queue[Callable[[], T] | None] = queue.Queue()

    def tell(progress: Progress) -> None:
        say(progress)
        alive.put(None)

    def whole() -> None:
        try:
            result = work(tell)
        except BaseException as error:
            alive.put(_raising(error))
        else:
            alive.put(lambda: result)

    threading.Thread(target=whole, name=f"flash {port}", daemon=True).start()
    while True:
        try:
            ended = alive.get(timeout=stall_s)
        except queue.Empty:
            detail = _("nothing has moved for {seconds:.0f} s; its driver hangs").format(seconds=stall_s)
            raise WriteFailed(port=port, detail=detail) from None
        if ended is not None:
            return ended()


def _raising(error: BaseException) -> Callable[[], NoReturn]:
    def again() -> NoReturn:
        raise error

    return again
