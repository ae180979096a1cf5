"""HC-SR04, HC-SR04P and US-100: distance by sound, 超声波测距传感器.

    channel("distance", "mm", HCSR04(5, 18).distance_mm)

`trigger` and `echo` are the pins connected to Trig and Echo. An HC-SR04 works with 5 V and gives 5 V on
Echo, too much for the boards' pins: take an HC-SR04P or a US-100 (without its jumper), which work with 3.3 V,
or two resistors.

Quantity    distance_mm() in mm, 20 to 4000
Accuracy    +-3 mm, and 0.17 % for every degree that `temperature_c` is wrong
Duration    the echo's 6 ms for each metre, at most 38 ms; 60 ms from one to the next
Errors      SensorError not connected, or no echo
Datasheet   ElecFreaks HC-SR04 "Ultrasonic sensor working principle"; US-100 manual, "Level trigger mode"
"""

from time import sleep_ms, sleep_us, ticks_diff, ticks_ms

from pins import digital_out, pulse_in
from sensor import Sensor, SensorError

_TRIGGER_US = 10
_ECHO_STARTS_US = 30000  # HC-SR04: 0.5 ms after the trigger; a US-100 some ms
_LONGEST_ECHO_US = 25000  # 4.3 m; it gives up itself after 38 ms
_PAUSE_MS = 60  # the last sound must have died away


def distance_mm(echo_us, temperature_c=20):
    """Distance in mm from the time the sound took there and back; it runs 331.3 m/s at 0 degC and 0.606 m/s
    faster for each degree."""
    return (echo_us * (331300 + 606 * temperature_c) + 1000000) // 2000000


class HCSR04(Sensor):
    def __init__(self, trigger, echo, temperature_c=20):
        self._trigger = digital_out(trigger)
        self._pulse = pulse_in(echo)
        self._temperature_c = temperature_c
        self._ended_ms = None

    def distance_mm(self):
        """Distance in mm to the nearest thing in front. Raises OSError."""
        return self.value(0)

    def start(self):
        pass  # it has nothing to set up and no identity to ask for

    def measure(self):
        if self._ended_ms is not None:
            rest = _PAUSE_MS - ticks_diff(ticks_ms(), self._ended_ms)
            if 0 < rest <= _PAUSE_MS:
                sleep_ms(rest)
        self._trigger(1)
        sleep_us(_TRIGGER_US)
        self._trigger(0)
        echo_us = self._pulse(1, _ECHO_STARTS_US)
        self._ended_ms = ticks_ms()
        if echo_us == -2:
            raise SensorError("not connected")
        if echo_us < 0 or echo_us > _LONGEST_ECHO_US:
            raise SensorError("no echo")
        return (distance_mm(echo_us, self._temperature_c),)
