# How bright is it? A photoresistor changes the voltage on pin 34.
# 有多亮？光敏电阻会改变 34 号引脚上的电压。

from lab import channel, run
from pins import millivolts

# region measure
channel("light", "mV", millivolts(34))
run(5, "light")
# endregion
