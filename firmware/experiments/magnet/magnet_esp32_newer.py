# How far does a magnet reach? It changes the voltage of the Hall sensor.
# 磁铁能管多远？磁场会改变霍尔传感器的电压。

from lab import channel, run
from pins import millivolts

channel("field", "mV", millivolts(1))
run(10, "magnet")
