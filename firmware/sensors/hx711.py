"""HX711: weight, with a load cell. 称重传感器.

    scale = HX711(32, 33, counts_per_kg=420000)
    channel("weight", "g", scale.weight_g)         # begins with 0: start with nothing on it 开机时别放东西

`clock` and `data` are the pins connected to SCK and DT. `counts_per_kg` belongs to the load cell: put a known
weight on it and divide counts() minus the empty counts() by its kilograms.

Quantities  counts(), -8388607 to 8388606; weight_g() in g
Accuracy    that of the load cell, usually 0.05 % of its range; noise 1 g with a cell for 5 kg
Duration    up to 100 ms: the chip measures ten times a second
Errors      SensorError not connected, too heavy, or stuck
Datasheet   Avia HX711, "Serial Interface", figure 2 and table 3

ESP32 boards and the micro:bit V2. A V1 is too slow: with its clock high for 60 us the chip falls asleep.
"""

from time import sleep_ms

from machine import disable_irq, enable_irq
from pins import digital_in, digital_out
from sensor import Sensor, SensorError

_TRIES, _TRY_MS = 60, 2  # 120 ms; it measures in 100
_START_MS = 400  # table "Output settling time" at 10 a second


def signed(value):
    """The 24 bits as a number from -8388608 to 8388607."""
    return value - 0x1000000 if value & 0x800000 else value


def gram(counts, empty_counts, counts_per_kg):
    """Weight in g, rounded."""
    return (2000 * (counts - empty_counts) + counts_per_kg) // (2 * counts_per_kg)


class HX711(Sensor):
    def __init__(self, clock, data, counts_per_kg=420000):
        if not counts_per_kg > 0:
            raise ValueError("counts_per_kg is more than 0")
        self._clock = digital_out(clock)
        self._data = digital_in(data, pull_up=True)
        self._counts_per_kg = counts_per_kg
        self._empty_counts = None

    def counts(self):
        """What the chip says, -8388607 to 8388606. Raises OSError."""
        return self.value(0)

    def weight_g(self):
        """Weight in g. What is on it the first time, and after `tare()`, weighs nothing. Raises OSError."""
        counts = self.value(0)
        if self._empty_counts is None:
            self._empty_counts = counts
        return gram(counts, self._empty_counts, self._counts_per_kg)

    def tare(self):
        """Let what is on it now weigh nothing."""
        self._empty_counts = None

    def start(self):
        # A clock that was high for long had put it to sleep; its first value then is no good.
        self._clock(0)
        sleep_ms(_START_MS)

    def measure(self):
        for _ in range(_TRIES):
            if not self._data():
                break
            sleep_ms(_TRY_MS)
        else:
            raise SensorError("not connected")
        value = 0
        for _ in range(24):
            value = value << 1 | self._bit()
        self._bit()  # the 25th: channel A with gain 128 next time
        if not self._data():  # it has nothing new yet, so the line must be high now
            raise SensorError("stuck")
        value = signed(value)
        if value in (-0x800000, 0x7FFFFF):
            raise SensorError("out of range")
        return (value,)

    def _bit(self):
        state = disable_irq()  # no interrupt may keep the clock high for 60 us
        self._clock(1)
        self._clock(0)
        enable_irq(state)
        return self._data()
