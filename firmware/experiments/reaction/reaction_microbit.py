# How fast are you? Press button A as soon as the heart appears.
# 你的反应有多快？爱心一出现，马上按 A。

from random import randint
from lab import channel, run
from microbit import Image, button_a, display, running_time, sleep


def reaction():
    sleep(randint(1000, 3000))  # nobody knows how long 谁也不知道要等多久
    if button_a.is_pressed():
        raise OSError("too early")
    display.show(Image.HEART)
    began = running_time()
    passed = 0
    while not button_a.is_pressed() and passed < 1000:
        passed = running_time() - began
    display.clear()
    if passed >= 1000:
        raise OSError("not pressed")
    return passed


channel("reaction", "ms", reaction)
run(0.2, "reaction")
