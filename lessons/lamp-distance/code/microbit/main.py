# How much weaker does the light get, further from the lamp?
# 离灯越远，光变暗多少？

from microbit import button_a, display
from lab import channel, event, run

# region distances
distances = [10, 20, 30, 40, 50]  # in cm, from near to far 单位是厘米，从近到远
# endregion


# region measure
def light():
    if distances and button_a.was_pressed():  # A: it stands still 放稳了，按 A
        event("%d cm" % distances.pop(0))
    return display.read_light_level()  # 0 dark, 255 bright 0 最暗，255 最亮


channel("light", "", light)
run(5, "lamp")
# endregion
