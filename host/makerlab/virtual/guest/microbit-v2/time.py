# The module time of a micro:bit, which has no clock that knows the date.

from utime import sleep, sleep_ms, sleep_us, ticks_add, ticks_diff, ticks_ms, ticks_us
