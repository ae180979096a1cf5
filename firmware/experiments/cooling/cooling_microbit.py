# Which cup keeps warm longer? One probe in each cup.
# 哪个杯子更保温？每个杯子里放一个探头。

from lab import channel, run
from thermistor import Thermistor

channel("cup_1", "degC", Thermistor(1).temperature_deci_c, 0.1)
channel("cup_2", "degC", Thermistor(2).temperature_deci_c, 0.1)
run(0.5, "cooling")
