# How far does a magnet reach? Its field changes the voltage of the Hall sensor on pin 1.
# 磁铁能管多远？磁场会改变 1 号引脚上霍尔传感器的电压。

from lab import channel, run
from pins import millivolts

channel("field", "mV", millivolts(1))
run(10, "magnet")
