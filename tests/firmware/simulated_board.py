"""firmware/lab/lab.py and its companions under CPython, on a board whose time is simulated: for what needs
an exact clock.

Everything else about lab is tested on genuine runtimes (programs_on_boards.py).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from types import CodeType, ModuleType
from typing import Any

import pytest

from makerlab.resources import firmware_dir

TICKS_PERIOD = 1 << 30
"""Of MicroPython's ticks."""
CALL_US = 3
"""What asking for the time takes: so even a loop that only waits comes to its end."""
LONGEST_US = 2_000_000_000
"""No test needs more simulated time: half an hour."""


class SimulatedBoard:
    """The modules `time` and `microbit` for one lab; `lab` is the module that has them.

    What the computer sends is planned in `commands`: (microseconds after start, bytes). `sleep_takes_us`
    gives how long a sleep of so many microseconds really takes, `byte_us` how long a byte takes to send,
    `collect_us` how long cleaning up the memory takes; `collected` is when that was done.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, commands: list[tuple[int, bytes]]) -> None:
        self.us = 0
        self.commands = commands
        self.sent = b""
        self.byte_us = 0
        self.collect_us = 0
        self.collected: list[int] = []
        self.sleep_takes_us: Callable[[int], int] = lambda us: us
        self._input = b""
        monkeypatch.setitem(sys.modules, "time", self._time())
        monkeypatch.setitem(sys.modules, "microbit", _module("microbit", uart=self))
        self._monkeypatch = monkeypatch
        self.lab: Any = self.load("lab")

    def load(self, name: str) -> Any:
        """A module of firmware/lab on this board."""
        module: Any = ModuleType(name)
        self._monkeypatch.setitem(sys.modules, name, module)
        module.print = self.print
        exec(_code(name), module.__dict__)
        if hasattr(module, "gc"):
            module.gc = _module("gc", collect=self._collect, mem_free=lambda: 4512)
        return module

    def print(self, *values: object) -> None:
        self.write((" ".join(map(str, values)) + "\r\n").encode())

    @property
    def output(self) -> str:
        return self.sent.decode(errors="replace")

    @property
    def lines(self) -> list[str]:
        return self.output.split("\r\n")[:-1]

    @property
    def rows(self) -> list[list[int]]:
        return [list(map(int, line.split())) for line in self.lines if line[:1].isdigit()]

    def busy(self, us: int) -> None:
        """Time passes while the board does something."""
        self.us += us
        assert self.us < LONGEST_US, "the program does not end"

    def _collect(self) -> None:
        self.collected.append(self.us)
        self.busy(self.collect_us)

    # -- microbit.uart -------------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        self.sent += data
        self.busy(self.byte_us * len(data))

    def any(self) -> bool:
        while self.commands and self.commands[0][0] <= self.us:
            self._input += self.commands.pop(0)[1]
        return bool(self._input)

    def read(self, count: int) -> bytes:
        data, self._input = self._input[:count], self._input[count:]
        return data

    # -- time ----------------------------------------------------------------------------------------

    def _time(self) -> ModuleType:
        return _module(
            "time",
            ticks_ms=lambda: self._ticks() // 1000 % TICKS_PERIOD,
            ticks_us=lambda: self._ticks() % TICKS_PERIOD,
            ticks_add=lambda ticks, delta: (ticks + delta) % TICKS_PERIOD,
            ticks_diff=lambda a, b: (a - b + TICKS_PERIOD // 2) % TICKS_PERIOD - TICKS_PERIOD // 2,
            sleep_ms=lambda ms: self.busy(self.sleep_takes_us(ms * 1000)),
        )

    def _ticks(self) -> int:
        self.busy(CALL_US)
        return self.us


@cache
def _code(name: str) -> CodeType:
    path = firmware_dir() / "lab" / f"{name}.py"
    return compile(path.read_text(encoding="utf-8"), str(path), "exec")


def _module(name: str, **content: object) -> ModuleType:
    module = ModuleType(name)
    module.__dict__.update(content)
    return module
