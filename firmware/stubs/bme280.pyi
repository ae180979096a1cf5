"""BME280: air pressure, temperature and humidity, 气压、温度、湿度传感器 (module GY-BME280).

    air = BME280(i2c())
    channel("humidity", "percent", air.humidity_centi_percent, 0.01)
    channel("pressure", "Pa", air.pressure_pa)
    channel("temperature", "degC", air.temperature_centi_c, 0.01)

A BMP280 (see bmp280.py) that also measures humidity. Many modules sold as BME280 carry a BMP280: this driver
then says "another chip: 0x58".

Quantities  humidity_centi_percent() in 1/100 % relative humidity, 0 to 10000; pressure_pa() in Pa;
            temperature_centi_c() in 1/100 degC, -4000 to 8500
Accuracy    +-3 % relative humidity, +-100 Pa, +-1 degC (datasheet, tables 2 to 4)
Duration    a read takes 1 ms; the chip measures without a pause, 46 ms each (section 9.1)
Errors      OSError no answer; SensorError another chip, or nothing measured yet
Datasheet   Bosch BST-BME280-DS002: sections 4.2.3 (compensation), 5.4 (registers)
"""

from bmp280 import ADDRESS as ADDRESS, BMP280 as BMP280
from bus import Bus

def humidity_calibration(first, rest):
    """The chip's dig_H1 to dig_H6 from register 0xA1 and the seven from 0xE1 on (datasheet, table 16)."""

def centi_percent(raw, fine, h):
    """Relative humidity in 1/100 % from the 16-bit reading and the temperature (in 1/5120 degC)."""

class BME280(BMP280):
    def __init__(self, bus: Bus, address: int = ADDRESS) -> None: ...
    def humidity_centi_percent(self) -> int:
        """Relative humidity in 1/100 %. Raises OSError."""
