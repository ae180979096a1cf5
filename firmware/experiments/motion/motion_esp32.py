# How does it move? Tilt it and shake it: 1000 mg is the pull of the earth.
# 怎么动的？把传感器倾斜、摇晃：1000 mg 就是地球的引力。

from bus import i2c
from lab import channel, run
from mpu6050 import MPU6050

sensor = MPU6050(i2c())
channel("x", "mg", sensor.x_mg)
channel("y", "mg", sensor.y_mg)
channel("z", "mg", sensor.z_mg)
run(25, "motion")
