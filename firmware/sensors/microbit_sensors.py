"""What a micro:bit can measure by itself, under names with units. micro:bit 板上自带的传感器。

    from microbit_sensors import acceleration_x_mg, light_level
    from lab import channel, run

    channel("light", "", light_level)
    channel("ax", "mg", acceleration_x_mg)
    run(hz=10)

chip_temperature_c()        degC, whole; the chip's, 2 to 5 degrees above the room's; +-4 degC (nRF51 product
                            specification, section 8.12)
light_level()               0 to 255, no unit: the lamps of the display, used as sensors. 2 ms
acceleration_x_mg(), _y, _z -2000 to 2000 mg; at rest z is about -1000 with the display up. 10 ms old at most
field_x_nt(), _y, _z        nT; calibrate first: compass.calibrate() shows what to do. Steel nearby spoils it
field_nt()                  nT, the strength of all three together
heading_deg()               0 to 359 degrees from north, after calibrating
button_a(), button_b()      1 while it is pressed
touch_pin0(), 1, 2          1 while it is touched (V1: with the other hand at GND)
sound_level()               0 to 255, no unit; V2 only

Nothing here can fail to answer: it is all on the board. Source: microbit-micropython.readthedocs.io.
"""

from microbit import accelerometer, compass, display, pin0, pin1, pin2
from microbit import button_a as _a
from microbit import button_b as _b
from microbit import temperature as chip_temperature_c

light_level = display.read_light_level
acceleration_x_mg = accelerometer.get_x
acceleration_y_mg = accelerometer.get_y
acceleration_z_mg = accelerometer.get_z
field_x_nt = compass.get_x
field_y_nt = compass.get_y
field_z_nt = compass.get_z
field_nt = compass.get_field_strength
heading_deg = compass.heading
button_a = _a.is_pressed
button_b = _b.is_pressed
touch_pin0 = pin0.is_touched
touch_pin1 = pin1.is_touched
touch_pin2 = pin2.is_touched

try:
    from microbit import microphone

    sound_level = microphone.sound_level
except ImportError:
    pass  # a V1 has no microphone
