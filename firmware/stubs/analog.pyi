"""Anything that gives a voltage: 输出电压的传感器：光敏电阻、电位器、土壤湿度、声音模块。

    knob = Analog(34)
    channel("knob", "mV", knob.millivolts)
    channel("turned", "percent", knob.percent)

    light = Analog(34)                                  # photoresistor and 10 kohm 光敏电阻加 10 kΩ
    channel("light", "ohm", light.ohm)

    soil = Analog(35, low_mv=2800, high_mv=1300)        # in air, in water: measure your own 自己测这两个值
    channel("soil", "percent", soil.percent)

    sound = Analog(32)                                  # a microphone module's AO 声音模块的 AO
    channel("loudness", "mV", sound.swing_mv)

Quantities  millivolts() in mV; percent() of the way from low_mv to high_mv, 0 to 100; ohm() of a sensor
            between 3.3 V and the pin with `fixed_ohm` from the pin to GND; swing_mv(), how far the voltage
            goes up and down within 50 ms, in mV
Range       ESP32: about 150 to 2450 mV; micro:bit: 0 to the supply, in steps of 3.2 mV
Accuracy    ESP32 +-3 % with its calibration; micro:bit that of its supply. Noise some mV
Duration    0.1 ms (micro:bit V1 0.3 ms); swing_mv() 50 ms
Errors      ValueError the pin cannot measure a voltage; SensorError a wire is loose: ohm() without a current,
            percent() at a voltage far from low_mv and high_mv
"""

from collections.abc import Callable
from pins import millivolts as millivolts
from sensor import SensorError as SensorError

SUPPLY_MV: int

def percent(mv, low_mv: int, high_mv: int):
    """How far `mv` is on the way from low_mv to high_mv, 0 to 100."""

def ohm(mv, fixed_ohm: int, supply_mv: int = SUPPLY_MV):
    """Resistance of what is between the supply and the pin, in ohm; None without a current."""

class Analog:
    millivolts: Callable[[], int]
    def __init__(self, pin: int, low_mv: int = 0, high_mv: int = SUPPLY_MV, fixed_ohm: int = 10000) -> None: ...
    def percent(self) -> int:
        """0 at low_mv, 100 at high_mv. Raises OSError when the voltage is far from both: a wire is loose."""
    def ohm(self) -> int:
        """Resistance in ohm. Raises OSError without a current."""
    def swing_mv(self) -> int:
        """From the lowest to the highest voltage within 50 ms, in mV."""
