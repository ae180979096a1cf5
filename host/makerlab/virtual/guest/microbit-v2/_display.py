# The display of a micro:bit. What the lamps show is told to the host, which can draw it.

from utime import sleep_ms

from _board import ask, on_event
from _image import MicroBitImage, letter, rows

_DARK = b"0" * 25
_SHOW_MS, _SCROLL_MS = 400, 150
_LIGHT_HALF_LUX = 400  # at which the lamps, used as sensors, show 63 % of the full 255; made up, not measured


class MicroBitDisplay:
    def __init__(self):
        self._pixels = bytearray(_DARK)
        self._on = True
        self._frames = None
        self._event = 0

    # -- lamps ---------------------------------------------------------------------------------------------

    def _light(self):
        ask("screen.show", (self._pixels if self._on else _DARK).decode())

    def _draw(self, frame):
        """Show an image, a letter, or 25 digits."""
        if isinstance(frame, bytearray):
            self._pixels = frame
        elif isinstance(frame, MicroBitImage):
            self._pixels = bytearray(frame._pixels if len(frame._pixels) == 25 and frame._width == 5
                                     else frame.crop(0, 0, 5, 5)._pixels)
        elif isinstance(frame, str) and len(frame) == 1:
            self._pixels = letter(frame)
        else:
            raise TypeError("not an image")
        self._light()

    def clear(self):
        self._stop()
        self._draw(bytearray(_DARK))

    def _at(self, x, y):
        if not (0 <= x < 5 and 0 <= y < 5):
            raise ValueError("index out of bounds")
        return 5 * y + x

    def get_pixel(self, x, y):
        return self._pixels[self._at(x, y)] - 48

    def set_pixel(self, x, y, value):
        at = self._at(x, y)
        if not 0 <= value <= 9:
            raise ValueError("brightness out of bounds")
        self._pixels[at] = 48 + value
        self._light()

    def on(self):
        self._on = True
        self._light()

    def off(self):
        self._on = False
        self._light()

    def is_on(self):
        return self._on

    def read_light_level(self):
        return int(255 * (1 - 2.718 ** (-float(ask("sense.soldered", "light_lux")) / _LIGHT_HALF_LUX)))

    # -- one after the other ---------------------------------------------------------------------------------

    def show(self, image, delay=_SHOW_MS, *, clear=False, wait=True, loop=False):
        self._stop()
        if isinstance(image, (int, float)):
            image = str(image)
        if isinstance(image, str):
            if not image:
                return
            if len(image) == 1 and not clear and not loop:
                return self._draw(image)
        elif isinstance(image, MicroBitImage):
            if not clear and not loop:
                return self._draw(image)
            image = (image,)
        self._animate(_again(image) if loop else iter(image), delay, clear, wait)

    def scroll(self, text, delay=_SCROLL_MS, *, wait=True, monospace=False, loop=False):
        self._stop()
        if not isinstance(text, str):
            if not isinstance(text, (int, float)):
                raise TypeError("can't convert '%s' object to str implicitly" % type(text).__name__)
            text = str(text)
        self._animate(_scrolled(text.encode(), monospace, loop), delay, False, wait)

    def _animate(self, frames, delay, clear, wait):
        self._frames = frames
        self._clear = clear
        if not wait:
            if not self._event:
                self._event = on_event(self._next)
            self._next()
            ask("timer.start", self._event, max(1, delay) * 1000, 1)
            return
        try:
            while self._frames is frames:
                self._next()
                sleep_ms(delay)
        finally:
            if self._frames is frames:
                self._frames = None

    def _next(self):
        try:
            if self._frames is not None:
                self._draw(next(self._frames))
        except StopIteration:
            self._stop()
            if self._clear:
                self._draw(bytearray(_DARK))
        except Exception:
            self._stop()
            raise

    def _stop(self):
        self._frames = None
        if self._event:
            ask("timer.stop", self._event)


def _again(frames):
    while True:
        for index in range(len(frames)):
            yield frames[index]


def _scrolled(text, monospace, loop):
    """The frames of a text that runs through from right to left."""
    lines = [0] * 5  # one long row of bits each
    width = 0
    for char in text:
        letter_rows = rows(char)
        left, right = 0, 5
        if not monospace:
            used = letter_rows[0] | letter_rows[1] | letter_rows[2] | letter_rows[3] | letter_rows[4]
            if not used:
                right = 2  # a space
            while used and not used & 16 >> left:
                left += 1
            while used and not used & 16 >> (right - 1):
                right -= 1
        cut = right - left
        for row in range(5):
            bits = letter_rows[row] >> (5 - right) & (1 << cut) - 1
            lines[row] = lines[row] << (cut + 1) | bits << 1
        width += cut + 1
    while True:
        for at in range(width + 5, -1, -1):
            frame = bytearray(_DARK)
            for row in range(5):
                bits = lines[row] << 5 >> at & 31
                for column in range(5):
                    if bits & 16 >> column:
                        frame[5 * row + column] = 57
            yield frame
        if not loop:
            return
