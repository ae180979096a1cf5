"""DHT11 and DHT22 (AM2302): temperature and humidity, 温湿度传感器.

    air = DHT22(4)
    channel("temperature", "degC", air.temperature_deci_c, 0.1)
    channel("humidity", "percent", air.humidity_deci_percent, 0.1)

Quantities  temperature_deci_c() in 1/10 degC and humidity_deci_percent() in 1/10 %: DHT22 -400 to 800 and 0 to
            1000, DHT11 0 to 500 and 200 to 900 in whole steps
Accuracy    DHT22 +-0.5 degC, +-2 %; DHT11 +-2 degC, +-5 % (manuals, "Specification")
Duration    25 ms. The DHT22 measures every 2 s, the DHT11 every second: in between the last values are given
            again. What it says was measured at the read before
Errors      OSError no answer; SensorError bad checksum
Datasheet   Aosong AM2302 manual, section 7 (single bus); DHT11 manual, section 5

ESP32 boards only: its bits are 26 or 70 microseconds long, too short for a micro:bit's MicroPython.
"""

from sensor import Sensor as Sensor, SensorError as SensorError

def dht22_values(data):
    """Temperature in 1/10 degC and humidity in 1/10 % from a DHT22's bytes."""

def dht11_values(data):
    """The same from a DHT11's bytes: whole numbers and tenths; newer ones know degrees below zero."""

class DHT22(Sensor):
    def __init__(self, pin: int) -> None: ...
    def temperature_deci_c(self) -> int:
        """Temperature in 1/10 degC. Raises OSError."""
    def humidity_deci_percent(self) -> int:
        """Relative humidity in 1/10 %. Raises OSError."""

class DHT11(DHT22): ...
