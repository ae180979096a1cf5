# What will the weather be? Look how the air pressure changes in a day.
# 天气会怎么变？看看气压在一天里怎么变化。

from lab import channel, run
from bmp280 import BMP280
from bus import i2c

barometer = BMP280(i2c())
channel("temperature", "degC", barometer.temperature_centi_c, 0.01)
channel("pressure", "hPa", barometer.pressure_pa, 0.01)
run(1, "weather")
