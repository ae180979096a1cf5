"""BME280: air pressure, temperature and humidity, 气压、温度、湿度传感器 (module GY-BME280).

    air = BME280(i2c())
    channel("humidity", "percent", air.humidity_centi_percent, 0.01)
    channel("pressure", "Pa", air.pressure_pa)
    channel("temperature", "degC", air.temperature_centi_c, 0.01)

A BMP280 (see bmp280.py) that also measures humidity. Many modules sold as BME280 carry a BMP280: this driver
then says "another chip: 0x58".

Quantities  humidity_centi_percent() in 1/100 % relative humidity, 0 to 10000; pressure_pa() in Pa;
            temperature_centi_c() in 1/100 degC, -4000 to 8500
Accuracy    +-3 % relative humidity, +-100 Pa, +-1 degC (datasheet, tables 2 to 4)
Duration    a read takes 1 ms; the chip measures without a pause, 46 ms each (section 9.1)
Errors      OSError no answer; SensorError another chip, or nothing measured yet
Datasheet   Bosch BST-BME280-DS002: sections 4.2.3 (compensation), 5.4 (registers)
"""

from bmp280 import ADDRESS, BMP280

_HUMIDITY_1, _HUMIDITY_2 = b"\xa1", b"\xe1"
_MEASURE_HUMIDITY = b"\xf2\x01"  # once per measurement; taken up with the next write to 0xF4


def humidity_calibration(first, rest):
    """The chip's dig_H1 to dig_H6 from register 0xA1 and the seven from 0xE1 on (datasheet, table 16)."""
    return (
        first,
        _signed(rest[0] | rest[1] << 8, 16),
        rest[2],
        _signed(rest[3] << 4 | rest[4] & 15, 12),
        _signed(rest[5] << 4 | rest[4] >> 4, 12),
        _signed(rest[6], 8),
    )


def centi_percent(raw, fine, h):
    """Relative humidity in 1/100 % from the 16-bit reading and the temperature (in 1/5120 degC)."""
    t = fine - 76800
    left = ((raw << 14) - (h[3] << 20) - h[4] * t + 16384) >> 15
    right = (t * h[5] >> 10) * ((t * h[2] >> 11) + 32768) >> 10
    v = left * (((right + 2097152) * h[1] + 8192) >> 14)
    v -= ((v >> 15) * (v >> 15) >> 7) * h[0] >> 4
    v = min(max(v, 0), 419430400)  # 100 %
    return (v >> 12) * 100 + 512 >> 10


class BME280(BMP280):
    chip_ids = (0x60,)

    def __init__(self, bus, address=ADDRESS):
        super().__init__(bus, address)
        self._data = bus.buffer(8)

    def humidity_centi_percent(self):
        """Relative humidity in 1/100 %. Raises OSError."""
        return self.value(2)

    def start(self):
        bus, address = self._bus, self._address
        bus.write(address, _MEASURE_HUMIDITY)  # first; to a BMP280 it means nothing
        super().start()
        bus.write(address, _HUMIDITY_1)
        first = bus.read(address, bus.buffer(1))[0]
        bus.write(address, _HUMIDITY_2)
        self._h = humidity_calibration(first, bus.read(address, bus.buffer(7)))

    def measure(self):
        temperature, pressure = super().measure()
        raw = self._burst[6] << 8 | self._burst[7]
        return temperature, pressure, centi_percent(raw, self._fine, self._h)


def _signed(value, bits):
    return value - (1 << bits) if value >> bits - 1 else value
