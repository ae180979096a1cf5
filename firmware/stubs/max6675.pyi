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

from collections.abc import Callable
from pins import digital_out as digital_out
from sensor import Sensor as Sensor, SensorError as SensorError

def centi_c(word):
    """Temperature in 1/100 degC from the 16 bits; raises SensorError when they are none."""

class MAX6675(Sensor):
    """`read` is what bus.spi() gives, `select` the pin that CS is connected to."""
    def __init__(self, read: Callable[[bytearray], bytes], select: int) -> None: ...
    def temperature_centi_c(self) -> int:
        """Temperature of the thermocouple's tip in 1/100 degC. Raises OSError."""
