"""Thermistor (NTC): a temperature probe whose resistance falls as it gets warmer. 热敏电阻温度探头。

    channel("cup", "degC", Thermistor(1).temperature_deci_c, 0.1)

The probe (10 kohm at 25 degC, B = 3950) goes from the pin to GND, a resistor of 10 kohm from the pin to 3.3 V.
What is measured is how the two share the supply, so a micro:bit does not mind how high that is.

Quantity    temperature_deci_c() in 1/10 degC, -250 to 1000
Accuracy    +-1 degC with a probe of 1 %; two probes side by side differ by less
Duration    0.1 ms (micro:bit V1 3 ms)
Errors      ValueError the pin cannot measure a voltage; SensorError not connected: the voltage is that of a
            loose wire, or of two that touch
Source      the B equation of thermistors' data sheets (IEC 60539-1): 1/T = 1/T25 + ln(R/R25)/B
"""

from pins import millivolts as millivolts
from sensor import SensorError as SensorError

def deci_c(mv):
    """Temperature in 1/10 degC from the voltage on the pin, in mV."""

class Thermistor:
    def __init__(self, pin: int) -> None: ...
    def temperature_deci_c(self) -> int:
        """Temperature in 1/10 degC. Raises OSError."""
