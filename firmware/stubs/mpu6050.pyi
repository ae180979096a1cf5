"""MPU6050: acceleration in three directions, 三轴加速度传感器 (module GY-521).

    sensor = MPU6050(i2c())
    channel("x", "mg", sensor.x_mg)
    channel("y", "mg", sensor.y_mg)
    channel("z", "mg", sensor.z_mg)

Quantities  x_mg(), y_mg(), z_mg() in mg (1000 mg is the pull of the earth), -2000 to 2000; at rest and lying
            flat z is about 1000
Accuracy    +-50 mg along x and y, +-80 mg along z at rest; +-3 % of the value (datasheet, section 6.2)
Duration    a read takes 1 ms at 100 kHz; the value is at most 5 ms old. After a start: 30 ms
Errors      OSError no answer; SensorError another chip
Datasheet   InvenSense PS-MPU-6000A-00 rev. 3.4 (section 6.2), register map RM-MPU-6000A-00 rev. 4.2
"""

from sensor import Sensor as Sensor, SensorError as SensorError
from bus import Bus

ADDRESS: int

def mg(high, low):
    """Acceleration in mg from the two bytes of a reading: 16384 counts are 1000 mg."""

class MPU6050(Sensor):
    def __init__(self, bus: Bus, address: int = ADDRESS) -> None: ...
    def x_mg(self) -> int:
        """Acceleration along x in mg. Raises OSError."""
    def y_mg(self) -> int:
        """Acceleration along y in mg. Raises OSError."""
    def z_mg(self) -> int:
        """Acceleration along z in mg, upwards from the chip. Raises OSError."""
