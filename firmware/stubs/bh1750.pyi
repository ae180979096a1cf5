"""BH1750: light sensor, 光照度传感器 (modules GY-302, GY-30).

    channel("light", "lx", BH1750(i2c()).lux)

Quantity    lux() in lx, whole numbers, 0 to 54612
Accuracy    +-20 % (chip to chip), datasheet "Electrical Characteristics"
Duration    a read takes 0.5 ms; the value is the mean of the last 120 ms, which also smoothes the flicker of
            lamps at 50 Hz and 60 Hz. After a start: 180 ms
Errors      OSError no answer; SensorError brighter than it can measure
Datasheet   ROHM BH1750FVI, 2014-11 rev. D: "Instruction Set Architecture", "Measurement sequence example"
"""

from sensor import Sensor as Sensor, SensorError as SensorError
from bus import Bus

ADDRESS: int

def lux(counts):
    """Illuminance in lx from the 16-bit reading: 1.2 counts are 1 lx."""

class BH1750(Sensor):
    def __init__(self, bus: Bus, address: int = ADDRESS) -> None: ...
    def lux(self) -> int:
        """Illuminance in lx (0 to 54612). Raises OSError."""
