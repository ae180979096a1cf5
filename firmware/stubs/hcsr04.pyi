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

from pins import digital_out as digital_out, pulse_in as pulse_in
from sensor import Sensor as Sensor, SensorError as SensorError

def distance_mm(echo_us, temperature_c: float = 20):
    """Distance in mm from the time the sound took there and back; it runs 331.3 m/s at 0 degC and 0.606 m/s
    faster for each degree.
    """

class HCSR04(Sensor):
    def __init__(self, trigger: int, echo: int, temperature_c: float = 20) -> None: ...
    def distance_mm(self) -> int:
        """Distance in mm to the nearest thing in front. Raises OSError."""
