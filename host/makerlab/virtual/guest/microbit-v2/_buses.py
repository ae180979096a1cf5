# The serial line, I2C and SPI of a micro:bit.

from utime import sleep_ms

from _board import ask
from _inside import hexlify, raw_output, unhexlify
from _pins import a_pin

_ENODEV = 19
_AT_ONCE = 256  # bytes in one question


class MicroBitUART:
    ODD, EVEN = 1, 0

    def __init__(self):
        self._gap_ms = 0

    def init(self, baudrate=9600, bits=8, parity=None, stop=1, *, pins=None, tx=None, rx=None):
        if pins is not None:
            tx, rx = pins
        for pin in (tx, rx):
            if pin is not None:
                a_pin(pin)
        # Nothing is connected to other pins. On the USB cable every rate is right: there is no real one here.
        ask("line.lead", int(tx is not None or rx is not None))
        self._gap_ms = 13000 // baudrate + 1

    def any(self):
        return ask("line.any") == "1"

    def read(self, count=-1):
        """What has arrived, at most `count` bytes; None for nothing."""
        data = b""
        while count:
            piece = unhexlify(ask("line.read", _AT_ONCE if count < 0 else min(count, _AT_ONCE)))
            data = data + piece if data else piece
            count -= len(piece) if count > 0 else 0
            if not piece or not self._gap_ms:
                break
            if count and not self.any():
                sleep_ms(self._gap_ms)
        return data or None

    def readinto(self, buffer, count=-1):
        data = self.read(len(buffer) if count < 0 else min(count, len(buffer)))
        if data:
            buffer[: len(data)] = data
            return len(data)

    def readline(self):
        line = b""
        while not line.endswith(b"\n"):
            byte = self.read(1)
            if not byte:
                break
            line += byte
        return line or None

    def write(self, data):
        data = data.encode() if isinstance(data, str) else bytes(data)
        raw_output.write(data)
        return len(data)


class MicroBitI2C:
    def init(self, freq=100000, sda=None, scl=None):
        for pin in (sda, scl):
            if pin is not None:
                a_pin(pin)

    def scan(self):
        return [int(address) for address in ask("i2c.scan").split() if 8 <= int(address) < 0x78]

    def read(self, addr, n, repeat=False):
        got = b""
        while len(got) < n:
            got += self._transfer(addr, "-", min(n - len(got), _AT_ONCE))
        return got

    def write(self, addr, buf, repeat=False):
        self._transfer(addr, hexlify(bytes(buf)).decode() or "-", 0)

    def _transfer(self, addr, data, count):
        try:
            return unhexlify(ask("i2c.transfer", addr, data, count))
        except OSError:
            raise OSError(_ENODEV)


class MicroBitSPI:
    # What is connected only talks: what is written goes nowhere.
    def __init__(self):
        self._ready = False

    def init(self, baudrate=1000000, bits=8, mode=0, *, sclk=None, mosi=None, miso=None):
        import microbit

        for pin, usual in ((sclk, microbit.pin13), (mosi, microbit.pin15), (miso, microbit.pin14)):
            a_pin(usual if pin is None else pin)._use("spi")
        self._ready = True

    def _check(self):
        if not self._ready:
            raise ValueError("SPI not initialised")

    def write(self, buffer):
        self._check()

    def read(self, nbytes, out=0):
        self._check()
        return unhexlify(ask("spi.read", nbytes))

    def write_readinto(self, write_buf, read_buf):
        self._check()
        if len(write_buf) != len(read_buf):
            raise ValueError("write and read buffers must be the same length")
        read_buf[:] = unhexlify(ask("spi.read", len(read_buf)))
