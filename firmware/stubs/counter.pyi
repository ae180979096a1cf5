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

from pins import on_change as on_change

APART_MS: int

class Counter:
    def __init__(self, pin: int, pull_up: bool = False, apart_ms: int = APART_MS) -> None: ...
    def count(self) -> int:
        """How many since the start or `reset()`."""
    def reset(self) -> None:
        """Begin anew with 0."""
