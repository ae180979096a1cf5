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

from pins import digital_in as digital_in, digital_out as digital_out
from sensor import Sensor as Sensor, SensorError as SensorError

def signed(value):
    """The 24 bits as a number from -8388608 to 8388607."""

def gram(counts, empty_counts, counts_per_kg: int):
    """Weight in g, rounded."""

class HX711(Sensor):
    def __init__(self, clock: int, data: int, counts_per_kg: int = 420000) -> None: ...
    def counts(self) -> int:
        """What the chip says, -8388607 to 8388606. Raises OSError."""
    def weight_g(self) -> int:
        """Weight in g. What is on it the first time, and after `tare()`, weighs nothing. Raises OSError."""
    def tare(self) -> None:
        """Let what is on it now weigh nothing."""
