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

_ID = 0xC0
_IDENTITY = b"\xee\xaa"
_PADS = 0x89  # VHV_CONFIG_PAD_SCL_SDA__EXTSUP_HV
_START = b"\x00\x01"  # SYSRANGE_START: once
_INTERRUPT, _NEW_SAMPLE = 0x13, 0x07  # RESULT_INTERRUPT_STATUS
_CLEAR = b"\x0b\x01"  # SYSTEM_INTERRUPT_CLEAR
_RESULT = 0x14  # RESULT_RANGE_STATUS, and 11 bytes of results
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
        self._byte = bytearray(1)
        self._data = bytearray(12)

    def distance_mm(self):
        """Distance in mm. Raises OSError, also with nothing in reach."""
        return self.value(0)

    def start(self):
        read = self._bus.read_register
        identity = read(self._address, _ID, bytearray(2))
        if identity != _IDENTITY:
            raise SensorError("another chip: 0x%02x" % identity[0])
        # The modules pull the bus up to 2.8 V or more; the chip begins with pads for 1.8 V.
        pads = read(self._address, _PADS, self._byte)[0]
        self._bus.write(self._address, bytes([_PADS, pads | 1]))

    def measure(self):
        self._bus.write(self._address, _START)
        for _ in range(_TRIES):
            sleep_ms(_TRY_MS)
            if self._bus.read_register(self._address, _INTERRUPT, self._byte)[0] & _NEW_SAMPLE:
                break
        else:
            raise SensorError("not ready")
        distance = distance_mm(self._bus.read_register(self._address, _RESULT, self._data))
        self._bus.write(self._address, _CLEAR)
        if distance is None:
            raise SensorError("nothing in reach")
        return (distance,)
