# A night light that decides by itself: with one threshold, or with two?
# 会自己做决定的小夜灯：用一个阈值，还是两个？

from microbit import display
from lab import channel, run

# region thresholds
middle = 75  # one threshold 一个阈值
low = 60  # two thresholds: on when it is darker than this 两个阈值：比它暗就开灯
high = 90  # and off when it is brighter than this 比它亮才关灯
# endregion

brightness = 0
lamp = 0


def light():
    global brightness
    brightness = display.read_light_level()  # 0 dark, 255 bright 0 最暗，255 最亮
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
    display.set_pixel(2, 2, 9 * lamp)  # in the middle of the display 屏幕中间
    return lamp
# endregion


channel("light", "", light)
channel("one", "", one)
channel("two", "", two)
run(10, "night")
