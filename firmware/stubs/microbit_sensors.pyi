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

from collections.abc import Callable

acceleration_x_mg: Callable[[], int]
acceleration_y_mg: Callable[[], int]
acceleration_z_mg: Callable[[], int]
button_a: Callable[[], int]
button_b: Callable[[], int]
chip_temperature_c: Callable[[], int]
field_nt: Callable[[], int]
field_x_nt: Callable[[], int]
field_y_nt: Callable[[], int]
field_z_nt: Callable[[], int]
heading_deg: Callable[[], int]
light_level: Callable[[], int]
sound_level: Callable[[], int]
touch_pin0: Callable[[], int]
touch_pin1: Callable[[], int]
touch_pin2: Callable[[], int]
