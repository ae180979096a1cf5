"""INA219: voltage and current, 电压电流传感器 (module GY-219, with a shunt of 0.1 ohm, "R100").

    meter = INA219(i2c())
    channel("voltage", "mV", meter.voltage_mv)
    channel("current", "mA", meter.current_ua, 0.001)

Quantities  voltage_mv() in mV, 0 to 26000, between VIN- and GND, in steps of 4; current_ua() in uA, -3200000
            to 3200000 with 0.1 ohm, from VIN+ to VIN-, in steps of 100
Accuracy    +-0.5 % (datasheet, section 7.5), and that of the shunt, usually 1 %
Duration    2 ms; the chip measures without a pause, 1.1 ms for both (12 bits)
Errors      OSError no answer; SensorError another chip, or the measurement ran over
Datasheet   TI INA219, SBOS448G: sections 8.5 (programming), 8.6 (registers)
"""

from sensor import Sensor, SensorError

ADDRESS = 0x40  # A0 and A1 open or at GND; up to 0x4F

_CONFIGURATION, _SHUNT, _BUS = b"\x00", b"\x01", b"\x02"
_RESET = b"\x00\x80\x00"
_AFTER_RESET = b"\x39\x9f"  # also the right setting: 32 V, 320 mV, both measured without a pause
_OVERFLOW = 1  # of the bus voltage register


def microvolt(data):
    """Voltage over the shunt in uV (steps of 10) from the two bytes of register 1."""
    value = data[0] << 8 | data[1]
    return 10 * (value - 65536 if value > 32767 else value)


def millivolt(data):
    """Voltage in mV (steps of 4) from the two bytes of register 2."""
    return (data[0] << 8 | data[1]) >> 3 << 2


def microampere(shunt_uv, shunt_milliohm):
    """Current in uA through the shunt."""
    return shunt_uv * 1000 // shunt_milliohm


class INA219(Sensor):
    def __init__(self, bus, address=ADDRESS, shunt_milliohm=100):
        self._bus = bus
        self._address = address
        self._shunt_milliohm = shunt_milliohm
        self._data = bus.buffer(2)

    def voltage_mv(self):
        """Voltage between VIN- and GND in mV. Raises OSError."""
        return self.value(0)

    def current_ua(self):
        """Current from VIN+ to VIN- in uA. Raises OSError."""
        return self.value(1)

    def start(self):
        self._bus.write(self._address, _RESET)
        # No identity register; but this value after a reset is an INA219's.
        self._bus.write(self._address, _CONFIGURATION)
        answer = self._bus.read(self._address, self._data)
        if answer != _AFTER_RESET:
            raise SensorError("another chip: 0x%02x" % answer[0])

    def measure(self):
        # Register numbers do not run on in this chip: two reads, 0.7 ms apart.
        bus, address = self._bus, self._address
        bus.write(address, _SHUNT)
        current = microampere(microvolt(bus.read(address, self._data)), self._shunt_milliohm)
        bus.write(address, _BUS)
        data = bus.read(address, self._data)
        if data[1] & _OVERFLOW:
            raise SensorError("out of range")
        return millivolt(data), current
