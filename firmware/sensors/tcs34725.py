"""TCS34725: colour of light, 颜色传感器 (module GY-33, GY-TCS34725).

    colour = TCS34725(i2c())
    channel("red", "", colour.red_counts)
    channel("green", "", colour.green_counts)
    channel("blue", "", colour.blue_counts)

Quantities  clear_counts(), red_counts(), green_counts(), blue_counts(): 0 to 43007, light of that colour
            gathered in 0.1 s; clear is all of it. For a colour compare them with each other, not with lux
Accuracy    a surface's red, green and blue to about 5 % of clear with the module's lamp 1 cm away
Duration    a read takes 1.2 ms; the value is that of the last 101 ms, a whole number of flickers of a lamp at
            50 Hz and at 60 Hz. After a start: 104 ms
Errors      OSError no answer; SensorError another chip, nothing measured yet, or too bright
Datasheet   ams TCS3472 v1.06, "Register Set", figures 8 to 11; DN40 for the choice of gain
"""

from time import sleep_ms

from sensor import Sensor, SensorError

ADDRESS = 0x29  # the only one; a VL53L0X has the same

# Register numbers with the command bit (0x80) and "auto-increment" (0x20).
_ID, _STATUS = b"\xb2", b"\xb3"
_IDS = (0x44, 0x4D)  # TCS34725, TCS34727
_TIME = b"\xa1\xd6"  # 256 - 42: 42 cycles of 2.4 ms
_GAIN = b"\xaf\x01"  # 4 times: a white page under a classroom lamp gives about 5000
_ON = b"\xa0\x01"
_MEASURE = b"\xa0\x03"
_WARM_UP_MS = 3  # 2.4 ms
_FIRST_RESULT_MS = 104  # 2.4 ms and 42 cycles
_VALID = 0x01
_MOST_COUNTS = 42 * 1024 - 1


class TCS34725(Sensor):
    def __init__(self, bus, address=ADDRESS):
        self._bus = bus
        self._address = address
        self._data = bus.buffer(9)

    def clear_counts(self):
        """All light that arrived (0 to 43007). Raises OSError."""
        return self.value(0)

    def red_counts(self):
        """The red part of the light. Raises OSError."""
        return self.value(1)

    def green_counts(self):
        """The green part of the light. Raises OSError."""
        return self.value(2)

    def blue_counts(self):
        """The blue part of the light. Raises OSError."""
        return self.value(3)

    def start(self):
        self._bus.write(self._address, _ID)
        chip = self._bus.read(self._address, self._bus.buffer(1))[0]
        if chip not in _IDS:
            raise SensorError("another chip: 0x%02x" % chip)
        for command in (_ON, _TIME, _GAIN):
            self._bus.write(self._address, command)
        sleep_ms(_WARM_UP_MS)
        self._bus.write(self._address, _MEASURE)
        sleep_ms(_FIRST_RESULT_MS)

    def measure(self):
        # The status and, in the registers behind it, the four counts: one burst, one moment.
        self._bus.write(self._address, _STATUS)
        data = self._bus.read(self._address, self._data)
        if not data[0] & _VALID:
            raise SensorError("nothing measured yet")
        counts = [data[index] | data[index + 1] << 8 for index in (1, 3, 5, 7)]
        if counts[0] >= _MOST_COUNTS:
            raise SensorError("too bright")
        return counts
