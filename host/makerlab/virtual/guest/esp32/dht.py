# DHT11 and DHT22 sensors, with the interface of the module that ESP32 boards have built in.

from binascii import unhexlify

from _board import ask
from machine import _gpio


class _DHT:
    def __init__(self, pin):
        self.pin = pin
        self.buf = bytearray(5)

    def measure(self):
        self.buf[:] = unhexlify(ask("dht.read", _gpio(self.pin), self._KIND))
        if sum(self.buf[:4]) & 255 != self.buf[4]:
            raise Exception("checksum error")


class DHT11(_DHT):
    _KIND = 11

    def humidity(self):
        return self.buf[0]

    def temperature(self):
        return self.buf[2]


class DHT22(_DHT):
    _KIND = 22

    def humidity(self):
        return (self.buf[0] << 8 | self.buf[1]) * 0.1

    def temperature(self):
        degrees = ((self.buf[2] & 127) << 8 | self.buf[3]) * 0.1
        return -degrees if self.buf[2] & 128 else degrees
