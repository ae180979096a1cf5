# What will the weather be? Look how the three numbers change in a day.
# 天气会怎么变？看看这三个数在一天里怎么变化。

from lab import channel, run
from aht20 import AHT20
from bmp280 import BMP280
from bus import i2c

wires = i2c()  # both sensors share them 两个传感器接在同样的线上
air = AHT20(wires)
barometer = BMP280(wires)
channel("temperature", "degC", air.temperature_centi_c, 0.01)
channel("humidity", "percent", air.humidity_centi_percent, 0.01)
channel("pressure", "hPa", barometer.pressure_pa, 0.01)
run(1, "weather")
