# A 1-Wire bus, with the interface of the module that ESP32 boards have built in.

from binascii import hexlify, unhexlify

from _board import ask
from machine import _gpio


class OneWireError(Exception):
    pass


class OneWire:
    SEARCH_ROM = 0xF0
    MATCH_ROM = 0x55
    SKIP_ROM = 0xCC

    def __init__(self, pin):
        self.pin = pin
        self._id = _gpio(pin)

    def reset(self, required=False):
        found = ask("onewire.reset", self._id) == "1"
        if required and not found:
            raise OneWireError
        return found

    def readbyte(self):
        return self._read(1)[0]

    def readbit(self):
        return self._read(1)[0] & 1

    def readinto(self, buf):
        buf[:] = self._read(len(buf))

    def _read(self, count):
        return unhexlify(ask("onewire.read", self._id, count))

    def writebyte(self, value):
        self.write(bytes([value]))

    def write(self, buf):
        ask("onewire.write", self._id, hexlify(buf).decode())

    def select_rom(self, rom):
        self.reset()
        self.writebyte(self.MATCH_ROM)
        self.write(rom)

    def scan(self):
        return [bytearray(unhexlify(rom)) for rom in ask("onewire.scan", self._id).split()]

    def crc8(self, data):
        crc = 0
        for byte in data:
            for _ in range(8):
                mix = (crc ^ byte) & 1
                crc >>= 1
                if mix:
                    crc ^= 0x8C
                byte >>= 1
        return crc
