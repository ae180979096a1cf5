# How far does a magnet reach? The compass feels it; the earth alone gives about 50 microtesla.
# 磁铁能管多远？指南针能感受磁场；只有地球的时候，大约是 50 微特斯拉。

from lab import channel, run
from microbit import compass

channel("field", "uT", compass.get_field_strength, 0.001)
run(10, "magnet")
