"""lab: measure with your board and send the numbers to the computer. 用开发板测量，把数据送到电脑。

    from microbit import display
    from lab import channel, run

    channel("light", "", display.read_light_level)    # what to measure 测什么
    run(10)                                           # ten times a second 每秒测 10 次

For ESP32 boards and micro:bit V2; a micro:bit V1 gets the small edition, lab_microbit_v1.py, as its lab.py.
What goes over the cable is described in host/makerlab/wire/__init__.py.
"""

import sys
import time


def channel(name, unit, read, scale=1):
    """Add one thing to measure. 添加一个要测量的量。

    name   what it is called, such as "light"; no spaces, commas or slashes   名字，不能有空格、逗号和斜杠
    unit   what it is counted in, such as "degC"; "" for a plain number       单位，没有单位就写 ""
    read   a function that measures it once                                   测一次的函数
    scale  how much a 1 from `read` stands for, in that unit                  读数里的 1 代表多少

    `read` returns a whole number of such steps (23 with scale=0.1 means 2.3), or a float, which is the
    quantity itself (2.3) and is rounded to a whole step. It raises OSError when the sensor does not answer:
    the row then has a "-" in its place.
    """
    if not _is_word(name) or "/" in name or unit and not _is_word(unit):
        raise ValueError("no spaces or commas in names and units 名字和单位里不能有空格和逗号")
    if not scale > 0:
        raise ValueError("scale is more than 0 scale 要大于 0")
    _channels[:] = [other for other in _channels if other.name != name]
    _channels.append(_Channel(name, unit, read, scale))


def event(text):
    """Note that something happened now, such as event("lid opened"). 记下刚才发生的事。"""
    print("#E", _ticks(), " ".join(str(text).split()))


def run(hz=10, name="lab"):
    """Measure all channels `hz` times a second (0.002 to 10000) until the computer says stop, or Ctrl-C.

    开始测量：每秒 hz 次，直到电脑喊停，或者按下 Ctrl-C。name 是实验的名字。
    """
    measuring = _Measuring(hz, name)
    try:
        while measuring.obey():
            measuring.send_what_is_due()
    except KeyboardInterrupt:
        print()  # it may have come in the middle of a row
    finally:
        print("#Z", measuring.seq)


# ---- How it works, for the curious 想知道它怎么工作，就往下看 ----

_MODULUS = 9973  # of the check number behind every row; a prime, so that any one wrong number shows
_HEADER_EVERY = 128  # rows; who starts to listen in the middle learns by then what the numbers mean
_MICROSECONDS_ABOVE_HZ = 100  # a millisecond would be more than a tenth of the time between two rows
_LONGEST_COMMAND = 20  # bytes; anything longer is not for us
# A board sleeps until a row is nearly due and stays awake for the rest, because sleep_ms(1) takes as long as
# it takes: up to a 6 ms tick on a micro:bit, little more than 1 ms on an ESP32.
_AWAKE_US = 10000 if sys.platform == "microbit" else 2000

_channels = []
_ticks = time.ticks_ms  # the board's clock, as it stands in the rows


class _Measuring:
    """One run(): the rate, the number of the last row, and what the computer asked for."""

    def __init__(self, hz, name):
        global _ticks
        if not _channels:
            raise ValueError("first channel(...), then run() 先用 channel(...)，再用 run()")
        if not _is_word(name):
            raise ValueError("no spaces in the name 名字里不能有空格")
        self.seq = 0
        self._name = name
        self._pace = _Pace(hz)
        self._paused = False
        self._computer = _Computer()
        # Chosen once: a clock that changed its unit on the way could not be followed.
        _ticks = time.ticks_us if hz > _MICROSECONDS_ABOVE_HZ else time.ticks_ms
        self._explain()

    def obey(self):
        """Do what the computer asks for; False when it says stop."""
        words = self._computer.command()
        if not words:
            return True
        if words == [b"p"]:
            self._paused = True
        elif words == [b"g"] and self._paused:
            self._paused = False
            self._pace.start()
        elif words == [b"h"]:
            self._show_header = True
        elif words[0] == b"r" and len(words) == 2:
            try:
                self._pace.change(float(str(words[1], "utf-8")))
                self._explain()
            except ValueError:
                pass  # not a rate a board can keep: go on as before
        return words != [b"s"]

    def send_what_is_due(self):
        """Send the header if somebody needs it, and the next row if its time has come; else rest a little."""
        if self._show_header:
            print(self._header, self.seq + 1, (self._header_check * 31 + self.seq + 1) % _MODULUS)
            print("#S late=%d" % self._pace.late)
            self._show_header = False
            if not self.seq:
                self._pace.start()  # now, so that the time the header took is not missing before row 2
        left_us = self._pace.left()
        if self._paused or left_us > _AWAKE_US:
            time.sleep_ms(1)
        elif left_us <= 0:
            self._pace.step()
            row = _row(self.seq + 1, _ticks())
            self.seq += 1  # before it is sent: if Ctrl-C cuts it, it counts as lost
            print(row)
            self._show_header = self.seq % _HEADER_EVERY == 0

    def _explain(self):
        """Make the line that explains the rows, and its check number."""
        unit = "ms" if _ticks is time.ticks_ms else "us"
        specs = ",".join([one.spec for one in _channels])
        about = (_board(), self._name, self._pace.hz, unit, specs)
        self._header = "#K1 %sn=%s hz=%g t=%s k=31m9973 c=%s" % about
        self._header_check = 0
        for byte in bytes(self._header, "utf-8"):
            self._header_check = (self._header_check * 31 + byte) % _MODULUS
        self._show_header = True


class _Channel:
    """One quantity: its name, how to read it, and whether it can be read at the moment."""

    def __init__(self, name, unit, read, scale):
        self.name = name
        self.spec = "%s/%s/%s" % (name, unit, scale)
        self._read = read
        self._scale = scale
        self._failing = False

    def value(self, now):
        """One measurement as a whole number of steps; None if the sensor does not answer."""
        try:
            value = self._read()
            if isinstance(value, float):
                value = _steps(value, self._scale)
            elif not isinstance(value, (int, bool)):
                raise TypeError("the function that reads %s returned %r" % (self.name, value))
            self._failing = False
            return int(value)  # True and False are 1 and 0
        except OSError as error:
            if not self._failing:  # once, not in every row
                print("#F", now, self.name, error)
                self._failing = True
            return None


def _steps(value, scale):
    try:
        return round(value / scale)
    except (ValueError, OverflowError):  # not a number, or infinite: no measurement
        raise OSError(value)


def _row(seq, now):
    """Measure all channels once: number, time, values and check as one line."""
    check = (seq * 31 + now) % _MODULUS
    words = [str(seq), str(now)]
    for one in _channels:
        value = one.value(now)
        check = (check * 31 + (value or 0)) % _MODULUS
        words.append("-" if value is None else str(value))
    words.append(str(check))
    return " ".join(words)


def _is_word(text):
    """Whether `text` is something, and nothing in it could be taken for the end of a word."""
    return bool(text) and not any(c in text for c in ", \r\n\t")


def _board():
    """Who sends: "b=esp32-a4cf12 ", so that two boards of a kind can be told apart."""
    try:
        from machine import unique_id
    except ImportError:
        return ""
    return "b=%s-%s " % (sys.platform, "".join(["%02x" % byte for byte in unique_id()[-3:]]))


class _Pace:
    """When the next row is due. Counted from the first one on, so small delays never add up."""

    def __init__(self, hz):
        self.late = 0  # rows left out because the board was busy
        self.change(hz)

    def change(self, hz):
        """Raises ValueError, and changes nothing, if `hz` is not from 0.002 to 10000."""
        if not 0.002 <= hz <= 10000:
            raise ValueError("hz goes from 0.002 to 10000 hz 要在 0.002 到 10000 之间")
        self.hz = hz
        self._millihertz = round(hz * 1000)
        # 10**9 / millihertz microseconds from row to row: whole ones, and what is left over each time
        self._step_us, self._part = divmod(1000000000, self._millihertz)
        self.start()

    def start(self):
        """The next row is due now."""
        self._due = time.ticks_us()
        self._parts = 0

    def left(self):
        """Microseconds until the next row is due; below 0 when it is late."""
        return time.ticks_diff(self._due, time.ticks_us())

    def step(self):
        """A row is being taken: the next one is due a period later. Whole periods missed are left out."""
        missed = -self.left() // self._step_us
        self.late += missed
        self._parts += self._part * (missed + 1)
        step_us = self._step_us * (missed + 1) + self._parts // self._millihertz
        self._parts %= self._millihertz
        self._due = time.ticks_add(self._due, step_us)


class _Computer:
    """What the computer sends: `h` header, `s` stop, `p` pause, `g` go on, `r 10` ten rows a second."""

    def __init__(self):
        self._line = b""
        try:
            from microbit import uart  # on a micro:bit, the USB cable

            self._byte = lambda: uart.any() and uart.read(1)
        except ImportError:
            import select

            poll = select.poll()
            poll.register(sys.stdin, select.POLLIN)
            self._byte = lambda: poll.poll(0) and sys.stdin.buffer.read(1)

    def command(self):
        """The words of the next whole line; None while there is none."""
        while True:
            byte = self._byte()
            if not byte:
                return None
            if byte == b"\n":
                words = self._line.split()
                self._line = b""
                return words
            if len(self._line) < _LONGEST_COMMAND:
                self._line += byte
