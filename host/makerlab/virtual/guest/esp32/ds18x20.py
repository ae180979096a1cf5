# DS18B20 and DS18S20 thermometers on a 1-Wire bus, with the interface of the module that ESP32 boards have
# built in.

_CONVERT = 0x44
_READ = 0xBE
_WRITE = 0x4E


class DS18X20:
    def __init__(self, onewire):
        self.ow = onewire
        self.buf = bytearray(9)

    def powermode(self, powerpin=None):
        return 1

    def scan(self):
        return [rom for rom in self.ow.scan() if rom[0] in (0x10, 0x22, 0x28)]

    def convert_temp(self):
        self.ow.reset(True)
        self.ow.writebyte(self.ow.SKIP_ROM)
        self.ow.writebyte(_CONVERT)

    def read_scratch(self, rom):
        self.ow.reset(True)
        self.ow.select_rom(rom)
        self.ow.writebyte(_READ)
        self.ow.readinto(self.buf)
        if self.ow.crc8(self.buf):
            raise Exception("CRC error")
        return self.buf

    def write_scratch(self, rom, buf):
        self.ow.reset(True)
        self.ow.select_rom(rom)
        self.ow.writebyte(_WRITE)
        self.ow.write(buf)

    def resolution(self, rom, bits=None):
        if bits is not None and 9 <= bits <= 12:
            scratch = self.read_scratch(rom)
            self.write_scratch(rom, bytes([scratch[2], scratch[3], (bits - 9) << 5 | 0x1F]))
            return bits
        return (self.read_scratch(rom)[4] >> 5 & 3) + 9

    def read_temp(self, rom):
        buf = self.read_scratch(rom)
        value = buf[1] << 8 | buf[0]
        if value & 0x8000:
            value -= 0x10000
        return value / 16
