"""MAX6675: temperature with a thermocouple of type K, K 型热电偶.

    channel("temperature", "degC", MAX6675(spi(), 5).temperature_centi_c, 0.01)

Quantity    temperature_centi_c() in 1/100 degC, 0 to 102375 in steps of 25: the tip of the thermocouple
Accuracy    +-2 degC (8 counts) up to 700 degC (datasheet, "Electrical Characteristics"), and that of the wire
Duration    a read takes 0.1 ms; the chip needs 220 ms for a new value, and begins anew with every read. Within
            that time the last value is given again
Errors      SensorError not connected, no thermocouple, or another chip
Datasheet   Maxim MAX6675 19-2235: "Serial Interface", figure 2 and table 1

ESP32 boards and the micro:bit V2; on a V1 it could not be tried, because its emulator has no SPI.
"""

from time import sleep_us, ticks_diff, ticks_ms

from pins import digital_out
from sensor import Sensor, SensorError

_CONVERSION_MS = 220
_SELECT_US = 1  # CS to output: 100 ns at most
_OPEN = 0x0004
_ALWAYS_ZERO = 0x8002  # the dummy sign bit and the device's identity


def centi_c(word):
    """Temperature in 1/100 degC from the 16 bits; raises SensorError when they are none."""
    if word == 0xFFFF:
        raise SensorError("not connected")
    if word & _ALWAYS_ZERO:
        raise SensorError("another chip: 0x%04x" % word)
    if word & _OPEN:
        raise SensorError("no thermocouple")
    return (word >> 3) * 25


class MAX6675(Sensor):
    """`read` is what bus.spi() gives, `select` the pin that CS is connected to."""

    def __init__(self, read, select):
        self._read = read
        self._select = digital_out(select, 1)
        self._data = bytearray(2)
        self._word = None

    def temperature_centi_c(self):
        """Temperature of the thermocouple's tip in 1/100 degC. Raises OSError."""
        return self.value(0)

    def start(self):
        self._word = None

    def measure(self):
        now = ticks_ms()
        if self._word is None or ticks_diff(now, self._read_ms) >= _CONVERSION_MS:
            self._select(0)
            sleep_us(_SELECT_US)
            data = self._read(self._data)
            self._select(1)
            self._word = data[0] << 8 | data[1]
            self._read_ms = now
        return (centi_c(self._word),)
