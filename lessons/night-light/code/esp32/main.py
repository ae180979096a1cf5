# A night light that decides by itself: with one threshold, or with two?
# 会自己做决定的小夜灯：用一个阈值，还是两个？

from lab import channel, run
from pins import digital_out, millivolts

# region thresholds
middle = 1650  # one threshold, in mV 一个阈值，单位是 mV
low = 1400  # two thresholds: on when it is darker than this 两个阈值：比它暗就开灯
high = 1900  # and off when it is brighter than this 比它亮才关灯
# endregion

sensor = millivolts(34)  # photoresistor: brighter is more 光敏电阻：越亮越大
show = digital_out(26)  # the LED 发光二极管
brightness = 0
lamp = 0


def light():
    global brightness
    brightness = sensor()
    return brightness


# region one
def one():
    return brightness < middle
# endregion


# region two
def two():
    global lamp
    if brightness < low:
        lamp = 1
    if brightness > high:
        lamp = 0
    show(lamp)
    return lamp
# endregion


channel("light", "mV", light)
channel("one", "", one)
channel("two", "", two)
run(10, "night")
