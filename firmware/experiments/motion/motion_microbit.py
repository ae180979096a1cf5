# How does it move? Tilt it and shake it: 1000 mg is the pull of the earth.
# 怎么动的？把开发板倾斜、摇晃：1000 mg 就是地球的引力。

from microbit import accelerometer
from lab import channel, run

channel("x", "mg", accelerometer.get_x)
channel("y", "mg", accelerometer.get_y)
channel("z", "mg", accelerometer.get_z)
run(25, "motion")
