# A chain of lamps, with the interface of the module that a micro:bit has built in. Nobody sees them shine.

from microbit import ws2812_write


class NeoPixel:
    ORDER = (1, 0, 2, 3)

    def __init__(self, pin, n, bpp=3):
        self.pin = pin
        self.n = n
        self.bpp = bpp
        self.buf = bytearray(n * bpp)

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        offset = i * self.bpp
        return tuple([self.buf[offset + self.ORDER[part]] for part in range(self.bpp)])

    def __setitem__(self, i, colour):
        offset = i * self.bpp
        for part in range(self.bpp):
            self.buf[offset + self.ORDER[part]] = colour[part]

    def fill(self, colour):
        for i in range(self.n):
            self[i] = colour

    def clear(self):
        self.fill((0,) * self.bpp)
        self.show()

    def show(self):
        ws2812_write(self.pin, self.buf)

    write = show
