"""DS18B20: temperature, also under water; several on one wire. 防水温度探头，一根线上可以接好几个。

    probes = DS18B20(4)
    channel("water", "degC", probes.temperature_centi_c, 0.01)
    channel("cup", "degC", probes.probe(1), 0.01)

Quantity    temperature_centi_c() in 1/100 degC, -5500 to 12500 in steps of 6.25; probe(1) is a function that
            gives the same of the second probe, probe(2) of the third. Their order is that of the numbers
            burnt into them: it stays the same as long as the same probes are on the wire
Accuracy    +-0.5 degC from -10 to 85 degC (datasheet, "Description")
Duration    760 ms for all probes together: they measure at the same time
Errors      OSError no probe answers; SensorError no such probe, bad checksum, or not ready. A probe with a
            fault does not disturb the others
Datasheet   Maxim DS18B20 19-7487: table 1 (temperatures), figure 8 and 9 (scratchpad), "ROM commands"

ESP32 boards only. Three wires: with "parasite power" the probes cannot measure together.
"""

from collections.abc import Callable
from sensor import Sensor as Sensor, SensorError as SensorError

def centi_c(scratchpad):
    """Temperature in 1/100 degC from the first two bytes: 1/16 degC, two's complement."""

class DS18B20(Sensor):
    def __init__(self, pin: int) -> None: ...
    def temperature_centi_c(self) -> int:
        """Temperature of the first probe in 1/100 degC. Raises OSError."""
    def probe(self, number: int) -> Callable[[], int]:
        """A function that gives the temperature of probe `number` (0 is the first) in 1/100 degC."""
