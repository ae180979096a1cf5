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

from time import sleep_ms

from crc8 import crc8
from sensor import Sensor, SensorError

ADDRESS = 0x44  # ADDR at GND; 0x45 with ADDR at 3.3 V

_STATUS = b"\xf3\x2d"
_MEASURE = b"\x24\x00"  # single shot, high repeatability, without holding the clock
_MEASURE_MS = 16  # table 4: 15.5 ms at most


def centi_c(raw):
    """Temperature in 1/100 degC from the 16-bit reading."""
    return 17500 * raw // 65535 - 4500


def centi_percent(raw):
    """Relative humidity in 1/100 % from the 16-bit reading."""
    return 10000 * raw // 65535


class SHT3x(Sensor):
    def __init__(self, bus, address=ADDRESS):
        self._bus = bus
        self._address = address
        self._data = bus.buffer(6)
        self._status = bus.buffer(3)

    def temperature_centi_c(self):
        """Temperature in 1/100 degC. Raises OSError."""
        return self.value(0)

    def humidity_centi_percent(self):
        """Relative humidity in 1/100 %. Raises OSError."""
        return self.value(1)

    def start(self):
        # There is no identity register; but what another chip answers here has no right checksum.
        self._bus.write(self._address, _STATUS)
        if crc8(self._bus.read(self._address, self._status), 0, 3):
            raise SensorError("another chip, or a bad checksum")

    def measure(self):
        self._bus.write(self._address, _MEASURE)
        sleep_ms(_MEASURE_MS)
        data = self._bus.read(self._address, self._data)
        if crc8(data, 0, 3) or crc8(data, 3, 6):
            raise SensorError("bad checksum")
        return centi_c(data[0] << 8 | data[1]), centi_percent(data[3] << 8 | data[4])
