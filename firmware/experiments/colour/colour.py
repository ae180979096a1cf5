# What colour is it? Hold things 1 cm under the sensor's lamp.
# 是什么颜色？把东西放在传感器的灯下 1 厘米处。

from lab import channel, run
from bus import i2c
from tcs34725 import TCS34725

colour = TCS34725(i2c())
channel("red", "", colour.red_counts)
channel("green", "", colour.green_counts)
channel("blue", "", colour.blue_counts)
run(5, "colour")
