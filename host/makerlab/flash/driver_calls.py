"""Whether calls into a driver come back.

    calls = DriverCalls()
    with calls.here():                       # in the board's thread
        port = watched(open_port())          # every call of it is timed from now on
    calls.late_s(time.monotonic())           # in another: for how long a call has outstayed its own patience
    calls.give_up()                          # nothing that thread does with the port has an effect any more

A driver that hangs does not return from a call that has a time limit of its own; silence of a board does.
So the one is told from the other within seconds, whatever a board is just being asked.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")

_PATIENCE = {"read": "timeout", "write": "write_timeout"}
"""Calls of a pyserial port that wait, and what says for how long; all others should return at once."""
_CLOSE_WAIT_S = 1.0
"""For the port to close under a call that hangs; some drivers hang in that too."""


class DriverCalls:
    """The calls of one board's thread, one at a time. For two threads: that one, and who watches."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._call: tuple[float, float] | None = None
        """When the call began that has not returned, and how long it may take."""
        self._given_up = False
        self._ports: list[Any] = []

    @contextmanager
    def here(self) -> Iterator[None]:
        """What this thread opens meanwhile, with `watched`, is watched."""
        token = _calls.set(self)
        try:
            yield
        finally:
            _calls.reset(token)

    def take(self, port: Any) -> None:
        """`port` is to be closed when this thread is given up."""
        self._ports.append(port)

    def call(self, work: Callable[[], T], patience_s: float = 0.0) -> T:
        """Do `work`, which may take `patience_s`. Raises OSError when this thread was given up meanwhile."""
        with self._lock:
            self._check()
            self._call = time.monotonic(), patience_s
        try:
            return work()
        finally:
            with self._lock:
                self._call = None
                self._check()

    def _check(self) -> None:
        if self._given_up:
            raise OSError("given up")

    def late_s(self, now: float) -> float:
        """For how long the call that is under way has outstayed its patience; 0 or less if it has not."""
        with self._lock:
            return now - sum(self._call) if self._call is not None else 0.0

    def waiting_s(self, now: float) -> float:
        """For how long the call that is under way has not returned."""
        with self._lock:
            return now - self._call[0] if self._call is not None else 0.0

    def give_up(self) -> None:
        """Every later call fails, should the hanging one ever return; and the port is closed, so that
        somebody else may open it, if the driver lets that happen."""
        with self._lock:
            self._given_up = True
        closing = threading.Thread(target=self._close, name="closing", daemon=True)
        closing.start()
        closing.join(_CLOSE_WAIT_S)

    def _close(self) -> None:
        for port in self._ports:
            for step in ("cancel_read", "cancel_write", "close"):
                # Whatever pyserial makes of being closed in the middle of a call.
                with contextlib.suppress(Exception):
                    getattr(port, step)()


_calls: ContextVar[DriverCalls | None] = ContextVar("driver calls", default=None)


def timed(work: Callable[[], T]) -> T:
    """A call into a driver that should return at once: opening a port."""
    calls = _calls.get()
    return work() if calls is None else calls.call(work)


def watched(port: Any) -> Any:
    """`port` (of pyserial), its calls timed if somebody watches this thread."""
    calls = _calls.get()
    if calls is None:
        return port
    calls.take(port)
    return _Watched(port, calls)


class _Watched:
    """Has all that the port has; passes everything on."""

    def __init__(self, port: Any, calls: DriverCalls) -> None:
        object.__setattr__(self, "_port", port)
        object.__setattr__(self, "_calls", calls)

    def __getattr__(self, name: str) -> Any:
        port, calls = self._port, self._calls
        value = calls.call(lambda: getattr(port, name))
        if not callable(value):
            return value
        patience = _PATIENCE.get(name)

        def timed_call(*args: Any, **options: Any) -> Any:
            patience_s = (getattr(port, patience) if patience else None) or 0.0
            return calls.call(lambda: value(*args, **options), patience_s)

        return timed_call

    def __setattr__(self, name: str, value: Any) -> None:
        self._calls.call(lambda: setattr(self._port, name, value))
