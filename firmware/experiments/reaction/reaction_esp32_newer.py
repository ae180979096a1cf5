# How fast are you? Press the key as soon as the lamp lights up.
# 你的反应有多快？灯一亮，马上按键。

from random import randint
from time import sleep_ms, ticks_diff, ticks_ms
from lab import channel, run
from pins import digital_in, digital_out

lamp = digital_out(6)
key = digital_in(1, pull_up=True)  # 0 while it is pressed 按下时是 0


def reaction():
    sleep_ms(randint(1000, 3000))  # nobody knows how long 谁也不知道要等多久
    if key() == 0:
        raise OSError("too early")
    lamp(1)
    began = ticks_ms()
    passed = 0
    while key() == 1 and passed < 1000:
        passed = ticks_diff(ticks_ms(), began)
    lamp(0)
    if passed >= 1000:
        raise OSError("not pressed")
    return passed


channel("reaction", "ms", reaction)
run(0.2, "reaction")
