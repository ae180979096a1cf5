# What sets the beat of a pendulum? The sensor is the bob.
# 单摆多久摆一次？传感器就是摆锤。

from time import sleep_ms
from bus import i2c
from lab import channel, event, run
from mpu6050 import MPU6050
from pins import digital_in

# region lengths
lengths = [25, 50, 100]  # of the string, in cm 绳长，单位是厘米
# endregion
key = digital_in(0, pull_up=True)  # BOOT: 0 while it is pressed BOOT 键，按下时是 0
sensor = MPU6050(i2c())


# region measure
def next_length():
    if lengths and not key():  # BOOT: then let it swing 先按 BOOT，再松手
        event("%d cm" % lengths.pop(0))
        while not key():  # until it is let go 等到松开
            sleep_ms(50)


def pull():
    return abs(sensor.y_mg())  # how hard the string pulls 绳子拉得有多用力


channel("pull", "mg", pull)
run(50, "pendulum", idle=next_length)
# endregion
