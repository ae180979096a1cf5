# Image: pictures of any size, in brightnesses from 0 to 9. A picture's pixels are the ASCII digits of its
# brightnesses, row by row: bytes for the built-in ones, which nobody may change, else a bytearray.

import sys

from _pictures import FONT, PICTURES


class MicroBitImage:
    _width = _height = 5

    def __init__(self, *args):
        if len(args) > 3:
            raise TypeError("Image() takes 0 to 3 arguments")
        if len(args) == 1:
            if not isinstance(args[0], str):
                raise TypeError("Image(s) takes a string")
            if len(args[0]) == 1:
                self._pixels = letter(args[0])
            else:
                self._read(args[0])
            return
        if args:
            self._width, self._height = args[:2]
        self._pixels = bytearray(b"0" * (self._width * self._height))
        if len(args) == 3:
            if len(args[2]) != len(self._pixels):
                raise ValueError("image data is incorrect size")
            for index, value in enumerate(bytes(args[2])):
                self._pixels[index] = 48 + min(value, 9)

    def _read(self, text):
        lines = text.replace(" ", "0").replace("\n", ":").split(":")
        if not lines[-1]:
            lines.pop()
        for line in lines:
            if not all(["0" <= char <= "9" for char in line]):
                raise ValueError("unexpected character in Image definition")
        self._height = len(lines)
        self._width = max([len(line) for line in lines]) if lines else 0
        self._pixels = bytearray("".join([line + "0" * (self._width - len(line)) for line in lines]).encode())

    def width(self):
        return self._width

    def height(self):
        return self._height

    def _at(self, x, y):
        if x < 0 or y < 0:
            raise ValueError("index cannot be negative")
        if x >= self._width or y >= self._height:
            raise ValueError("index too large")
        return y * self._width + x

    def _may_change(self):
        if isinstance(self._pixels, bytes):
            raise TypeError("image cannot be modified (try copying first)")

    def get_pixel(self, x, y):
        return self._pixels[self._at(x, y)] - 48

    def set_pixel(self, x, y, value):
        self._may_change()
        at = self._at(x, y)
        self._pixels[at] = _digit(value)

    def fill(self, value):
        self._may_change()
        digit = _digit(value)
        for at in range(len(self._pixels)):
            self._pixels[at] = digit

    def copy(self):
        return self.crop(0, 0, self._width, self._height)

    def crop(self, x, y, w, h):
        part = MicroBitImage(max(0, w), max(0, h))
        part._take(self, x, y, w, h, 0, 0)
        return part

    def blit(self, src, x, y, w, h, xdest=0, ydest=0):
        self._may_change()
        if not isinstance(src, MicroBitImage):
            raise TypeError("expecting an image")
        if w < 0 or h < 0:
            raise ValueError("size cannot be negative")
        self._take(src.copy() if src is self else src, x, y, w, h, xdest, ydest)

    def _take(self, src, x, y, w, h, to_x, to_y):
        """Put w x h of `src`, from (x, y) on, at (to_x, to_y); what lies outside of `src` is dark."""
        for row in range(max(0, -to_y), min(h, self._height - to_y)):
            for column in range(max(0, -to_x), min(w, self._width - to_x)):
                from_x, from_y = x + column, y + row
                inside = 0 <= from_x < src._width and 0 <= from_y < src._height
                pixel = src._pixels[from_y * src._width + from_x] if inside else 48
                self._pixels[(to_y + row) * self._width + to_x + column] = pixel

    def shift_left(self, n):
        return self.crop(n, 0, self._width, self._height)

    def shift_right(self, n):
        return self.crop(-n, 0, self._width, self._height)

    def shift_up(self, n):
        return self.crop(0, n, self._width, self._height)

    def shift_down(self, n):
        return self.crop(0, -n, self._width, self._height)

    def invert(self):
        return self._each(lambda value: 9 - value)

    def _each(self, change):
        image = self.copy()
        for at, digit in enumerate(image._pixels):
            image._pixels[at] = 48 + min(9, max(0, change(digit - 48)))
        return image

    def _with(self, other, change):
        if not isinstance(other, MicroBitImage):
            raise TypeError("unsupported types for image arithmetic")
        if (other._width, other._height) != (self._width, self._height):
            raise ValueError("images must be the same size")
        image = self.copy()
        for at, digit in enumerate(image._pixels):
            image._pixels[at] = 48 + min(9, max(0, change(digit - 48, other._pixels[at] - 48)))
        return image

    def __add__(self, other):
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other):
        return self._with(other, lambda a, b: a - b)

    def __mul__(self, factor):
        return self._each(lambda value: int(value * factor + 0.5))

    def __truediv__(self, divisor):
        return self * (1 / divisor)

    def _lines(self):
        text, width = bytes(self._pixels).decode(), self._width
        return [text[at : at + width] + ":" for at in range(0, width * self._height, width)] if width else []

    def __repr__(self):
        return "Image('%s')" % "".join(self._lines())

    def __str__(self):
        return "Image(\n    '%s'\n)" % "'\n    '".join(self._lines())


def _digit(value):
    if not 0 <= value <= 9:
        raise ValueError("brightness out of bounds")
    return 48 + value


def rows(char):
    """The five rows of a letter, five bits each; a question mark for what the font does not have."""
    code = char if isinstance(char, int) else ord(char)
    if not 32 <= code <= 126:
        code = 63
    at = 5 * (code - 32)
    return [row - 64 for row in FONT[at : at + 5]]


def letter(char):
    """The pixels of a letter."""
    return bytearray("".join(["9" if row & bit else "0" for row in rows(char) for bit in (16, 8, 4, 2, 1)]).encode())


def built_in(pixels):
    image = object.__new__(MicroBitImage)
    image._pixels = pixels
    return image


for _line in PICTURES.split("\n"):
    _name, _, _pixels = _line.partition(" ")
    setattr(MicroBitImage, _name, built_in(_pixels.replace(":", "").encode()))
MicroBitImage.ALL_CLOCKS = tuple([getattr(MicroBitImage, "CLOCK%d" % hour) for hour in (12,) + tuple(range(1, 12))])
MicroBitImage.ALL_ARROWS = tuple(
    [getattr(MicroBitImage, "ARROW_" + way) for way in ("N", "NE", "E", "SE", "S", "SW", "W", "NW")]
)
del PICTURES, _line, _name, _pixels
del sys.modules["_pictures"]
