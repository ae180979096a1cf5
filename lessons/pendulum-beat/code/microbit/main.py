# What sets the beat of a pendulum? The micro:bit is the bob.
# 单摆多久摆一次？micro:bit 就是摆锤。

from microbit import accelerometer, button_a
from lab import channel, event, run

# region lengths
lengths = [25, 50, 100]  # of the string, in cm 绳长，单位是厘米
# endregion


# region measure
def pull():
    if lengths and button_a.was_pressed():  # A: then let it swing 先按 A，再松手
        event("%d cm" % lengths.pop(0))
    return abs(accelerometer.get_y())  # how hard the string pulls 绳子的拉力


channel("pull", "mg", pull)
run(50, "pendulum")
# endregion
