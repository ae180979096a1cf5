"""lab: measure with your board and send the numbers to the computer. 用开发板测量，把数据送到电脑。

    from microbit import display
    from lab import channel, run

    channel("light", "", display.read_light_level)    # what to measure 测什么
    run(10)                                           # ten times a second 每秒测 10 次

The same program with another first line: `from blocks import ...` sends more rows a second, `from logbook
import ...` keeps them on the board, without a cable. 把 lab 换成 blocks，每秒能送更多行；换成 logbook，
不接电脑也能记录。burst records sound and vibration. burst 用来记录声音和振动。

For ESP32 boards and micro:bit V2; a micro:bit V1 gets the small edition, lab_microbit_v1.py, as its lab.py.
What goes over the cable is described in host/makerlab/wire/__init__.py.
"""

import gc
import sys
import time


def channel(name, unit, read, scale=1, change=1):
    """Add one thing to measure. 添加一个测量项。

    name   what it is called, such as "light"; no spaces, commas or slashes   名字，不能有空格、逗号和斜杠
    unit   what it is counted in, such as "degC"; "" for a plain number       单位，没有单位就写 ""
    read   a function that measures it once                                   测一次的函数
    scale  how much a 1 from `read` stands for, in that unit                  读数里的 1 代表多少
    change  how many steps count as a change, for run(when=changed)           变化多少才算有变化

    `read` returns a whole number of such steps (23 with scale=0.1 means 2.3), or a float, which is the
    quantity itself (2.3) and is rounded to a whole step. It raises OSError when the sensor does not answer:
    the row then has a "-" in its place.
    """
    if not _is_word(name) or "/" in name or unit and not _is_word(unit):
        raise ValueError("no spaces or commas in names and units 名字和单位里不能有空格和逗号")
    if not scale > 0:
        raise ValueError("scale is more than 0 scale 要大于 0")
    channels[:] = [other for other in channels if other.name != name]
    channels.append(Channel(name, unit, read, scale, change))


def event(text):
    """Note that something happened now, such as event("lid opened"). 记下刚才发生的事。"""
    _say("#E", _ticks(), " ".join(str(text).split()))


def event_when(text, happened):
    """Note it by itself whenever `happened()` becomes true: event_when("A", button_a.was_pressed)

    happened() 变成 True 的时候，自动记一次。An ESP32's key: event_when("key", lambda: not pin.value())
    It is asked about a thousand times a second while run() runs; contacts may bounce up to 20 ms.
    """
    _watched.append([text, happened, False, _ticks_ms()])


def changed():
    """For run(when=changed): a row only when a value is another than in the row before. 数值变了才记一行。"""
    return any([one.has_changed() for one in channels])


def tare(*names):
    """What these channels (all, if none is named) read now counts as zero from now on. 现在的读数算作 0。"""
    for one in channels:
        if not names or one.name in names:
            one.tare(_ticks())


def run(hz=10, name="lab", when=None, idle=None):
    """Measure all channels `hz` times a second (0.002 to 10000) until the computer says stop, or Ctrl-C.

    开始测量：每秒 hz 次，直到电脑让它停，或者按下 Ctrl-C。name 是实验的名字。

    when  take a row only if this function says so, such as `changed` or button_a.was_pressed 什么时候才记一行
    idle  a function to call all the time, such as the feed() of a watchdog: between two calls lie a millisecond
          of sleep, or the reading of all channels and the sending of a row 一直反复调用，比如喂看门狗
    """
    Measuring(hz, name, when, idle).run()


# ---- How it works, for the curious 想知道它怎么工作，就往下看 ----

_MODULUS = 9973  # of the check number behind every row; a prime, so that any one wrong number shows
_HEADER_EVERY = 128  # rows; who starts to listen in the middle learns by then what the numbers mean
_MICROSECONDS_ABOVE_HZ = 100  # a millisecond would be more than a tenth of the time between two rows
_LONGEST_COMMAND = 80  # bytes; anything longer is not for us
_BOUNCE_MS = 20  # keys and reed contacts bounce up to 5 ms, cheap ones 15
# A board sleeps until a row is nearly due and stays awake for the rest, because sleep_ms(1) takes as long as
# it takes: up to a 6 ms tick on a micro:bit, little more than 1 ms on an ESP32.
_AWAKE_US = 10000 if sys.platform == "microbit" else 2000

channels = []
_watched = []  # of event_when: text, function, what it said last, and when it was last true
_ticks_ms = time.ticks_ms
_ticks = _ticks_ms  # the board's clock, as it stands in the rows
_say = print  # where lines go; logbook has another place for them


def say_to(where):
    """Have all lines go to `where`, a function like print."""
    global _say
    _say = where


class Measuring:
    """One run(): the rate, the number of the last row, and what the computer asked for.

    blocks and logbook are this with another way to send a row.
    """

    check = "31m9973"

    def __init__(self, hz, name, when=None, idle=None):
        if not channels:
            raise ValueError("first channel(...), then run() 先用 channel(...)，再用 run()")
        if not _is_word(name):
            raise ValueError("no spaces in the name 名字里不能有空格")
        self.seq = 0
        self.pace = Pace(hz)
        self.dropped = 0  # rows that were measured and could not be kept
        self._name = name
        self._when = when
        self._idle = idle
        self._paused = False
        self._computer = Computer()
        choose_ticks(hz)
        self._tidy()
        self._explain()

    def run(self):
        """Until the computer says stop, or Ctrl-C."""
        try:
            while self.obey():
                self.send_what_is_due()
        except KeyboardInterrupt:
            self.interrupted()
        finally:
            self.finish()
            self._status()
            _say("#Z", self.seq)

    # -- what blocks and logbook do in another way

    def form(self):
        """What the header says of the form of the rows."""
        return ""

    def send(self, seq, now, values):
        """Send a row."""
        print(row(seq, now, values))

    def finish(self):
        """Send what is still waiting: a header comes, or the end."""

    def turn(self):
        """Called in every turn of the loop."""

    def interrupted(self):
        print()  # Ctrl-C may have come in the middle of a row

    # -- the same for all

    def obey(self):
        """Do what the computer asks for; False when it says stop."""
        line = self._computer.command()
        words = line.split() if line else None
        if not words:
            return True
        what = words[0]
        if what == "p":
            self._paused = True
        elif what == "g" and self._paused:
            self._paused = False
            self.pace.start()
        elif what == "h":
            self._show_header = True
        elif what == "m":
            event(line[1:] if len(words) > 1 else "mark 标记")
        elif what == "t":
            tare(*words[1:])
        elif what == "r" and len(words) == 2:
            try:
                self.pace.change(float(words[1]))
                self._explain()
            except ValueError:
                pass  # not a rate a board can keep: go on as before
        return what != "s"

    def send_what_is_due(self):
        """Send the header if somebody needs it, and the next row if its time has come; else rest a little."""
        if self._show_header:
            self.finish()
            _say(self.header_line(self.seq + 1))
            self._status()
            self._show_header = False
            if not self.seq:
                self.pace.start()  # now, so that the time the header took is not missing before row 2
        if self._idle:
            self._idle()
        if _watched:
            look()
        self.turn()
        left_us = self.pace.left()
        if self._paused or left_us > _AWAKE_US:
            time.sleep_ms(1)
        elif left_us <= 0:
            self.pace.step()
            self._measure(_ticks())
            if self.pace.left() > self._tidying_us + _AWAKE_US // 2:
                self._tidy()

    def header_line(self, seq):
        """The line that explains the rows from number `seq` on."""
        return numbered(self._header, self._header_check, seq)

    def _measure(self, now):
        """Take a row, if it is wanted."""
        if self._when and self._when is not changed and not self._when():
            return
        values = [one.value(now) for one in channels]
        if self._when is changed and self.seq and not changed():
            return
        for one in channels:
            one.sent = one.last
        self.seq += 1  # before it is sent: if Ctrl-C cuts it, it counts as lost
        self.send(self.seq, now, values)
        self._show_header = self._show_header or self.seq % _HEADER_EVERY == 0

    def _tidy(self):
        """Clean up the memory now, while there is time: when it is full, a row would have to wait for it."""
        before = time.ticks_us()
        gc.collect()
        self._free = gc.mem_free()
        self._tidying_us = time.ticks_diff(time.ticks_us(), before)

    def _status(self):
        dropped = " dropped=%d" % self.dropped if self.dropped else ""
        _say("#S late=%d%s free=%d" % (self.pace.late, dropped, self._free))

    def _explain(self):
        """Make the line that explains the rows, and its check number."""
        self.finish()
        kind = " w=change" if self._when is changed else " w=event" if self._when else ""
        self._header = header(self._name, self.pace.hz, self.check, self.form() + kind)
        self._header_check = header_check(self._header)
        self._show_header = True


class Channel:
    """One quantity: its name, how to read it, and whether it can be read at the moment."""

    def __init__(self, name, unit, read, scale, change=1):
        self.name = name
        self.spec = "%s/%s/%s" % (name, unit, scale)
        self.last = None  # the last value measured, in steps; None if it could not be read
        self.sent = None  # the one in the last row
        self.limit = None  # the highest number that can be sent, and the lowest without its sign
        self._read = read
        self._scale = scale
        self._change = change
        self._zero = 0
        self._failing = False

    def value(self, now):
        """One measurement as a whole number of steps; None if the sensor does not answer."""
        try:
            value = self._read()
            if isinstance(value, float):
                value = _steps(value, self._scale)
            elif not isinstance(value, (int, bool)):
                raise TypeError("the function that reads %s returned %r" % (self.name, value))
            value = int(value) - self._zero  # True and False are 1 and 0
            if self.limit and abs(value) > self.limit:
                raise OSError("out of range")
            self._failing = False
        except OSError as error:
            if not self._failing:  # once, not in every row
                _say("#F", now, self.name, error)
                self._failing = True
            value = None
        self.last = value
        return value

    def has_changed(self):
        """Whether the last value measured is another than the last one sent."""
        if self.last is None or self.sent is None:
            return self.last is not self.sent
        return abs(self.last - self.sent) >= self._change

    def tare(self, now):
        value = self.value(now)
        if value is not None:
            self._zero += value
            event("tare 归零 %s %d" % (self.name, self._zero))


def row(seq, now, values):
    """A row as a line: number, time, values and check."""
    check = (seq * 31 + now) % _MODULUS
    words = [str(seq), str(now)]
    for value in values:
        check = (check * 31 + (value or 0)) % _MODULUS
        words.append("-" if value is None else str(value))
    words.append(str(check))
    return " ".join(words)


def _steps(value, scale):
    try:
        return round(value / scale)
    except (ValueError, OverflowError):  # not a number, or infinite: no measurement
        raise OSError(value)


def _is_word(text):
    """Whether `text` is something, and nothing in it could be taken for the end of a word."""
    return bool(text) and not any(c in text for c in ", \r\n\t")


def look():
    """See whether something of event_when happened."""
    now = _ticks_ms()
    for one in _watched:
        if one[1]():
            one[3] = now
            if not one[2]:
                one[2] = True
                event(one[0])
        elif one[2] and time.ticks_diff(now, one[3]) > _BOUNCE_MS:
            one[2] = False


def choose_ticks(hz):
    """Once, before the first row: a clock that changed its unit on the way could not be followed."""
    global _ticks
    _ticks = time.ticks_us if hz > _MICROSECONDS_ABOVE_HZ else _ticks_ms


def ticks():
    """The time, as it stands in the rows."""
    return _ticks()


def ticks_a_second():
    return 1000 if _ticks is _ticks_ms else 1000000


def header(name, hz, check, more):
    """The line that explains the rows, without its two numbers; `more` are further fields, each behind a space."""
    unit = "ms" if ticks_a_second() == 1000 else "us"
    specs = ",".join([one.spec for one in channels])
    return "#K1 %sn=%s hz=%g t=%s k=%s%s c=%s" % (_board(), name, hz, unit, check, more, specs)


def numbered(line, check, seq):
    """`line` of header() for the rows from number `seq` on; `check` is its header_check()."""
    return "%s %d %d" % (line, seq, (check * 31 + seq) % _MODULUS)


def header_check(line):
    check = 0
    for byte in bytes(line, "utf-8"):
        check = (check * 31 + byte) % _MODULUS
    return check


def _board():
    """Who sends: "b=esp32-a4cf12 ", so that two boards of a kind can be told apart."""
    try:
        from machine import unique_id
    except ImportError:
        return ""
    return "b=%s-%s " % (sys.platform, "".join(["%02x" % byte for byte in unique_id()[-3:]]))


class Pace:
    """When the next row is due. Counted from the first one on, so small delays never add up."""

    def __init__(self, hz):
        self.late = 0  # rows left out because the board was busy
        self.change(hz)

    def change(self, hz):
        """Raises ValueError, and changes nothing, if `hz` is not from 0.002 to 10000."""
        if not 0.002 <= hz <= 10000:
            raise ValueError("hz goes from 0.002 to 10000 hz 要在 0.002 到 10000 之间")
        self.hz = hz
        # Counted in thousandths of a hertz; slow ones in millionths: once a minute is 0.016667 Hz.
        parts = 1000 if hz >= 1 else 1000000
        self._rate = round(hz * parts)
        # so many microseconds from row to row: whole ones, and what is left over each time
        self._step_us, self._part = divmod(parts * 1000000, self._rate)
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
        step_us = self._step_us * (missed + 1) + self._parts // self._rate
        self._parts %= self._rate
        self._due = time.ticks_add(self._due, step_us)


class Computer:
    """What the computer sends: `h` header, `s` stop, `p` pause, `g` go on, `r 10` ten rows a second,
    `m text` an event, `t` tare."""

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
        """The next whole line; None while there is none."""
        while True:
            byte = self._byte()
            if not byte:
                return None
            if byte == b"\n":
                line = self._line
                self._line = b""
                try:
                    return str(line, "utf-8")
                except UnicodeError:
                    return None
            if len(self._line) < _LONGEST_COMMAND:
                self._line += byte
