# What sets the beat of a pendulum: its length, its weight, its width?
# 单摆摆得快还是慢，由什么决定：绳长、重量，还是摆幅？

from lab import channel, run
from microbit import accelerometer

channel("swing", "mg", accelerometer.get_x)
run(50, "pendulum")
