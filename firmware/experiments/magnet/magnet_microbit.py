# How far does a magnet reach? The earth alone gives about 50 microtesla.
# 磁铁能管多远？只有地球的磁场时，大约是 50 微特斯拉。

from lab import channel, run
from microbit import compass

channel("field", "uT", compass.get_field_strength, 0.001)
run(10, "magnet")
