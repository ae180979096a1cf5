"""What the modules of a virtual board's runtime (guest/) ask of its hardware, and what they get.

A question is a command such as "pin.get" with words after it ("4"); the answer is a text. Each group of
commands is a `Part` in a file of its own. Nothing in here belongs to one kind of board: what pins there are
comes from boards.yaml, what the sensors see from a scene, and how a chip's own ADC counts is the business of
its guest modules.
"""

from __future__ import annotations

from makerlab.boards import catalogue
from makerlab.virtual.hardware.analog import Analog
from makerlab.virtual.hardware.buttons import Buttons
from makerlab.virtual.hardware.echo import Echo
from makerlab.virtual.hardware.events import Events
from makerlab.virtual.hardware.hearing import Hearing
from makerlab.virtual.hardware.i2c import I2cBuses
from makerlab.virtual.hardware.line import Line
from makerlab.virtual.hardware.motion import Motion
from makerlab.virtual.hardware.one_wire import Dht, OneWire
from makerlab.virtual.hardware.part import ENODEV, Machine, Part, Refused
from makerlab.virtual.hardware.pins import Pins
from makerlab.virtual.hardware.power import Power, Rtc, Watchdog
from makerlab.virtual.hardware.screen import Screen
from makerlab.virtual.hardware.senses import Senses
from makerlab.virtual.hardware.spi import Spi
from makerlab.virtual.hardware.timers import Timers
from makerlab.virtual.scene import Scene

__all__ = ["Hardware", "Machine", "Refused"]


class Hardware:
    """The hardware of one board in one scene. `serial` tells this board from others of its kind."""

    def __init__(self, board: Machine, scene: Scene, serial: int) -> None:
        events = Events(board)
        senses = Senses(board, scene)
        pins = Pins(board, catalogue().boards[board.profile.key].pins, senses, events)
        self.screen = Screen()
        self._parts: dict[str, Part] = {
            "event": events,
            "sense": senses,
            "pin": pins,
            "button": Buttons(board, pins, senses),
            "motion": Motion(board, senses),
            "hearing": Hearing(board, senses),
            "screen": self.screen,
            "line": Line(board),
            "adc": Analog(board, pins, senses),
            "echo": Echo(board, pins, senses),
            "i2c": I2cBuses(board, senses),
            "spi": Spi(senses),
            "dht": Dht(pins, senses),
            "onewire": OneWire(board, pins, senses),
            "timer": Timers(board, events),
            "rtc": Rtc(board),
            "wdt": Watchdog(board),
            "power": Power(board, serial),
        }

    def call(self, name: str, payload: str) -> str:
        """Answer one question of the guest's. Raises Refused or OSError, which the guest raises again."""
        part, _dot, command = name.partition(".")
        if part not in self._parts or command not in self._parts[part].commands:
            raise OSError(ENODEV)
        return self._parts[part].commands[command](*payload.split())

    def reset(self) -> None:
        """The guest has ended: nothing of its doing goes on. Chips keep what was written to them."""
        for part in self._parts.values():
            part.reset()
