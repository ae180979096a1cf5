# What sets the beat of a pendulum: its length, its weight, its width?
# 单摆摆得快还是慢，由什么决定：绳长、重量，还是摆幅？

from lab import channel, run
from bus import i2c
from mpu6050 import MPU6050

sensor = MPU6050(i2c())
channel("swing", "mg", sensor.x_mg)
run(50, "pendulum")
