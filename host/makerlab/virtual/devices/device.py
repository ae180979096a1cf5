"""What every chip on an I2C bus is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import reduce
from operator import and_
from typing import ClassVar


class Silent(Exception):
    """The chip does not acknowledge: nobody is at its address, or it has lost its connection."""


PRESENT, ABSENT, WRONG_IDENTITY, BAD_CHECKSUM = "present", "absent", "wrong_identity", "bad_checksum"
STATES = (PRESENT, ABSENT, WRONG_IDENTITY, BAD_CHECKSUM)
"""What a chip can be like: as it should; not there; says that it is another; spoilt on the way."""


class Device(ABC):
    """A chip: bytes written to it and read from it, one call for each transfer on the bus."""

    NAME: ClassVar[str]
    """As its driver's file is called: "bh1750"."""
    ADDRESS: ClassVar[int]
    QUANTITIES: ClassVar[Sequence[str]]
    """What it measures (scene.QUANTITIES); when one of them is not to be had, the chip is silent."""

    def __init__(
        self, sense: Callable[[str], float | None], now: Callable[[], float], state: str = PRESENT
    ) -> None:
        self._sense = sense
        self.now = now
        self.state = state

    def sense(self, quantity: str) -> float:
        """What `quantity` is now. Raises Silent."""
        value = self._sense(quantity)
        if value is None:
            raise Silent
        return value

    def answers(self) -> bool:
        """Whether it acknowledges its address."""
        return all(self._sense(quantity) is not None for quantity in self.QUANTITIES)

    def again(self) -> Device:
        """The same chip after it was without power."""
        return type(self)(self._sense, self.now, self.state)

    def identity(self, value: int) -> int:
        """`value`, by which a driver knows the chip."""
        return value ^ 0xFF if self.state == WRONG_IDENTITY else value

    def check(self, value: int) -> int:
        """`value`, an 8-bit checksum."""
        return value ^ 0xFF if self.state == BAD_CHECKSUM else value

    @abstractmethod
    def write(self, data: bytes) -> None: ...

    @abstractmethod
    def read(self, count: int) -> bytes: ...


def wired_and(answers: Sequence[bytes]) -> bytes:
    """What a master reads when several chips speak at once: on such wires the 0 of one of them wins."""
    return bytes(reduce(and_, column) for column in zip(*answers, strict=True))


class RegisterDevice(Device):
    """A chip of the commonest kind: 8-bit registers, the first byte written says which one, and reading goes
    on from there.

    A subclass fills `registers` in `power_on`, puts measurements there in `measure`, which is called before
    every read (so that all bytes of one read belong to one moment), and reacts to commands in `changed`.
    """

    def __init__(
        self, sense: Callable[[str], float | None], now: Callable[[], float], state: str = PRESENT
    ) -> None:
        super().__init__(sense, now, state)
        self.registers = bytearray(256)
        self._pointer = 0
        self.power_on()

    @abstractmethod
    def power_on(self) -> None:
        """Put into `registers`, which hold zeros, what is there before anybody wrote to the chip."""

    def measure(self) -> None:
        """Bring the registers up to date."""

    def changed(self, register: int, value: int) -> None:
        """`value` was written to `register` (and stands there already)."""

    def start_anew(self) -> None:
        """What a reset command does."""
        self.registers[:] = bytes(len(self.registers))
        self.power_on()

    def put(self, register: int, value: int, size: int = 2, signed: bool = True) -> None:
        """Store a number big end first, cut off at what fits, as a chip's measurement is."""
        bits = 8 * size
        low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
        data = min(max(value, low), high).to_bytes(size, "big", signed=signed)
        self.registers[register : register + size] = data

    def write(self, data: bytes) -> None:
        if not data:
            return
        self._pointer = data[0]
        for value in data[1:]:
            self.registers[self._pointer] = value
            self.changed(self._pointer, value)
            self._pointer = (self._pointer + 1) & 0xFF

    def read(self, count: int) -> bytes:
        self.measure()
        data = bytes(self.registers[(self._pointer + index) & 0xFF] for index in range(count))
        self._pointer = (self._pointer + count) & 0xFF
        return data
