# The module time of an ESP32, which counts its seconds from 2000 on.

import utime
from utime import sleep, sleep_ms, sleep_us, ticks_add, ticks_cpu, ticks_diff, ticks_ms, ticks_us

_TO_2000 = 946684800


def time():
    return int(utime.time()) - _TO_2000


def time_ns():
    return utime.time_ns() - _TO_2000 * 1000000000


def gmtime(seconds=None):
    return utime.gmtime(utime.time() if seconds is None else seconds + _TO_2000)[:8]


localtime = gmtime


def mktime(when):
    return int(utime.mktime((tuple(when) + (0,))[:9])) - _TO_2000
