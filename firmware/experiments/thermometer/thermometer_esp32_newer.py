# How warm is the chip on this board? Hold a finger on it and watch.
# 板上的芯片有多热？把手指放在芯片上，看看温度怎么变。

import esp32
from lab import channel, run

channel("chip_temperature", "degC", esp32.mcu_temperature)
run(2, "thermometer")
