# How loud is it? The microphone says 0 for quiet and 255 for very loud.
# 有多响？micro:bit 上有话筒：0 最安静，255 非常响。

from lab import channel, run
from microbit import microphone

channel("loudness", "", microphone.sound_level)
run(10, "sound")
