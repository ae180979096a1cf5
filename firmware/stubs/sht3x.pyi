"""SHT30, SHT31, SHT35: temperature and humidity, 温湿度传感器 (module GY-SHT31).

    air = SHT3x(i2c())
    channel("temperature", "degC", air.temperature_centi_c, 0.01)
    channel("humidity", "percent", air.humidity_centi_percent, 0.01)

Quantities  temperature_centi_c() in 1/100 degC, -4000 to 12500; humidity_centi_percent() in 1/100 %, 0 to
            10000
Accuracy    SHT30 and SHT31 +-0.2 degC, +-2 % (SHT30 +-3 %); SHT35 +-0.1 degC, +-1.5 % (datasheet, section 1)
Duration    17 ms
Errors      OSError no answer; SensorError bad checksum
Datasheet   Sensirion SHT3x-DIS: sections 4.3 (single shot), 4.12 (checksum), 4.13 (conversion)
"""

from crc8 import crc8 as crc8
from sensor import Sensor as Sensor, SensorError as SensorError
from bus import Bus

ADDRESS: int

def centi_c(raw):
    """Temperature in 1/100 degC from the 16-bit reading."""

def centi_percent(raw):
    """Relative humidity in 1/100 % from the 16-bit reading."""

class SHT3x(Sensor):
    def __init__(self, bus: Bus, address: int = ADDRESS) -> None: ...
    def temperature_centi_c(self) -> int:
        """Temperature in 1/100 degC. Raises OSError."""
    def humidity_centi_percent(self) -> int:
        """Relative humidity in 1/100 %. Raises OSError."""
