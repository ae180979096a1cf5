"""Drivers under CPython, against the same models of chips as on a virtual board, in simulated time.

The modules `machine`, `dht` and `onewire` are those of the virtual ESP32; only what asks the hardware, and
the time, is ours. So what a driver says to a chip is the same as under genuine MicroPython, and a test of a
sensor that takes a second takes none.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

import pytest

from makerlab.resources import firmware_dir
from makerlab.virtual.clock import Alarm
from makerlab.virtual.hardware import Hardware, Refused
from makerlab.virtual.profile import ESP32
from makerlab.virtual.scene import Scene

GUEST = Path(sys.modules["makerlab.virtual"].__path__[0]) / "guest" / "esp32"
CALL_US = 20
"""What one question to the hardware takes, about as on an ESP32."""
TICKS_PERIOD = 1 << 30
LONGEST_S = 100_000.0
"""A driver that waits longer waits for ever."""


class SimulatedClock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.us = 0

    def now(self) -> float:
        return self.us / 1e6

    def pass_us(self, us: int) -> None:
        self.us += us
        assert self.us < LONGEST_S * 1e6, "the driver waits for ever"

    def wait(self, condition: threading.Condition, timeout_s: float | None) -> None:
        raise AssertionError("nothing else runs here")

    def at(self, when: float, what: Callable[[], None]) -> Alarm:
        return Alarm(what)  # never rings: interrupts are tested on the genuine runtime


class Machine:
    """The board as its hardware sees it."""

    profile = ESP32
    reset_cause = "power_on"

    def __init__(self, scene: Scene) -> None:
        self.clock = SimulatedClock()
        self.hardware = Hardware(self, scene, 1)
        self.asked: Counter[str] = Counter()
        """How often the hardware was asked for each thing."""

    def uptime_s(self) -> float:
        return self.clock.now()

    def wall_s(self) -> float:
        return self.clock.now()

    def set_wall_s(self, seconds: float) -> None:
        raise NotImplementedError

    def wait(self, ready: Callable[[], bool], until: float | None) -> bool:
        assert until is not None
        self.clock.us = max(self.clock.us, round(until * 1e6))
        return False

    def schedule(self, function: int, argument: int) -> None:
        raise NotImplementedError

    def restart(self, cause: str) -> NoReturn:
        raise NotImplementedError

    def reset(self, cause: str = "") -> None:
        raise NotImplementedError

    def ask(self, command: str, *words: object) -> str:
        self.clock.pass_us(CALL_US)
        self.asked[command] += 1
        try:
            return self.hardware.call(command, " ".join(map(str, words)))
        except Refused as refused:
            kinds: dict[str, Callable[[str], Exception]] = {"ValueError": ValueError, "OSError": OSError}
            raise kinds[refused.kind](refused.text) from None


@contextmanager
def simulated(scene: Scene, chip: str = "ESP32") -> Iterator[Machine]:
    """A board with this chip, in a scene: programs can import what they would there. Gives
    it."""
    machine = Machine(scene)
    before = dict(sys.modules)
    finder = _Finder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "uname", lambda: SimpleNamespace(machine=f"Some module with {chip}"), raising=False)
        patch.setattr(sys, "meta_path", [finder, *sys.meta_path])
        for name in OURS:
            sys.modules.pop(name, None)
        sys.modules.update(_board_modules(machine))
        try:
            yield machine
        finally:
            for name in set(sys.modules) - set(before):
                del sys.modules[name]
            sys.modules.update(before)


OURS = {path.stem: path for folder in ("lab", "sensors") for path in (firmware_dir() / folder).glob("*.py")}
"""Every module of ours by name."""


class _Finder:
    """Lets our modules import each other, and the board's their own."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        file = OURS.get(name) or (GUEST / f"{name}.py" if name in ("machine", "dht", "onewire") else None)
        return importlib.util.spec_from_file_location(name, file) if file else None


def _board_modules(machine: Machine) -> dict[str, ModuleType]:
    clock = machine.clock
    time = _module(
        "time",
        ticks_ms=lambda: _tick(clock) // 1000 % TICKS_PERIOD,
        ticks_us=lambda: _tick(clock) % TICKS_PERIOD,
        ticks_diff=lambda a, b: (a - b + TICKS_PERIOD // 2) % TICKS_PERIOD - TICKS_PERIOD // 2,
        sleep_ms=lambda ms: clock.pass_us(ms * 1000),
        sleep_us=clock.pass_us,
    )
    pin_base = type("PinBase", (), {})
    umachine = _module(
        "umachine",
        PinBase=pin_base,
        Signal=None,
        idle=None,
        mem8=None,
        mem16=None,
        mem32=None,
        soft_reset=None,
    )
    board = _module("_board", ask=machine.ask, on_event=lambda handler: 1)
    return {"time": time, "utime": time, "umachine": umachine, "_board": board}


def _tick(clock: SimulatedClock) -> int:
    clock.pass_us(1)
    return clock.us


def _module(name: str, **content: object) -> ModuleType:
    module = ModuleType(name)
    module.__dict__.update(content)
    return module
