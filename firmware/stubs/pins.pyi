"""pins: a single pin as a function, the same on every board. 把一个引脚变成一个函数。

    from pins import digital_in, millivolts

    pressed = digital_in(4, pull_up=True)
    print(pressed(), millivolts(34)())

For ESP32 boards, where `pin` is a GPIO number; a micro:bit gets pins_microbit.py as its pins.py, where `pin`
is the number printed on its edge. Every function raises ValueError for a pin that cannot do it.
"""

from collections.abc import Callable

def digital_in(pin: int, pull_up: bool = False) -> Callable[[], int]:
    """A function that returns 1 while there are about 3.3 V on the pin, else 0."""

def digital_out(pin: int, level: int = 0) -> Callable[[int], object]:
    """A function that sets the pin: 1 for 3.3 V, 0 for 0 V. It begins with `level`."""

def millivolts(pin: int) -> Callable[[], int]:
    """A function that measures the voltage on the pin in mV: about 150 to 2450, +-3 %; out of that range it
    still rises and falls but is not exact (Espressif, "ADC Calibration Driver"). 0.1 ms.
    """

def pulse_in(pin: int) -> Callable[[int, int], int]:
    """A function that measures how long the pin stays at a level: `pulse(level, longest_us)` in
    microseconds; -2 when it never came to that level within `longest_us`, -1 when it stayed there longer.
    """

def on_change(pin: int, call: Callable[[int], object], pull_up: bool = False) -> Callable[[], int]:
    """Have `call(level)` called soon after every change of the pin, whatever else the program does."""
