"""Sensors on a single data pin: DHT11 and DHT22, and DS18B20 probes on a 1-Wire bus."""

from __future__ import annotations

from makerlab.virtual.devices import ds18b20
from makerlab.virtual.devices.device import ABSENT, BAD_CHECKSUM
from makerlab.virtual.hardware.part import EINVAL, ETIMEDOUT, Machine, Part, no_answer, whole
from makerlab.virtual.hardware.pins import Pins
from makerlab.virtual.hardware.senses import Senses

MAX_BYTES = 256
PROBES = ("probe_temperature_c", "probe_2_temperature_c")
"""What the probes on a bus are in."""


class Dht(Part):
    """A DHT sensor on any pin."""

    def __init__(self, pins: Pins, senses: Senses) -> None:
        self._pins = pins
        self._senses = senses
        self.commands = {"read": self._read}

    def _read(self, key: str, kind: str) -> str:
        """The five bytes of a measurement in hex; `kind` is 11 or 22."""
        self._pins.pin(key)
        humidity = self._senses.value("humidity_percent")
        temperature = self._senses.value("temperature_c")
        there = self._senses.there("dht") and self._senses.state("dht") != ABSENT
        if not there or humidity is None or temperature is None:
            raise no_answer(ETIMEDOUT)
        data = (_dht11 if kind == "11" else _dht22)(humidity, temperature)
        if self._senses.state("dht") == BAD_CHECKSUM:
            data = data[:4] + bytes([data[4] ^ 0xFF])
        return data.hex()


def _dht11(humidity: float, temperature: float) -> bytes:
    """Whole percent and degrees (data sheet of Aosong: 20 to 90 %, 0 to 50 degrees)."""
    return _checked(bytes([round(min(max(humidity, 20), 90)), 0, round(min(max(temperature, 0), 50)), 0]))


def _dht22(humidity: float, temperature: float) -> bytes:
    """Tenths, big end first; the sign of the temperature is its highest bit."""
    tenths = round(abs(temperature) * 10) | (0x8000 if temperature < 0 else 0)
    return _checked(round(humidity * 10).to_bytes(2, "big") + tenths.to_bytes(2, "big"))


def _checked(data: bytes) -> bytes:
    return data + bytes([sum(data) & 0xFF])


class OneWire(Part):
    """A 1-Wire bus on any pin, always with the same probes."""

    def __init__(self, board: Machine, pins: Pins, senses: Senses) -> None:
        self._pins = pins
        self._senses = senses
        self._bus = ds18b20.Bus(
            [
                ds18b20.Probe(number, quantity, senses.value, board.uptime_s, senses.state("ds18b20"))
                for number, quantity in enumerate(PROBES, 1)
            ]
        )
        self.commands = {
            "scan": self._scan, "reset": self._reset, "write": self._write, "read": self._read,
        }  # fmt: skip

    def _probes(self, key: str) -> ds18b20.Bus:
        self._pins.pin(key)
        there = self._senses.there("onewire") and self._senses.state("ds18b20") != ABSENT
        return self._bus if there else ds18b20.Bus([])

    def _scan(self, key: str) -> str:
        return " ".join(rom.hex() for rom in self._probes(key).roms())

    def _reset(self, key: str) -> str:
        return str(int(self._probes(key).reset()))

    def _write(self, key: str, data: str) -> str:
        try:
            self._probes(key).write(bytes.fromhex(data))
        except ValueError:
            raise no_answer(EINVAL) from None
        return ""

    def _read(self, key: str, count: str) -> str:
        return self._probes(key).read(whole(count, 0, MAX_BYTES)).hex()
