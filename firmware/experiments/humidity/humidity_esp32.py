# How moist is the air? Breathe on the sensor and watch.
# 空气有多潮湿？对着传感器哈一口气，看看数值怎么变。

from lab import channel, run
from dht22 import DHT22

air = DHT22(4)
channel("temperature", "degC", air.temperature_deci_c, 0.1)
channel("humidity", "percent", air.humidity_deci_percent, 0.1)
run(0.5, "humidity")
