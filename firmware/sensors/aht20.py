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

from time import sleep_ms

from crc8 import crc8
from sensor import Sensor, SensorError

ADDRESS = 0x38  # the only one: two AHT20 need two buses

_STATUS = b"\x71"  # "get status": answers one byte
_INITIALISE = b"\xbe\x08\x00"
_MEASURE = b"\xac\x33\x00"
_READY_BITS = 0x18  # of the status: initialised
_BUSY_BIT = 0x80
_INITIALISE_MS = 10
_MEASURE_MS = 80
_MORE_TRIES, _TRY_MS = 3, 10  # a cold chip needs a little longer than the manual says


def centi_c(raw):
    """Temperature in 1/100 degC from the 20-bit reading."""
    return (raw * 20000 >> 20) - 5000


def centi_percent(raw):
    """Relative humidity in 1/100 % from the 20-bit reading."""
    return raw * 10000 >> 20


class AHT20(Sensor):
    def __init__(self, bus, address=ADDRESS):
        self._bus = bus
        self._address = address
        self._data = bus.buffer(7)
        self._status = bus.buffer(1)

    def temperature_centi_c(self):
        """Temperature in 1/100 degC. Raises OSError."""
        return self.value(0)

    def humidity_centi_percent(self):
        """Relative humidity in 1/100 %. Raises OSError."""
        return self.value(1)

    def start(self):
        for _ in range(2):
            self._bus.write(self._address, _STATUS)
            if self._bus.read(self._address, self._status)[0] & _READY_BITS == _READY_BITS:
                return
            self._bus.write(self._address, _INITIALISE)
            sleep_ms(_INITIALISE_MS)
        raise SensorError("another chip, or not ready")

    def measure(self):
        self._bus.write(self._address, _MEASURE)
        sleep_ms(_MEASURE_MS)
        for _ in range(_MORE_TRIES):
            data = self._bus.read(self._address, self._data)
            if not data[0] & _BUSY_BIT:
                break
            sleep_ms(_TRY_MS)
        else:
            raise SensorError("not ready")
        if crc8(data, 0, 7):
            raise SensorError("bad checksum")
        humidity = data[1] << 12 | data[2] << 4 | data[3] >> 4
        temperature = (data[3] & 15) << 16 | data[4] << 8 | data[5]
        return centi_c(temperature), centi_percent(humidity)
