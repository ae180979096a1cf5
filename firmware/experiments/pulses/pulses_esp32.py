# How many turns does the wheel make? A magnet closes the contact in each.
# 轮子转了几圈？轮子上的磁铁每转一圈，就让干簧管接通一次。

from lab import channel, run
from counter import Counter

wheel = Counter(27, pull_up=True)
channel("turns", "", wheel.count)
run(1, "pulses")
