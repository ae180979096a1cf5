# The module machine of a micro:bit V2.

from umachine import mem8, mem16, mem32

from _board import ask
from _inside import unhexlify


def unique_id():
    return unhexlify(ask("power.id", 8))


def freq():
    return 64000000


def reset():
    ask("power.reset")


def disable_irq():
    return 0


def enable_irq(state):
    pass


def time_pulse_us(pin, level, timeout_us=1000000):
    return int(ask("echo.measure", pin._key, int(bool(level)), timeout_us))
