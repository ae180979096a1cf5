"""A board's work in a thread that can be given up, because a driver that never comes back cannot be called
off and must not keep anybody waiting."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import NoReturn, TypeVar

from makerlab.errors import WriteFailed
from makerlab.flash.driver_calls import DriverCalls
from makerlab.flash.model import Progress, Say
from makerlab.i18n import N_, _

HANG_S = 5.0
"""A call that has not returned so long after its own time limit hangs. Drivers take a second to open a port
that has just come, two where a virus scanner looks on."""
STALL_S = 45.0
"""Without any progress something else hangs, a drive perhaps: no single step takes longer (DAPLink gives up a
transfer after 20 s of silence, and its drive is waited for as long as 30 s)."""
SLICE_S = 0.2

T = TypeVar("T")


class DriverHangs(WriteFailed):
    """A call into it has not returned for `waited_s`."""

    what = N_("{port}: the driver of this port hangs.")
    todo = N_(
        "Unplug the board, plug it into another socket, without a hub if there is one, and flash it again."
    )

    def __init__(self, port: str, waited_s: float = 0.0) -> None:
        super().__init__(port=port, waited_s=waited_s)
        self.waited_s = waited_s


def watch(
    work: Callable[[Say], T], port: str, say: Say, stall_s: float = STALL_S, hang_s: float = HANG_S
) -> T:
    """Do `work` in a thread of its own. `say` is called in that thread.

    Raises what `work` raises; DriverHangs when a call into a driver does not return; WriteFailed after
    `stall_s` without progress. After these two the thread has no effect any more, should it ever go on.
    """
    news: queue.Queue[Callable[[], T] | None] = queue.Queue()
    calls = DriverCalls()
    given_up = threading.Event()

    def tell(progress: Progress) -> None:
        if given_up.is_set():
            raise KeyboardInterrupt
        say(progress)
        news.put(None)

    def whole() -> None:
        try:
            with calls.here():
                result = work(tell)
        except BaseException as error:
            news.put(_raising(error))
        else:
            news.put(lambda: result)

    threading.Thread(target=whole, name=f"flash {port}", daemon=True).start()
    moved_at = time.monotonic()
    while True:
        try:
            ended = news.get(timeout=min(SLICE_S, stall_s, hang_s))
        except queue.Empty:
            now = time.monotonic()
            if calls.late_s(now) > hang_s:
                waited_s = calls.waiting_s(now)
                given_up.set()
                calls.give_up()
                raise DriverHangs(port=port, waited_s=waited_s) from None
            if now - moved_at > stall_s:
                given_up.set()
                calls.give_up()
                detail = _("nothing has moved for {seconds:.0f} s").format(seconds=stall_s)
                raise WriteFailed(port=port, detail=detail) from None
            continue
        if ended is not None:
            return ended()
        moved_at = time.monotonic()


def _raising(error: BaseException) -> Callable[[], NoReturn]:
    def again() -> NoReturn:
        raise error

    return again
