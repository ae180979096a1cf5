# Does the plant need water? 0 percent is as dry as air, 100 percent is water.
# 花要浇水了吗？0% 和空气一样干，100% 就是水。

from lab import channel, run
from analog import Analog

# Your own probe's millivolts, in air and in water.
# 你自己的探头，在空气中、在水中各是多少毫伏。
probe = Analog(1, low_mv=2800, high_mv=1300)
channel("soil", "percent", probe.percent)
run(1, "soil")
