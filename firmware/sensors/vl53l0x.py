"""VL53L0X: distance by the flight of light, 激光测距传感器 (modules GY-530, GY-VL53L0XV2).

    channel("distance", "mm", VL53L0X(i2c()).distance_mm)

Quantity    distance_mm() in mm, 30 to 2000 (white target indoors), about 800 for a grey one
Accuracy    +-3 % in the dark, +-10 % in daylight (datasheet, tables 11 and 12); its own calibration from the
            factory is used as it is
Duration    33 ms
Errors      OSError no answer; SensorError another chip, not ready, or nothing in reach
Datasheet   ST VL53L0X DS11555: section 3.2 (reference registers 0xC0 to 0xC2). ST documents the other
            registers only as names in its programming interface (STSW-IMG005, vl53l0x_device.h)
"""

from time import sleep_ms

from sensor import Sensor, SensorError

ADDRESS = 0x29  # after power-on; a TCS34725 has the same

_ID = b"\xc0"
_IDENTITY = b"\xee\xaa"
_PADS = b"\x89"  # VHV_CONFIG_PAD_SCL_SDA__EXTSUP_HV
_START = b"\x00\x01"  # SYSRANGE_START: once
_INTERRUPT, _NEW_SAMPLE = b"\x13", 0x07  # RESULT_INTERRUPT_STATUS
_CLEAR = b"\x0b\x01"  # SYSTEM_INTERRUPT_CLEAR
_RESULT = b"\x14"  # RESULT_RANGE_STATUS, and 11 bytes of results
_RANGE_COMPLETE = 11
_BEYOND_MM = 8190  # what it says when the light did not come back
_TRY_MS = 3
_TRIES = 30  # 90 ms: three times what a measurement takes


def distance_mm(result):
    """Distance in mm from the 12 result bytes; None if the light did not come back."""
    value = result[10] << 8 | result[11]
    if result[0] >> 3 & 15 != _RANGE_COMPLETE or value >= _BEYOND_MM:
        return None
    return value


class VL53L0X(Sensor):
    def __init__(self, bus, address=ADDRESS):
        self._bus = bus
        self._address = address
        self._byte = bus.buffer(1)
        self._data = bus.buffer(12)

    def distance_mm(self):
        """Distance in mm. Raises OSError, also with nothing in reach."""
        return self.value(0)

    def start(self):
        bus, address = self._bus, self._address
        bus.write(address, _ID)
        identity = bus.read(address, bus.buffer(2))
        if identity != _IDENTITY:
            raise SensorError("another chip: 0x%02x" % identity[0])
        # The modules pull the bus up to 2.8 V or more; the chip begins with pads for 1.8 V.
        bus.write(address, _PADS)
        pads = bus.read(address, self._byte)[0]
        bus.write(address, _PADS + bytes([pads | 1]))

    def measure(self):
        bus, address = self._bus, self._address
        bus.write(address, _START)
        for _ in range(_TRIES):
            sleep_ms(_TRY_MS)
            bus.write(address, _INTERRUPT)
            if bus.read(address, self._byte)[0] & _NEW_SAMPLE:
                break
        else:
            raise SensorError("not ready")
        bus.write(address, _RESULT)
        distance = distance_mm(bus.read(address, self._data))
        bus.write(address, _CLEAR)
        if distance is None:
            raise SensorError("nothing in reach")
        return (distance,)
