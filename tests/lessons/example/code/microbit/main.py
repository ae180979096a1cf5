# How bright is it? The display sees light too: 0 is dark, 255 is bright.
# 有多亮？点阵屏上的灯也能感受光线：0 最暗，255 最亮。

from lab import channel, run
from microbit import display

# region measure
channel("light", "", display.read_light_level)
run(5, "light")
# endregion
