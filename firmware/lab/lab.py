"""lab: measure with your board and send the numbers to the computer. 用开发板测量，把数据送到电脑。

    from microbit import display
    from lab import channel, run

    channel("light", "level", display.read_light_level)    # what to measure 测什么
    run(hz=10)                                             # ten times a second 每秒测 10 次

For ESP32 boards and micro:bit V2; a micro:bit V1 gets the small edition, lab_microbit_v1.py, as its lab.py.
What goes over the cable is described in host/makerlab/wire/__init__.py.
"""

import sys
import time

_MODULUS = 9973  # of the check number behind every row; a prime, so that any one wrong number shows
_HEADER_EVERY = 128  # rows; who starts to listen in the middle learns by then what the numbers mean
_MICROSECONDS_ABOVE_HZ = 100  # a millisecond would be more than a tenth of the time between two rows
_SLEEP_ABOVE_US = 10000  # sleeping may take some milliseconds longer than asked for; the rest is waited out
_SLEEP_MS = 5
_LONGEST_COMMAND = 20

_channels = []
_ticks = time.ticks_ms


def channel(name, unit, read, scale=1):
    """Add one thing to measure. 添加一个要测量的量。

    name   what it is called, such as "light"; no spaces or commas  名字，不能有空格和逗号
    unit   what it is counted in, such as "degC"                    单位
    read   a function that measures it once                         测一次的函数
    scale  how much a 1 from `read` stands for, in that unit        读数里的 1 代表多少

    `read` returns a whole number of such steps (23 with scale=0.1 means 2.3), or a float, which is the
    quantity itself (2.3) and is rounded to a whole step. It raises OSError when the sensor does not answer:
    the row then has a "-" in its place.
    """
    if not name or not unit or any(c in name + unit for c in ", \r\n\t") or "/" in name:
        raise ValueError("a channel's name and unit are words without spaces or commas")
    if not scale > 0:
        raise ValueError("scale is more than 0")
    for known in _channels:
        if known.name == name:
            _channels.remove(known)
            break
    _channels.append(_Channel(name, unit, read, scale))


def event(text):
    """Note that something happened now, such as event("lid opened"). 记下刚才发生的事。"""
    print("#E", _ticks(), " ".join(str(text).split()))


def run(hz=10, name="lab"):
    """Measure all channels `hz` times a second (0.002 to 10000) until the computer says stop, or Ctrl-C.

    开始测量：每秒 hz 次，直到电脑喊停，或者按下 Ctrl-C。name 是实验的名字。
    """
    global _ticks
    if not _channels:
        raise ValueError("call channel(...) before run()")
    if not name or any(c in name for c in " \r\n\t"):
        raise ValueError("a name is a word without spaces")
    pace = _Pace(hz)
    # Chosen once: a clock that changed its unit on the way could not be followed.
    _ticks = time.ticks_us if hz > _MICROSECONDS_ABOVE_HZ else time.ticks_ms
    host = _Host()
    header, header_check = _header(name, hz)
    seq = 0  # the last row sent
    show_header = True
    paused = False
    whole = True
    try:
        while True:
            words = host.command()
            if words == [b"s"]:
                return
            if words == [b"p"]:
                paused = True
            elif words == [b"g"] and paused:
                paused = False
                pace.start()
            elif words == [b"h"]:
                show_header = True
            elif words and words[0] == b"r":
                try:
                    pace.change(float(str(words[1], "utf-8")))
                except (ValueError, IndexError):
                    continue  # not a rate a board can keep: go on as before
                header, header_check = _header(name, pace.hz)
                show_header = True
            if show_header:
                print(header, seq + 1, (header_check * 31 + seq + 1) % _MODULUS)
                print("#S late=%d" % pace.late)
                show_header = False
            left_us = pace.left()
            if paused or left_us > _SLEEP_ABOVE_US:
                time.sleep_ms(_SLEEP_MS)
            elif left_us <= 0:
                pace.step()
                row = _row(seq + 1, _ticks())
                whole = False
                print(row)
                whole = True
                seq += 1
                show_header = seq % _HEADER_EVERY == 0
    except KeyboardInterrupt:
        if not whole:
            print()  # it came in the middle of a row
    finally:
        print("#Z", seq)


class _Channel:
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
            elif not isinstance(value, int):
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
    check = (seq * 31 + now) % _MODULUS
    words = [str(seq), str(now)]
    for one in _channels:
        value = one.value(now)
        check = (check * 31 + (value or 0)) % _MODULUS
        words.append("-" if value is None else str(value))
    words.append(str(check))
    return " ".join(words)


def _header(name, hz):
    """The line that explains the rows, and its check number."""
    unit = "ms" if _ticks is time.ticks_ms else "us"
    specs = ",".join([one.spec for one in _channels])
    text = "#K1 %sn=%s hz=%g t=%s k=31m9973 c=%s" % (_board(), name, hz, unit, specs)
    check = 0
    for byte in bytes(text, "utf-8"):
        check = (check * 31 + byte) % _MODULUS
    return text, check


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
            raise ValueError("hz goes from 0.002 to 10000")
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
        late_us = -self.left()
        self._parts += self._part
        step_us = self._step_us + self._parts // self._millihertz
        self._parts %= self._millihertz
        if late_us < step_us:
            self._due = time.ticks_add(self._due, step_us)
        else:
            self.late += late_us // step_us
            self._due = time.ticks_add(time.ticks_us(), step_us - late_us % step_us)


class _Host:
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
