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

from time import ticks_diff, ticks_ms

import dht
from machine import Pin
from sensor import Sensor, SensorError


def dht22_values(data):
    """Temperature in 1/10 degC and humidity in 1/10 % from a DHT22's bytes."""
    temperature = (data[2] & 0x7F) << 8 | data[3]
    return -temperature if data[2] & 0x80 else temperature, data[0] << 8 | data[1]


def dht11_values(data):
    """The same from a DHT11's bytes: whole numbers and tenths; newer ones know degrees below zero."""
    temperature = data[2] * 10 + (data[3] & 0x7F)
    return -temperature if data[3] & 0x80 else temperature, data[0] * 10 + data[1]


class DHT22(Sensor):
    period_ms = 2000
    decode = staticmethod(dht22_values)
    reader = dht.DHT22  # the board's own: it catches the bits, and its `buf` holds the five bytes

    def __init__(self, pin):
        self._reader = self.reader(Pin(pin))
        self._last = None

    def temperature_deci_c(self):
        """Temperature in 1/10 degC. Raises OSError."""
        return self.value(0)

    def humidity_deci_percent(self):
        """Relative humidity in 1/10 %. Raises OSError."""
        return self.value(1)

    def start(self):
        pass  # it has nothing to set up and no identity to ask for

    def measure(self):
        now = ticks_ms()
        if self._last is None or ticks_diff(now, self._read_ms) >= self.period_ms:
            self._last = None
            try:
                self._reader.measure()
            except OSError:
                raise
            except Exception:  # its way to speak of a wrong checksum
                raise SensorError("bad checksum")
            self._last = self.decode(self._reader.buf)
            self._read_ms = now
        return self._last


class DHT11(DHT22):
    period_ms = 1000
    decode = staticmethod(dht11_values)
    reader = dht.DHT11
