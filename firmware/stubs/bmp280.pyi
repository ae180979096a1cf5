"""BMP280: air pressure and temperature, 气压和温度传感器 (module GY-BMP280).

    air = BMP280(i2c())
    channel("pressure", "Pa", air.pressure_pa)
    channel("temperature", "degC", air.temperature_centi_c, 0.01)

Quantities  pressure_pa() in Pa, 30000 to 110000; temperature_centi_c() in 1/100 degC, -4000 to 8500
Accuracy    +-100 Pa absolute, +-12 Pa relative (about 1 m of height), +-1 degC (datasheet, table 2)
Noise       1.3 Pa at this oversampling (table 6): 11 cm of height
Duration    a read takes 1 ms; the chip measures without a pause, 43.2 ms each (section 3.8.1)
Errors      OSError no answer; SensorError another chip, or nothing measured yet
Datasheet   Bosch BST-BMP280-DS001: sections 3.11.3 and 8.2 (compensation), 4.3 (registers)
"""

from sensor import Sensor as Sensor, SensorError as SensorError
from bus import Bus

ADDRESS: int

def fine_temperature(raw, t):
    """Temperature in 1/5120 degC from the 20-bit reading; `t` are the chip's dig_T1 to dig_T3."""

def centi_c(fine):
    """1/5120 degC as 1/100 degC."""

def pascal(raw, fine, p):
    """Pressure in Pa from the 20-bit reading and the temperature; `p` are the chip's dig_P1 to dig_P9."""

class BMP280(Sensor):
    def __init__(self, bus: Bus, address: int = ADDRESS) -> None: ...
    def temperature_centi_c(self) -> int:
        """Temperature in 1/100 degC. A little above the room's: the chip warms itself. Raises OSError."""
    def pressure_pa(self) -> int:
        """Pressure of the air where you are, in Pa (weather reports reckon it down to the sea). Raises
        OSError.
        """
