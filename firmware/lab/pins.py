"""pins: a single pin as a function, the same on every board. 把一个引脚变成一个函数。

    from pins import digital_in, millivolts

    pressed = digital_in(4, pull_up=True)
    print(pressed(), millivolts(34)())

For ESP32 boards, where `pin` is a GPIO number; a micro:bit gets pins_microbit.py as its pins.py, where `pin`
is the number printed on its edge. Every function raises ValueError for a pin that cannot do it.
"""

import machine
from machine import ADC, Pin


def digital_in(pin, pull_up=False):
    """A function that returns 1 while there are about 3.3 V on the pin, else 0."""
    return _pin(pin, Pin.IN, Pin.PULL_UP if pull_up else None).value


def digital_out(pin, level=0):
    """A function that sets the pin: 1 for 3.3 V, 0 for 0 V. It begins with `level`."""
    return _pin(pin, Pin.OUT, None, level).value


def millivolts(pin):
    """A function that measures the voltage on the pin in mV: about 150 to 2450, +-3 %; out of that range it
    still rises and falls but is not exact (Espressif, "ADC Calibration Driver"). 0.1 ms."""
    line = _pin(pin, Pin.IN)
    try:
        adc = ADC(line, atten=ADC.ATTN_11DB)
    except ValueError:
        raise ValueError("pin %s cannot measure a voltage on this board" % pin)
    return lambda: adc.read_uv() // 1000


def pulse_in(pin):
    """A function that measures how long the pin stays at a level: `pulse(level, longest_us)` in
    microseconds; -2 when it never came to that level within `longest_us`, -1 when it stayed there longer."""
    line = _pin(pin, Pin.IN)
    return lambda level, longest_us: machine.time_pulse_us(line, level, longest_us)


def on_change(pin, call, pull_up=False):
    """Have `call(level)` called soon after every change of the pin, whatever else the program does."""
    line = _pin(pin, Pin.IN, Pin.PULL_UP if pull_up else None)
    line.irq(lambda line: call(line.value()), Pin.IRQ_RISING | Pin.IRQ_FALLING)
    return line.value


def _pin(pin, *mode):
    try:
        made = Pin(pin)
    except ValueError:
        raise ValueError("this board has no pin %s" % pin)
    try:
        made.init(*mode[:2], **({"value": mode[2]} if len(mode) > 2 else {}))
    except ValueError:
        raise ValueError("pin %s of this board can only be an input" % pin)
    return made
