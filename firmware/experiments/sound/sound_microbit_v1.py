# How loud is it? The louder, the further the microphone's voltage swings.
# 有多响？声音越大，话筒输出的电压上下摆动得越厉害。

from lab import channel, run
from analog import Analog

microphone = Analog(0)
channel("loudness", "mV", microphone.swing_mv)
run(10, "sound")
