"""TCS34725: colour of light, 颜色传感器 (module GY-33, GY-TCS34725).

    colour = TCS34725(i2c())
    channel("red", "", colour.red_counts)
    channel("green", "", colour.green_counts)
    channel("blue", "", colour.blue_counts)

Quantities  clear_counts(), red_counts(), green_counts(), blue_counts(): 0 to 43007, light of that colour
            gathered in 0.1 s; clear is all of it. For a colour compare them with each other, not with lux
Accuracy    a surface's red, green and blue to about 5 % of clear with the module's lamp 1 cm away
Duration    a read takes 1.2 ms; the value is that of the last 101 ms, a whole number of flickers of a lamp at
            50 Hz and at 60 Hz. After a start: 104 ms
Errors      OSError no answer; SensorError another chip, nothing measured yet, or too bright
Datasheet   ams TCS3472 v1.06, "Register Set", figures 8 to 11; DN40 for the choice of gain
"""

from sensor import Sensor as Sensor, SensorError as SensorError
from bus import Bus

ADDRESS: int

class TCS34725(Sensor):
    def __init__(self, bus: Bus, address: int = ADDRESS) -> None: ...
    def clear_counts(self) -> int:
        """All light that arrived (0 to 43007). Raises OSError."""
    def red_counts(self) -> int:
        """The red part of the light. Raises OSError."""
    def green_counts(self) -> int:
        """The green part of the light. Raises OSError."""
    def blue_counts(self) -> int:
        """The blue part of the light. Raises OSError."""
