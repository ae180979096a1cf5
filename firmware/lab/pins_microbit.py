"""pins for the micro:bit: the same functions as in pins.py, with the numbers printed on its edge.

给 micro:bit 用的 pins：引脚编号就是金手指上印的数字。The host stores it on the board as pins.py.
"""

import machine
import microbit


def digital_in(pin, pull_up=False):
    made = _pin(pin)
    made.read_digital()  # makes it an input, which a pull needs
    made.set_pull(made.PULL_UP if pull_up else made.NO_PULL)
    return made.read_digital


def digital_out(pin, level=0):
    write = _pin(pin).write_digital
    write(level)
    return write


def millivolts(pin):
    """In steps of 3.2 mV; 1023 is the board's supply, taken to be 3300 mV (USB); 3000 mV on batteries."""
    read = getattr(_pin(pin), "read_analog", None)
    if read is None:
        raise ValueError("pin %s cannot measure a voltage" % pin)
    return lambda: read() * 3300 // 1023


def pulse_in(pin):
    made = _pin(pin)
    made.read_digital()
    return lambda level, longest_us: machine.time_pulse_us(made, level, longest_us)


def _pin(pin):
    made = getattr(microbit, "pin%s" % pin, None)
    if made is None:
        raise ValueError("there is no pin %s" % pin)
    return made
