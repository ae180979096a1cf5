"""Count pulses on a pin: 数脉冲：转速、雨量、人数、心跳。

    turns = Counter(4, pull_up=True)       # a reed contact or a light barrier
    channel("turns", "", turns.count)

Counts every time the pin goes from 1 to 0, also between two rows and while other sensors are being read. Two
of them within `apart_ms` are one: the contact bounced.

Quantity    count(): since the start, or since reset()
Range       up to about 1000 a second with apart_ms=0
Errors      ValueError no such pin

ESP32 boards only: a micro:bit's MicroPython has no interrupts for its pins.
"""

from time import ticks_diff, ticks_ms

from pins import on_change

APART_MS = 5  # longer than contacts bounce; a wheel with a magnet at 10 turns a second needs 50


class Counter:
    def __init__(self, pin, pull_up=False, apart_ms=APART_MS):
        self._apart_ms = apart_ms
        self._count = 0
        self._last_ms = ticks_ms()
        on_change(pin, self._changed, pull_up)

    def count(self):
        """How many since the start or `reset()`."""
        return self._count

    def reset(self):
        """Begin anew with 0."""
        self._count = 0

    def _changed(self, level):
        # Called as an interrupt: no memory may be taken here, and it must be short.
        now = ticks_ms()
        if not level and ticks_diff(now, self._last_ms) >= self._apart_ms:
            self._count += 1
        self._last_ms = now
