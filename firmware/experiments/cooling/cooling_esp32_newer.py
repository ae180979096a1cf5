# Which cup keeps warm longer? One probe in each cup.
# 哪个杯子更保温？每个杯子里放一个探头。

from lab import channel, run
from ds18b20 import DS18B20

probes = DS18B20(1)  # both on one wire 两个探头接在一根线上
channel("cup_1", "degC", probes.probe(0), 0.01)
channel("cup_2", "degC", probes.probe(1), 0.01)
run(0.5, "cooling")
