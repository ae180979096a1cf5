"""Calls that truly never return, as into a driver that hangs: nothing in Python ends a read of a pipe into
which nobody writes. (In a module of its own, because jobs go to other processes by the names of their
classes.)"""

from __future__ import annotations

import os

from makerlab.errors import PortBusy
from makerlab.flash.driver_calls import timed
from makerlab.flash.model import Flashed, Progress, Stage


class Nothing:
    """A pipe; `read` hangs until `release`."""

    def __init__(self):
        self._out, self._in = os.pipe()

    def read(self):
        os.read(self._out, 1)

    def release(self):
        os.close(self._in)
        self._in = None


class PortThatHangs:
    """A genuine open port whose read hangs at the `at`-th time, for ever; closing it works."""

    def __init__(self, port, at, nothing):
        object.__setattr__(self, "_own", (port, nothing, iter(range(at))))

    def __getattr__(self, name):
        return getattr(self._own[0], name)

    def __setattr__(self, name, value):
        setattr(self._own[0], name, value)

    def read(self, count):
        port, nothing, left = self._own
        if next(left, None) is None:
            nothing.read()
        return port.read(count)


class Job:
    """A board at `port`, by what happens to it: "hangs", "busy", "dies", "has a bug" or "passes"; `then` is
    what happens in another process."""

    location = ""

    def __init__(self, port, what, then=None):
        self.port, self.what, self.then = port, what, then

    def plan(self, say):
        raise NotImplementedError

    def flash(self, say):
        if self.what == "hangs":
            timed(Nothing().read)
        if self.what == "dies":
            os._exit(1)
        if self.what == "has a bug":
            raise ZeroDivisionError("its bug")
        if self.what == "busy":
            raise PortBusy(port=self.port)
        say(Progress(Stage.WRITING, 5, 10))
        return Flashed(self.port, "ESP32", "fw.bin", f"process {os.getpid()}", "", 10)

    def apart(self):
        return Job(self.port, self.then) if self.then else None
