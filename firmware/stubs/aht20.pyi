"""AHT20 (also AHT21, AHT25, DHT20): temperature and humidity, 温湿度传感器.

    air = AHT20(i2c())
    channel("temperature", "degC", air.temperature_centi_c, 0.01)
    channel("humidity", "percent", air.humidity_centi_percent, 0.01)

Quantities  temperature_centi_c() in 1/100 degC, -4000 to 8500; humidity_centi_percent() in 1/100 %, 0 to
            10000
Accuracy    +-0.3 degC, +-2 % (manual, tables 1 and 2)
Duration    82 ms. Not more often than twice a second, or the chip warms itself (manual, section 5.4)
Errors      OSError no answer; SensorError another chip, not ready, or bad checksum
Datasheet   Aosong AHT20 product manual v1.1: sections 5.4 (reading), 6 (conversion)
"""

from crc8 import crc8 as crc8
from sensor import Sensor as Sensor, SensorError as SensorError
from bus import Bus

ADDRESS: int

def centi_c(raw):
    """Temperature in 1/100 degC from the 20-bit reading."""

def centi_percent(raw):
    """Relative humidity in 1/100 % from the 20-bit reading."""

class AHT20(Sensor):
    def __init__(self, bus: Bus, address: int = ADDRESS) -> None: ...
    def temperature_centi_c(self) -> int:
        """Temperature in 1/100 degC. Raises OSError."""
    def humidity_centi_percent(self) -> int:
        """Relative humidity in 1/100 %. Raises OSError."""
