# How warm is the chip on this board? Hold a finger on it and watch.
# 板上的芯片有多热？把手指放在芯片上，看看温度怎么变。

import esp32
from lab import channel, run


def chip_temperature():
    fahrenheit = esp32.raw_temperature()  # this chip's own unit 华氏度
    return (fahrenheit - 32) / 1.8  # in degrees Celsius 换成摄氏度


channel("chip_temperature", "degC", chip_temperature, 0.1)
run(2, "thermometer")
