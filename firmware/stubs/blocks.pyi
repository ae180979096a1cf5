"""blocks: lab with more rows a second. 和 lab 一样用，每秒能送更多行。

    from blocks import channel, run     # instead of: from lab import channel, run
    channel("x", "mg", sensor.x_mg)
    run(1000)

Several rows go together in one block, which takes a third of the bytes. Only the computer can read them, a
serial monitor cannot; for slow measuring lab is as good. A value has to be from -32767 to 32767, or
channel(..., bits=32): any other is sent as one that could not be read.

几行数据打成一包，字节只有三分之一。串口监视器看不懂，只有 maker 看得懂；测得慢时用 lab 就好。

For ESP32 boards and micro:bit V2; a micro:bit V1 gets blocks_microbit_v1.py.
"""

from collections.abc import Callable
from lab import changed as changed, event as event, event_when as event_when, tare as tare

def channel(name: str, unit: str, read: Callable[[], float], scale: float = 1, change: int = 1, bits: int = 16) -> None:
    """As lab's. bits: 16, or 32 for values beyond 32767. 超过 32767 的数值用 bits=32。"""

def run(hz: float = 10, name: str = "lab", when: Callable[[], object] | None = None, idle: Callable[[], object] | None = None) -> None:
    """As lab's. 和 lab 的 run 一样。"""
