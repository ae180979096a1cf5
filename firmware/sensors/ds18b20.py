"""DS18B20: temperature, also under water; several on one wire. 防水温度探头，一根线上可以接好几个。

    probes = DS18B20(4)
    channel("water", "degC", probes.temperature_centi_c, 0.01)
    channel("cup", "degC", probes.probe(1), 0.01)

Quantity    temperature_centi_c() in 1/100 degC, -5500 to 12500 in steps of 6.25; probe(1) is a function that
            gives the same of the second probe, probe(2) of the third. Their order is that of the numbers
            burnt into them: it stays the same as long as the same probes are on the wire
Accuracy    +-0.5 degC from -10 to 85 degC (datasheet, "Description")
Duration    760 ms for all probes together: they measure at the same time
Errors      OSError no probe answers; SensorError no such probe, bad checksum, or not ready. A probe with a
            fault does not disturb the others
Datasheet   Maxim DS18B20 19-7487: table 1 (temperatures), figure 8 and 9 (scratchpad), "ROM commands"

ESP32 boards only. Three wires: with "parasite power" the probes cannot measure together.
"""

from time import sleep_ms

from machine import Pin
from onewire import OneWire
from sensor import Sensor, SensorError

_FAMILY = 0x28
_SKIP_ROM, _CONVERT, _READ, _WRITE = 0xCC, 0x44, 0xBE, 0x4E
_MARK = 0x55  # kept in the probe's TH register, which is ours as no alarm is used. After a loss of power it
# is another, and the temperature is 85 degC, which a cup of hot water may have as well.
_TWELVE_BITS = 0x7F
_CONVERSION_MS = 750
_TRIES, _TRY_MS = 10, 5  # a cheap copy may need a little longer


def centi_c(scratchpad):
    """Temperature in 1/100 degC from the first two bytes: 1/16 degC, two's complement."""
    value = scratchpad[0] | scratchpad[1] << 8
    if value > 32767:
        value -= 65536
    return (value * 100 + 8) >> 4


class DS18B20(Sensor):
    def __init__(self, pin):
        self._wire = OneWire(Pin(pin))
        self._data = bytearray(9)
        self._broken = False

    def temperature_centi_c(self):
        """Temperature of the first probe in 1/100 degC. Raises OSError."""
        return self._of(0)

    def probe(self, number):
        """A function that gives the temperature of probe `number` (0 is the first) in 1/100 degC."""
        return lambda: self._of(number)

    def start(self):
        roms = [bytes(rom) for rom in self._wire.scan() if rom[0] == _FAMILY and not self._wire.crc8(rom)]
        if not roms:
            raise OSError("no answer")
        self._roms = sorted(roms)
        self._to_all(_WRITE, _MARK, 0, _TWELVE_BITS)

    def measure(self):
        if self._broken:  # a probe was without power, or has come back: see who is there
            self.start()
        self._to_all(_CONVERT)
        sleep_ms(_CONVERSION_MS)
        for _ in range(_TRIES):
            if self._wire.readbit():
                break
            sleep_ms(_TRY_MS)
        else:
            raise SensorError("not ready")
        values = [self._read(rom) for rom in self._roms]
        self._broken = any([isinstance(value, str) for value in values])
        return values

    def _of(self, number):
        try:
            value = self.value(number)
        except IndexError:
            self._broken = True  # perhaps it is plugged in later
            raise SensorError("no probe %d" % number)
        if isinstance(value, str):
            raise SensorError(value)
        return value

    def _read(self, rom):
        """A probe's temperature, or what is wrong with it: that must not disturb the others."""
        self._wire.select_rom(rom)
        self._wire.writebyte(_READ)
        self._wire.readinto(self._data)
        if self._data == b"\xff" * 9:
            return "no answer"
        if self._wire.crc8(self._data):
            return "bad checksum"
        if self._data[2] != _MARK:
            return "was without power"
        return centi_c(self._data)

    def _to_all(self, *command):
        if not self._wire.reset():
            raise OSError("no answer")
        self._wire.writebyte(_SKIP_ROM)
        for byte in command:
            self._wire.writebyte(byte)
