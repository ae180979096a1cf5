# The module power of a micro:bit V2.

from utime import ticks_add, ticks_diff, ticks_ms

from _board import ask
from _pins import a_pin

_LOOK_MS = 20


def off():
    """Only the reset button wakes it."""
    ask("power.sleep", -1, 1)


def deep_sleep(ms=None, pins=None, buttons=None, run_every=False):
    """Sleep for `ms`, or until one of the pins or buttons wakes it; then go on."""
    if run_every:
        raise ValueError("run_every not implemented")
    pins, buttons = [
        () if what is None else what if isinstance(what, (tuple, list)) else (what,) for what in (pins, buttons)
    ]
    for button in buttons:
        if not hasattr(button, "is_pressed"):
            raise ValueError("expecting a button")
    for pin in pins:
        a_pin(pin)
    end = None if ms is None else ticks_add(ticks_ms(), ms)
    while True:
        if any([button.is_pressed() for button in buttons]) or any([pin.read_digital() for pin in pins]):
            return
        left = _LOOK_MS if end is None else min(_LOOK_MS, ticks_diff(end, ticks_ms()))
        if left <= 0:
            return
        ask("power.sleep", left, 0)
