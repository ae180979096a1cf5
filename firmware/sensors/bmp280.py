"""BMP280: air pressure and temperature, 气压和温度传感器 (module GY-BMP280).

    air = BMP280(i2c())
    channel("pressure", "Pa", air.pressure_pa)
    channel("temperature", "degC", air.temperature_centi_c, 0.01)

Quantities  pressure_pa() in Pa, 30000 to 110000; temperature_centi_c() in 1/100 degC, -4000 to 8500
Accuracy    +-100 Pa absolute, +-12 Pa relative (about 1 m of height), +-1 degC (datasheet, table 2)
Noise       1.3 Pa at this oversampling (table 6): 11 cm of height
Duration    a read takes 1 ms; the chip measures without a pause, 43.2 ms each (section 3.8.1)
Errors      OSError no answer; SensorError another chip, or nothing measured yet
Datasheet   Bosch BST-BMP280-DS001: sections 3.11.3 and 8.2 (compensation), 4.3 (registers)
"""

from struct import unpack
from time import sleep_ms

from sensor import Sensor, SensorError

ADDRESS = 0x76  # SDO open or at GND; 0x77 with SDO at 3.3 V

_ID, _CALIBRATION, _DATA = b"\xd0", b"\x88", b"\xf7"
_WORDS = "<HhhHhhhhhhhh"  # dig_T1 to dig_T3, dig_P1 to dig_P9
_SLEEP = b"\xf4\x00"
_CONFIGURE = b"\xf5\x00"  # no pause between two measurements, no filter; taken only while it sleeps
_MEASURE = b"\xf4\x57"  # temperature twice, pressure 16 times per measurement; normal mode
_FIRST_RESULT_MS = 50  # 43.2 ms, and 2 ms to start
_NOTHING_YET = 0x80000  # what a result register holds after a reset


def fine_temperature(raw, t):
    """Temperature in 1/5120 degC from the 20-bit reading; `t` are the chip's dig_T1 to dig_T3."""
    first = ((raw >> 3) - (t[0] << 1)) * t[1] >> 11
    second = (raw >> 4) - t[0]
    return first + ((second * second >> 12) * t[2] >> 14)


def centi_c(fine):
    """1/5120 degC as 1/100 degC."""
    return fine * 5 + 128 >> 8


def pascal(raw, fine, p):
    """Pressure in Pa from the 20-bit reading and the temperature; `p` are the chip's dig_P1 to dig_P9."""
    first = fine - 128000
    second = first * first * p[5] + (first * p[4] << 17) + (p[3] << 35)
    first = (first * first * p[2] >> 8) + (first * p[1] << 12)
    first = ((1 << 47) + first) * p[0] >> 33
    if not first:
        raise SensorError("no calibration")
    value = (((1048576 - raw) << 31) - second) * 3125 // first
    first = p[8] * (value >> 13) * (value >> 13) >> 25
    second = p[7] * value >> 19
    return ((value + first + second >> 8) + (p[6] << 4)) + 128 >> 8


class BMP280(Sensor):
    chip_ids = (0x58,)

    def __init__(self, bus, address=ADDRESS):
        self._bus = bus
        self._address = address
        self._data = bus.buffer(6)

    def temperature_centi_c(self):
        """Temperature in 1/100 degC. A little above the room's: the chip warms itself. Raises OSError."""
        return self.value(0)

    def pressure_pa(self):
        """Pressure of the air where you are, in Pa (weather reports reckon it down to the sea). Raises
        OSError."""
        return self.value(1)

    def start(self):
        bus, address = self._bus, self._address
        bus.write(address, _ID)
        chip = bus.read(address, bus.buffer(1))[0]
        if chip not in self.chip_ids:
            raise SensorError("another chip: 0x%02x" % chip)
        bus.write(address, _CALIBRATION)
        values = unpack(_WORDS, bus.read(address, bus.buffer(24)))
        self._t = values[:3]
        self._p = values[3:]
        for command in (_SLEEP, _CONFIGURE, _MEASURE):
            bus.write(address, command)
        sleep_ms(_FIRST_RESULT_MS)

    def measure(self):
        self._bus.write(self._address, _DATA)
        data = self._burst = self._bus.read(self._address, self._data)
        raw = data[3] << 12 | data[4] << 4 | data[5] >> 4
        if raw == _NOTHING_YET:
            raise SensorError("nothing measured yet")
        fine = self._fine = fine_temperature(raw, self._t)
        raw = data[0] << 12 | data[1] << 4 | data[2] >> 4
        return centi_c(fine), pascal(raw, fine, self._p)
