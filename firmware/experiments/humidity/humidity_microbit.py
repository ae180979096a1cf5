# How moist is the air? Breathe on the sensor and watch.
# 空气有多潮湿？对着传感器哈一口气，看看数值怎么变。

from lab import channel, run
from aht20 import AHT20
from bus import i2c

air = AHT20(i2c())
channel("temperature", "degC", air.temperature_centi_c, 0.01)
channel("humidity", "percent", air.humidity_centi_percent, 0.01)
run(0.5, "humidity")
