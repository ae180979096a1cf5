# The pins of a micro:bit (codal_port/microbit_pin.c, microbit_pinmode.c).

from _board import ask

PULL_UP, PULL_DOWN, NO_PULL = 0, 1, 2
RESISTIVE, CAPACITIVE = 0, 1
_HOST_PULL = (2, 1, 0)
_FIXED = ("display", "button", "music", "i2c", "spi")  # modes that only their owner can end


class Touched:
    """Presses of a button or touch pin, with the counts that two questions share."""

    def __init__(self, key):
        self._key = key
        self._was = False
        self._count = 0

    def now(self):
        pressed, presses = ask("button.state", self._key).split()
        if presses != "0":
            self._was = True
            self._count += int(presses)
        return pressed == "1"

    def was(self):
        self.now()
        was, self._was = self._was, False
        return was

    def count(self):
        self.now()
        count, self._count = self._count, 0
        return count


class _Pin:
    def __init__(self, number, mode="unused"):
        self._number = number
        self._key = "P%d" % number
        self._mode = mode
        self._pull = PULL_DOWN if mode != "button" else PULL_UP
        self._period_us = 20000

    def _use(self, mode):
        """Take the pin for `mode`, if nobody has it who does not give it back."""
        if self._mode == mode or (self._mode == "button" and mode == "read_digital"):
            return False
        if self._mode in _FIXED:
            raise ValueError("Pin %d in %s mode" % (self._number, self._mode))
        self._mode = mode
        return True

    def _give_back(self):
        self._mode = "unused"

    def get_mode(self):
        return self._mode


class MicroBitDigitalPin(_Pin):
    PULL_UP, PULL_DOWN, NO_PULL = PULL_UP, PULL_DOWN, NO_PULL

    def read_digital(self):
        if self._use("read_digital"):
            ask("pin.init", self._key, "in", _HOST_PULL[self._pull], "-")
        return int(ask("pin.get", self._key))

    def write_digital(self, value):
        value = int(value)
        if value not in (0, 1):
            raise ValueError("value must be 0 or 1")
        if self._use("write_digital"):
            ask("pin.init", self._key, "out", 0, value)
        ask("pin.set", self._key, value)

    def set_pull(self, value):
        self._use("read_digital")
        if value not in (PULL_UP, PULL_DOWN, NO_PULL):
            raise ValueError("invalid pull")
        self._pull = value
        ask("pin.init", self._key, "in", _HOST_PULL[value], "-")

    def get_pull(self):
        if self._mode not in ("read_digital", "button"):
            raise ValueError("Pin %d in %s mode" % (self._number, self._mode))
        return self._pull

    def write_analog(self, value):
        value = int(value + 0.5) if isinstance(value, float) else int(value)
        if not 0 <= value <= 1023:
            raise ValueError("value must be between 0 and 1023")
        self._use("write_analog")
        # Whoever looks at the level sees the lamp or motor as on or off.
        ask("pin.init", self._key, "out", 0, int(value > 511))
        if value == 0:
            self._give_back()

    def set_analog_period(self, period):
        self.set_analog_period_microseconds(period * 1000)

    def set_analog_period_microseconds(self, period):
        if period <= 0:
            raise ValueError("invalid period")
        self._period_us = period

    def get_analog_period_microseconds(self):
        return self._period_us


class MicroBitAnalogDigitalPin(MicroBitDigitalPin):
    def read_analog(self):
        self._use("unused")
        return min(1023, int(ask("adc.read", self._key)) * 1024 // 3300000)


class _Touch:
    RESISTIVE, CAPACITIVE = RESISTIVE, CAPACITIVE

    def _finger(self):
        if self._mode not in ("touch", "button"):
            self._use("touch")
        if self._touched is None:
            self._touched = Touched(self._key)
        return self._touched

    def is_touched(self):
        return self._finger().now()

    def was_touched(self):
        return self._finger().was()

    def get_touches(self):
        return self._finger().count()

    def set_touch_mode(self, value):
        if value not in (RESISTIVE, CAPACITIVE):
            raise ValueError("invalid touch mode")
        self._finger()


class MicroBitTouchPin(MicroBitAnalogDigitalPin, _Touch):
    _touched = None


class MicroBitTouchOnlyPin(_Pin, _Touch):
    _touched = None

    def __init__(self):
        super().__init__(30)
        self._key = "logo"


class MicroBitSpeakerPin(MicroBitDigitalPin):
    """Inside the board: what is written to it nobody hears, and nothing can be read."""

    def __init__(self):
        super().__init__(31)

    def read_digital(self):
        self._use("read_digital")
        return 0

    def write_digital(self, value):
        if int(value) not in (0, 1):
            raise ValueError("value must be 0 or 1")
        self._use("write_digital")

    def set_pull(self, value):
        self._use("read_digital")
        self._pull = value

    def write_analog(self, value):
        if not 0 <= value <= 1023:
            raise ValueError("value must be between 0 and 1023")
        self._use("write_analog")


def a_pin(pin):
    """`pin`, if it is one that signals can go through."""
    if not isinstance(pin, MicroBitDigitalPin):
        raise TypeError("expecting a pin")
    return pin
