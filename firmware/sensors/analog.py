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

from time import ticks_diff, ticks_ms

from pins import millivolts
from sensor import SensorError

SUPPLY_MV = 3300
_BEYOND_MV = 400  # so far from what was measured in air and in water no probe of the same kind gets
_SWING_MS = 50  # a whole swing of 20 Hz, the lowest tone


def percent(mv, low_mv, high_mv):
    """How far `mv` is on the way from low_mv to high_mv, 0 to 100."""
    return min(100, max(0, 100 * (mv - low_mv) // (high_mv - low_mv)))


def ohm(mv, fixed_ohm, supply_mv=SUPPLY_MV):
    """Resistance of what is between the supply and the pin, in ohm; None without a current."""
    return fixed_ohm * (supply_mv - mv) // mv if mv > 0 else None


class Analog:
    def __init__(self, pin, low_mv=0, high_mv=SUPPLY_MV, fixed_ohm=10000):
        if low_mv == high_mv:
            raise ValueError("low_mv and high_mv are the same")
        self.millivolts = millivolts(pin)
        self._low_mv = low_mv
        self._high_mv = high_mv
        self._fixed_ohm = fixed_ohm

    def percent(self):
        """0 at low_mv, 100 at high_mv. Raises OSError when the voltage is far from both: a wire is loose."""
        mv = self.millivolts()
        low_mv, high_mv = self._low_mv, self._high_mv
        if not 0 <= mv - min(low_mv, high_mv) + _BEYOND_MV <= abs(high_mv - low_mv) + 2 * _BEYOND_MV:
            raise SensorError("not connected")
        return percent(mv, low_mv, high_mv)

    def ohm(self):
        """Resistance in ohm. Raises OSError without a current."""
        value = ohm(self.millivolts(), self._fixed_ohm)
        if value is None:
            raise SensorError("no current")
        return value

    def swing_mv(self):
        """From the lowest to the highest voltage within 50 ms, in mV."""
        began = ticks_ms()
        low = high = self.millivolts()
        while ticks_diff(ticks_ms(), began) < _SWING_MS:
            now = self.millivolts()
            if now < low:
                low = now
            elif now > high:
                high = now
        return high - low
