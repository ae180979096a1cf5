"""The program with which a board shows itself: the display of a micro:bit, the lamp of an ESP32. Pure."""

from __future__ import annotations

from makerlab.boards import Board

BLINKS = 10
PERIOD_MS = 500
"""For on and off together: five seconds in all, enough to look around a table."""

_MICROBIT = """\
from microbit import display, Image, sleep
for _n in range({blinks}):
    display.show(Image("99999:99999:99999:99999:99999"))
    sleep({half})
    display.clear()
    sleep({half})
"""
# Newer boards have a coloured lamp behind the same pin, which takes no level but data.
_ESP32 = """\
from machine import Pin
from time import sleep_ms
try:
    from neopixel import NeoPixel
    _c = NeoPixel(Pin({gpio}, Pin.OUT), 1)
except Exception:
    _c = None
def _show(on):
    if _c and {coloured}:
        _c[0] = (40, 40, 40) if on else (0, 0, 0)
        _c.write()
    else:
        Pin({gpio}, Pin.OUT).value(on)
for _n in range({blinks}):
    _show(1)
    sleep_ms({half})
    _show(0)
    sleep_ms({half})
"""
COLOURED = frozenset(("esp32s2", "esp32s3", "esp32c3", "esp32c6"))
"""Boards whose common development kits have a coloured lamp (Espressif's DevKitM-1 and DevKitC-1)."""


def program(board: Board, blinks: int = BLINKS, period_ms: int = PERIOD_MS) -> str:
    """MicroPython that lets `board` blink."""
    half = period_ms // 2
    if board.family == "microbit":
        return _MICROBIT.format(blinks=blinks, half=half)
    lamps = [pin.gpio for pin in board.pins.values() if "led" in pin.mind]
    return _ESP32.format(gpio=lamps[0], coloured=board.key in COLOURED, blinks=blinks, half=half)
