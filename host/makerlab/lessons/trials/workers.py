"""Work for all processors: the runs of a lesson's test do not depend on each other.

Processes, because a virtual board and its hardware are Python, which runs on one processor at a time.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from makerlab.i18n import language, set_language

Job = TypeVar("Job")
Done = TypeVar("Done")


def _begin(language: str) -> None:
    """In each process: it speaks as this one does, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_language(language)


MOST = 4
"""More only take memory: a lesson has about a dozen runs of a second."""


class Workers:
    """Use it as a context. `count` None: as many as there are processors, at most MOST; with 1, everything is
    done here."""

    def __init__(self, count: int | None = None) -> None:
        count = min(os.cpu_count() or 1, MOST) if count is None else count
        self._pool: ProcessPoolExecutor | None = None
        if count > 1:
            # Spawned everywhere, as on Windows: a fork would copy threads that hold locks.
            self._pool = ProcessPoolExecutor(
                count, get_context("spawn"), initializer=_begin, initargs=(language(),)
            )
        self._others = set(multiprocessing.active_children())

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: object, *exc_info: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            if kind is not None:  # Ctrl-C, for one: nobody waits for what is still being worked on
                for process in set(multiprocessing.active_children()) - self._others:
                    process.terminate()

    def each(self, work: Callable[[Job], Done], jobs: Iterable[Job]) -> Iterator[Done]:
        """`work` of each of `jobs`, in their order. `work` is a function of a module. What it raises is
        raised here."""
        jobs = list(jobs)
        done = 0
        if self._pool is not None and len(jobs) > 1:
            try:
                for result in self._pool.map(work, jobs):
                    yield result
                    done += 1
            except BrokenExecutor:
                self._pool = None  # this computer lets no process start, or ended one
        for job in jobs[done:] if self._pool is None or len(jobs) == 1 else []:
            yield work(job)
