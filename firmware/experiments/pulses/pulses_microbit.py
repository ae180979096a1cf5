# How many turns does the wheel make? A contact on P5 is like button A.
# 轮子转了几圈？接在 P5 上的干簧管和按键 A 一样：先按 A 试试。

from lab import channel, run
from microbit import button_a

turns = 0


def count():
    global turns
    turns += button_a.get_presses()  # the new ones 新按的次数
    return turns


channel("turns", "", count)
run(1, "pulses")
