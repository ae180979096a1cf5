"""BH1750: light sensor, 光照度传感器 (modules GY-302, GY-30).

    channel("light", "lx", BH1750(i2c()).lux)

Quantity    lux() in lx, whole numbers, 0 to 54612
Accuracy    +-20 % (chip to chip), datasheet "Electrical Characteristics"
Duration    a read takes 0.5 ms; the value is the mean of the last 120 ms, which also smoothes the flicker of
            lamps at 50 Hz and 60 Hz. After a start: 180 ms
Errors      OSError no answer; SensorError brighter than it can measure
Datasheet   ROHM BH1750FVI, 2014-11 rev. D: "Instruction Set Architecture", "Measurement sequence example"
"""

from time import sleep_ms

from sensor import Sensor, SensorError

ADDRESS = 0x23  # ADDR open or at GND; 0x5C with ADDR at 3.3 V

_POWER_ON = b"\x01"
_CONTINUOUS_HIGH_RESOLUTION = b"\x10"
_FIRST_RESULT_MS = 180  # "H-resolution mode measurement time", maximum


def lux(counts):
    """Illuminance in lx from the 16-bit reading: 1.2 counts are 1 lx."""
    return (counts * 10 + 6) // 12


class BH1750(Sensor):
    def __init__(self, bus, address=ADDRESS):
        self._bus = bus
        self._address = address
        self._data = bus.buffer(2)

    def lux(self):
        """Illuminance in lx (0 to 54612). Raises OSError."""
        return self.value(0)

    def start(self):
        # The chip has no identity to ask for; that it answers is all there is to check.
        self._bus.write(self._address, _POWER_ON)
        self._bus.write(self._address, _CONTINUOUS_HIGH_RESOLUTION)
        sleep_ms(_FIRST_RESULT_MS)

    def measure(self):
        high, low = self._bus.read(self._address, self._data)
        counts = high << 8 | low
        if counts == 0xFFFF:
            raise SensorError("too bright")
        return (lux(counts),)
