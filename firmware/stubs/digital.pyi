"""Anything that says yes or no on one pin: 只有“有/没有”两种状态的传感器。

    door = Digital(4, pull_up=True)             # a switch between the pin and GND 开关，一端接 GND
    channel("open", "", door.level)

    people = Digital(5)                         # a PIR motion sensor: HC-SR501, AM312 人体红外传感器
    channel("motion", "", people.level)

Also: reed switch, tilt switch, touch key TTP223, light barrier, sound module's DO, obstacle sensor.

Quantity    level(): 1 or 0
Duration    0.1 ms. A contact bounces some milliseconds when it closes: a new level counts once it has lasted
            `steady_ms`, seen from one call to the next
Errors      ValueError no such pin. Whether anything is connected cannot be known: with `pull_up` an open pin
            is 1
"""

from pins import digital_in as digital_in

STEADY_MS: int

class Digital:
    def __init__(self, pin: int, pull_up: bool = False, steady_ms: int = STEADY_MS) -> None: ...
    def level(self) -> int:
        """1 or 0, without the bouncing."""
