# How loud is it? The micro:bit has a microphone: 0 is quiet, 255 is very loud.
# 有多响？micro:bit 上有话筒：0 最安静，255 非常响。

from lab import channel, run
from microbit import microphone

channel("loudness", "", microphone.sound_level)
run(10, "sound")
