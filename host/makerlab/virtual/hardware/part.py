"""What a group of hardware commands is, and what it may use of the board it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NoReturn, Protocol

from makerlab.virtual.clock import Clock
from makerlab.virtual.profile import Profile
from makerlab.virtual.uart import Uart

ENODEV, EINVAL, ETIMEDOUT = "ENODEV", "EINVAL", "ETIMEDOUT"
"""By name: what number an error has is the board's business (Profile.errno)."""


class Machine(Protocol):
    """The board as its hardware sees it."""

    profile: Profile
    clock: Clock
    uart: Uart

    def uptime_s(self) -> float:
        """Seconds since it was switched on or its reset button pressed."""

    def wall_s(self) -> float:
        """Seconds since 2000 by its real-time clock."""

    def set_wall_s(self, seconds: float) -> None: ...

    def wait(self, ready: Callable[[], bool], until: float | None) -> bool | None:
        """Until `ready`: True; until the time (of `clock`) `until`: False; None when interrupted."""

    def console_readable(self) -> bool:
        """Whether something has come over the serial line."""

    def schedule(self, function: int, argument: int) -> None:
        """Have the guest call its function at address `function` soon, as an interrupt would."""

    def restart(self, cause: str) -> NoReturn:
        """Reset the board from inside its program."""

    def reset(self, cause: str = ...) -> None:
        """Reset it from any other thread."""

    reset_cause: str


class Refused(Exception):
    """What the guest sees as the exception `kind` (ValueError, OSError) with `text` in it."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(kind, text)
        self.kind = kind
        self.text = text


def no_answer(name: str) -> Refused:
    """A sensor or chip failed, as OSError with the error number called `name`."""
    return Refused("OSError", name)


def whole(word: str, low: int = 0, high: int = (1 << 31) - 1) -> int:
    """A number of the guest's, from `low` to `high`."""
    try:
        value = int(word)
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise no_answer(EINVAL)
    return value


class Part:
    """One group of commands."""

    commands: Mapping[str, Callable[..., str]]

    def reset(self) -> None:
        """The program has ended; forget what it set up."""
