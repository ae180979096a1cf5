# How far away is it? The sensor shouts and waits for the echo, as a bat does.
# 有多远？传感器像蝙蝠一样发出声音，等回声回来。

from lab import channel, run
from hcsr04 import HCSR04

sensor = HCSR04(6, 7)  # Trig, Echo
channel("distance", "mm", sensor.distance_mm)
run(10, "distance")
