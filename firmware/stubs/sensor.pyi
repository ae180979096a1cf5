"""sensor: what all sensor drivers have in common. 所有传感器驱动的公共部分。

A driver names its quantities as methods with the unit in the name (`temperature_centi_c`), and `lab` takes
them as they are:

    from bus import i2c
    from sht3x import SHT3x
    from lab import channel, run

    air = SHT3x(i2c())
    channel("temperature", "degC", air.temperature_centi_c, 0.01)
    channel("humidity", "percent", air.humidity_centi_percent, 0.01)
    run(hz=1)

A sensor that does not answer never stops the program: `lab` reports it, goes on with the other channels, and
has numbers again as soon as the sensor is plugged in again.
"""

SAME_MOMENT_MS: int

class SensorError(OSError):
    """The sensor answers, but what it says is no measurement; the text says why.

    An OSError, so whoever is ready for a sensor that does not answer is ready for this too.
    """

class Sensor:
    """A chip that measures one or more quantities at once.

    A driver has `start()`, which checks that it is the right chip and sets it up, and `measure()`, which
    returns the values of all its quantities from one burst. Both raise OSError. Nothing is asked of the chip
    before the first value is wanted, and after any fault it is started anew: it may have been without power
    in between.
    """
    def value(self, number: int) -> int:
        """Quantity `number` of this moment. Measures when that one was handed out already, or is old."""
