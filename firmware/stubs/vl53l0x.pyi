"""VL53L0X: distance by the flight of light, 激光测距传感器 (modules GY-530, GY-VL53L0XV2).

    channel("distance", "mm", VL53L0X(i2c()).distance_mm)

Quantity    distance_mm() in mm, 30 to 2000 (white target indoors), about 800 for a grey one
Accuracy    +-3 % in the dark, +-10 % in daylight (datasheet, tables 11 and 12); its own calibration from the
            factory is used as it is
Duration    33 ms
Errors      OSError no answer; SensorError another chip, not ready, or nothing in reach
Datasheet   ST VL53L0X DS11555: section 3.2 (reference registers 0xC0 to 0xC2). ST documents the other
            registers only as names in its programming interface (STSW-IMG005, vl53l0x_device.h)
"""

from sensor import Sensor as Sensor, SensorError as SensorError
from bus import Bus

ADDRESS: int

def distance_mm(result):
    """Distance in mm from the 12 result bytes; None if the light did not come back."""

class VL53L0X(Sensor):
    def __init__(self, bus: Bus, address: int = ADDRESS) -> None: ...
    def distance_mm(self) -> int:
        """Distance in mm. Raises OSError, also with nothing in reach."""
