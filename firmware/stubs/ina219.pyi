"""INA219: voltage and current, 电压电流传感器 (module GY-219, with a shunt of 0.1 ohm, "R100").

    meter = INA219(i2c())
    channel("voltage", "mV", meter.voltage_mv)
    channel("current", "mA", meter.current_ua, 0.001)

Quantities  voltage_mv() in mV, 0 to 26000, between VIN- and GND, in steps of 4; current_ua() in uA, -3200000
            to 3200000 with 0.1 ohm, from VIN+ to VIN-, in steps of 100
Accuracy    +-0.5 % (datasheet, section 7.5), and that of the shunt, usually 1 %
Duration    2 ms; the chip measures without a pause, 1.1 ms for both (12 bits)
Errors      OSError no answer; SensorError another chip, or the measurement ran over
Datasheet   TI INA219, SBOS448G: sections 8.5 (programming), 8.6 (registers)
"""

from sensor import Sensor as Sensor, SensorError as SensorError
from bus import Bus

ADDRESS: int

def microvolt(data):
    """Voltage over the shunt in uV (steps of 10) from the two bytes of register 1."""

def millivolt(data):
    """Voltage in mV (steps of 4) from the two bytes of register 2."""

def microampere(shunt_uv, shunt_milliohm: int):
    """Current in uA through the shunt."""

class INA219(Sensor):
    def __init__(self, bus: Bus, address: int = ADDRESS, shunt_milliohm: int = 100) -> None: ...
    def voltage_mv(self) -> int:
        """Voltage between VIN- and GND in mV. Raises OSError."""
    def current_ua(self) -> int:
        """Current from VIN+ to VIN- in uA. Raises OSError."""
