"""thermistor: a temperature probe whose resistance falls as it gets warmer. 热敏电阻温度探头。

    channel("cup", "degC", thermistor(1), 0.1)

The probe (NTC, 10 kohm at 25 degC, B = 3950) goes from the pin to GND, a resistor of 10 kohm from the pin to
3.3 V. What is measured is how they share the 3.3 V, so it does not matter how good those are.

Quantity    1/10 degC, -25 to 100
Accuracy    +-1 degC with a probe of 1 %; two probes side by side differ by less
Duration    0.1 ms (micro:bit V1 3 ms)
Errors      OSError "not connected": the voltage is that of a loose wire, or of two that touch
Source      the B equation of data sheets of thermistors (IEC 60539-1)
"""

from math import log

from pins import millivolts

_SUPPLY_MV = 3300
_B = 3950
_REFERENCE_K = 298.15  # 25 degC, at which the probe has the same 10 kohm as the resistor
_HOTTEST_MV, _COLDEST_MV = 200, 3080  # 103 and -26 degC


def deci_c(mv):
    """Temperature in 1/10 degC from the voltage on the pin, in mV."""
    resistance = mv / (_SUPPLY_MV - mv)  # in 10 kohm
    return round(10 / (1 / _REFERENCE_K + log(resistance) / _B) - 2731.5)


def thermistor(pin):
    """A function that measures the temperature of the probe on this pin, in 1/10 degC."""
    read = millivolts(pin)

    def temperature():
        mv = read()
        if not _HOTTEST_MV < mv < _COLDEST_MV:
            raise OSError("not connected")
        return deci_c(mv)

    return temperature
