"""A job in a process of its own: what is left for a board whose driver hangs.

A thread that hangs in a driver cannot be ended, and on Windows it may keep its port from everybody for as
long as its process lives. A process can be ended, whatever it hangs in. It takes seconds to start, thirty of
them take thirty times the memory; so it is the second try, and only of the board that needs it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import time
from multiprocessing.connection import Connection

from makerlab.errors import MakerError, WriteFailed
from makerlab.flash.model import Flashed, Job, Say, Stage
from makerlab.flash.watch import DriverHangs, watch
from makerlab.i18n import language, set_language

LISTEN_S = 0.2
END_WAIT_S = 1.0
"""For the process to be gone after it was killed. One that the system cannot end is left to it."""
ANSWERED = frozenset(Stage) - {Stage.WAITING, Stage.CONNECTING}
"""From these stages on the board has answered."""

Said = tuple[str, object]


def flash_apart(job: Job, say: Say, answer_s: float) -> Flashed:
    """Flash `job`, which must be one that pickle takes, in a process that is killed when it hangs too, or
    when the board has not answered after `answer_s`.

    Raises what job.flash raises, and DriverHangs.
    """
    # Not forked: a fork would have the hanging port open too, and Windows knows no other way.
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe(duplex=False)
    process = spawn.Process(
        target=_work, args=(theirs, job, language()), name=f"flash {job.port}", daemon=True
    )
    process.start()
    theirs.close()
    deadline: float | None = time.monotonic() + answer_s
    try:
        while True:
            if not ours.poll(LISTEN_S):
                if deadline is not None and time.monotonic() > deadline:
                    raise DriverHangs(port=job.port)
                continue
            kind, what = ours.recv()
            if kind == "failed":
                raise what
            if kind == "flashed":
                assert isinstance(what, Flashed)
                return what
            if what.stage in ANSWERED:
                deadline = None
            say(what)
    except EOFError:
        raise DriverHangs(port=job.port) from None  # it died in the driver
    finally:
        process.kill()
        process.join(END_WAIT_S)
        ours.close()


def _work(pipe: Connection, job: Job, shown_in: str) -> None:
    """In the process: its main thread watches, as everywhere, and ends it all with its last word."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches it too; whether to end is not its decision
    set_language(shown_in)
    try:
        outcome: Said = ("flashed", watch(job.flash, job.port, lambda progress: pipe.send(("at", progress))))
    except MakerError as error:
        outcome = ("failed", error)
    except Exception as error:  # a bug of ours: it goes to who asked, not as a traceback to the screen
        detail = f"{type(error).__name__}: {error}"
        outcome = ("failed", WriteFailed(port=job.port, detail=detail))
    with contextlib.suppress(OSError):  # who asked is gone
        pipe.send(outcome)
