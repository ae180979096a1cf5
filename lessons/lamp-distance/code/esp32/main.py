# How much weaker does the light get, further from the lamp?
# 离灯越远，光变暗多少？

from time import sleep_ms
from bh1750 import BH1750
from bus import i2c
from lab import channel, event, run
from pins import digital_in

# region distances
distances = [10, 20, 30, 40, 50]  # in cm, from near to far 单位是厘米，从近到远
# endregion
key = digital_in(0, pull_up=True)  # BOOT: 0 while it is pressed BOOT 键，按下时是 0
sensor = BH1750(i2c())


# region measure
def next_place():
    if distances and not key():  # BOOT: it stands still 放稳了，按 BOOT
        event("%d cm" % distances.pop(0))
        while not key():  # until it is let go 等到松开
            sleep_ms(50)


channel("light", "lx", sensor.lux)
run(5, "lamp", idle=next_place)
# endregion
