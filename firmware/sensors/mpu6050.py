"""MPU6050: acceleration in three directions, 三轴加速度传感器 (module GY-521).

    sensor = MPU6050(i2c())
    channel("x", "mg", sensor.x_mg)
    channel("y", "mg", sensor.y_mg)
    channel("z", "mg", sensor.z_mg)

Quantities  x_mg(), y_mg(), z_mg() in mg (1000 mg is the pull of the earth), -2000 to 2000; at rest and lying
            flat z is about 1000
Accuracy    +-50 mg along x and y, +-80 mg along z at rest; +-3 % of the value (datasheet, section 6.2)
Duration    a read takes 1 ms at 100 kHz; the value is at most 5 ms old. After a start: 30 ms
Errors      OSError no answer; SensorError another chip
Datasheet   InvenSense PS-MPU-6000A-00 rev. 3.4 (section 6.2), register map RM-MPU-6000A-00 rev. 4.2
"""

from time import sleep_ms

from sensor import Sensor, SensorError

ADDRESS = 0x68  # AD0 open or at GND; 0x69 with AD0 at 3.3 V

_RATE_AND_FILTER = b"\x19\x04\x03"  # from register 0x19 on: 1 kHz / (4 + 1) = 200 Hz; filter of 44 Hz
_RANGE_2_G = b"\x1c\x00"
_WAKE = b"\x6b\x01"  # it is asleep after power-on; the clock of the gyroscope is the steadier one
_ACCELERATION = b"\x3b"  # x, y, z: two bytes each, the high one first
_WHO_AM_I = b"\x75"
# MPU6050; and the MPU6500, 9250 and 9255 that are sold under its name, with the same registers up to here.
_IDENTITIES = (0x68, 0x70, 0x71, 0x73)
_START_MS = 30  # "gyroscope start-up time" of the datasheet, section 6.1, which its clock needs


def mg(high, low):
    """Acceleration in mg from the two bytes of a reading: 16384 counts are 1000 mg."""
    counts = high << 8 | low
    return ((counts - 65536 if high & 0x80 else counts) * 1000 + 8192) // 16384


class MPU6050(Sensor):
    def __init__(self, bus, address=ADDRESS):
        self._bus = bus
        self._address = address
        self._data = bus.buffer(6)
        self._identity = bus.buffer(1)

    def x_mg(self):
        """Acceleration along x in mg. Raises OSError."""
        return self.value(0)

    def y_mg(self):
        """Acceleration along y in mg. Raises OSError."""
        return self.value(1)

    def z_mg(self):
        """Acceleration along z in mg, upwards from the chip. Raises OSError."""
        return self.value(2)

    def start(self):
        self._bus.write(self._address, _WHO_AM_I)
        identity = self._bus.read(self._address, self._identity)[0]
        if identity not in _IDENTITIES:
            raise SensorError("another chip: 0x%02x" % identity)
        self._bus.write(self._address, _WAKE)
        self._bus.write(self._address, _RATE_AND_FILTER)
        self._bus.write(self._address, _RANGE_2_G)
        sleep_ms(_START_MS)

    def measure(self):
        self._bus.write(self._address, _ACCELERATION)
        data = self._bus.read(self._address, self._data)
        return mg(data[0], data[1]), mg(data[2], data[3]), mg(data[4], data[5])
