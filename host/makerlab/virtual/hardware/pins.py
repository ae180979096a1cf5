"""Pins: what level they have, and the interrupts when it changes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from makerlab.boards import Pin
from makerlab.virtual.devices.device import ABSENT
from makerlab.virtual.devices.hx711 import Hx711
from makerlab.virtual.hardware.events import Events
from makerlab.virtual.hardware.part import Machine, Part, Refused, whole
from makerlab.virtual.hardware.senses import Senses
from makerlab.virtual.scene import QUANTITIES, WEIGHT_CLOCK

LOOK_S = 0.005
"""How often a pin with an interrupt is looked at while its level comes from the scene: fingers are slower."""

_RISING, _FALLING = 1, 2
_IN, _OUT = "in", ("out", "od")
_DOWN, _UP = 1, 2
_GIVEN = "-"
"""In place of a word: as it was."""


@dataclass
class _State:
    """What a program has made of a pin."""

    mode: str = _IN
    level: int = 0
    """What it puts out."""
    pull: int = 0
    event: int = 0
    trigger: int = 0
    seen: int = 0
    """The level the interrupt compares with."""


class Pins(Part):
    """The pins of one board, by GPIO number ("34") or, where they have none, by name ("P0")."""

    def __init__(self, board: Machine, pins: Mapping[str, Pin], senses: Senses, events: Events) -> None:
        self._board = board
        self._known = {_key(pin): pin for pin in pins.values()}
        self._senses = senses
        self._events = events
        self._states: dict[str, _State] = {}
        self._lock = threading.RLock()
        self._looking = False
        self._scale = Hx711(self._weight, board.uptime_s)
        self.fell_at = float("-inf")
        """When (uptime, seconds) a program last took an output from 1 to 0: the end of a trigger pulse."""
        self.commands = {
            "open": self._open, "init": self._init, "get": self._get, "set": self._set, "irq": self._irq,
        }  # fmt: skip

    def reset(self) -> None:
        with self._lock:
            self._states.clear()

    def pin(self, key: str) -> Pin:
        """Raises Refused for one this board does not have."""
        if key not in self._known:
            raise Refused("ValueError", "invalid pin")
        return self._known[key]

    def wired(self, key: str) -> str:
        """The quantity that is connected to a pin; "" for none."""
        wire = self._wire(key)
        return "" if wire == WEIGHT_CLOCK else wire

    def _wire(self, key: str) -> str:
        pin = self.pin(key)
        wiring = self._senses.scene.wiring
        return wiring.get(pin.name) or wiring.get(key) or self._board.profile.wiring.get(key, "")

    def level(self, key: str) -> int:
        """What a program reads at this pin."""
        state = self._states.get(key, _State())
        if state.mode in _OUT and not (state.mode == "od" and state.level):
            return state.level
        quantity = self.wired(key)
        if not quantity:
            return 1 if state.pull & _UP or state.mode == "od" else 0
        if quantity == "weight_g":
            return self._scale.data()
        known = QUANTITIES[quantity]
        value = self._senses.value(quantity)
        high = value is not None and value > (known.low + known.high) / 2
        if quantity in ("button", "button_b"):  # it connects the pin to the side it is not pulled to
            return int(high) ^ int(bool(state.pull & _UP) or "button" in self.pin(key).mind)
        return int(high)

    def _weight(self) -> float | None:
        return self._senses.value("weight_g") if self._senses.state("hx711") != ABSENT else None

    # -- commands ---------------------------------------------------------------------------------------

    def _open(self, key: str) -> str:
        self.pin(key)
        return ""

    def _init(self, key: str, mode: str, pull: str, value: str) -> str:
        pin = self.pin(key)
        with self._lock:
            state = self._states.setdefault(key, _State())
            if value != _GIVEN:
                state.level = whole(value, 0, 1)
            if mode != _GIVEN:
                if mode in _OUT and "input_only" in pin.mind:
                    raise Refused("ValueError", "pin can only be input")
                state.mode = mode if mode in _OUT else _IN
            if pull != _GIVEN and "input_only" not in pin.mind:  # such a pin has no resistors
                state.pull = whole(pull, 0, 3)
        self._look()
        return ""

    def _get(self, key: str) -> str:
        self.pin(key)
        return str(self.level(key))

    def _set(self, key: str, value: str) -> str:
        self.pin(key)
        with self._lock:
            state = self._states.setdefault(key, _State())
            level = whole(value, 0, 1)
            if state.mode in _OUT and state.level and not level:
                self.fell_at = self._board.uptime_s()
            if state.mode in _OUT and level and not state.level and self._wire(key) == WEIGHT_CLOCK:
                self._scale.clock()
            state.level = level
        self._look()
        return ""

    def _irq(self, key: str, event: str, trigger: str) -> str:
        self.pin(key)
        with self._lock:
            state = self._states.setdefault(key, _State())
            state.event, state.trigger = whole(event), whole(trigger, 0, 7)
            state.seen = self.level(key)
            if state.event and not self._looking:
                self._looking = True
                self._look_later()
        return ""

    # -- interrupts ---------------------------------------------------------------------------------------

    def _look(self) -> bool:
        """Fire what has changed; True while any pin has an interrupt."""
        with self._lock:
            watched = [(key, state) for key, state in self._states.items() if state.event]
            for key, state in watched:
                level = self.level(key)
                edge = _RISING if level > state.seen else _FALLING if level < state.seen else 0
                state.seen = level
                if edge & state.trigger:
                    self._events.fire(state.event)
            return bool(watched)

    def _look_later(self) -> None:
        self._board.clock.at(self._board.clock.now() + LOOK_S, self._look_again)

    def _look_again(self) -> None:
        with self._lock:
            self._looking = self._look()
            if self._looking:
                self._look_later()


def _key(pin: Pin) -> str:
    return pin.name if pin.gpio is None else str(pin.gpio)
