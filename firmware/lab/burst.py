"""burst: very many measurements in a short time, for sound and vibration. 一小段时间里测很多次：声音、振动。

    from burst import burst

    while True:
        burst("sound", "", microphone.read_u16, 1000, 5000)    # 1000 measurements, 5000 a second

First the board measures and does nothing else, then it sends what it has; meanwhile it is deaf. The times sent
are those at which it measured. 先一口气测完，再送给电脑；送的时候不测。

For ESP32 boards and micro:bit V2; a V1 has no memory for it.
"""

import gc
import time
from array import array

import lab

_sent = 0  # rows since the start
_late = 0  # measurements left out since then
_computer = None


def burst(name, unit, read, count=1000, hz=5000, scale=1):
    """Measure `count` times, `hz` times a second, and send it. 测 count 次，每秒 hz 次，然后送给电脑。

    name, unit, scale   as in channel() of lab                                    和 channel() 一样
    read                returns a whole number from -32768 to 32767               返回一个整数

    Returns the measurements, to do something with them: max(burst(...)); None if `read` raised OSError.
    Takes 6 bytes of memory for each. How fast a board can be depends on `read`: an ESP32's analogue pin takes
    0.1 ms. What it measured too late is counted (`late`).
    """
    global _computer, _late
    if count < 1 or not 20 <= hz <= 100000:
        raise ValueError("count is 1 or more, hz from 20 to 100000 count 至少为 1，hz 要在 20 到 100000 之间")
    lab.channels.clear()
    lab.channel(name, unit, read, scale)
    lab.choose_ticks(100000)  # microseconds
    if _computer is None:
        _computer = lab.Computer()
        _explain(name, hz)
    values = array("h", [0] * count)
    gaps = array("i", [0] * count)  # microseconds from one to the next
    gc.collect()  # now, not in the middle
    try:
        begin, late = _fill(values, gaps, read, count, round(1000000 / hz))
    except OSError as error:
        print("#F", lab.ticks(), name, error)
        return None
    _late += late
    _explain(name, hz)
    _send(values, gaps, begin)
    _explain(name, hz)
    if _stopped():
        print("#Z", _sent)
        raise KeyboardInterrupt
    return values


def _fill(values, gaps, read, count, step_us):
    """Fill both; the time of the first, and how many periods were missed."""
    ticks_us, ticks_diff, ticks_add = time.ticks_us, time.ticks_diff, time.ticks_add
    late = 0
    begin = due = last = now = ticks_us()
    for index in range(count):
        while ticks_diff(due, now) > 0:
            now = ticks_us()
        value = read()
        values[index] = value
        if values[index] != value:
            raise ValueError("a burst holds -32768 to 32767 数值要在 -32768 到 32767 之间")
        gaps[index] = ticks_diff(now, last)
        last = now
        due = ticks_add(due, step_us)
        now = ticks_us()
        behind = ticks_diff(now, due)
        if behind > step_us:
            late += behind // step_us
            due = now
    return begin, late


def _send(values, gaps, now):
    global _sent
    for value, gap in zip(values, gaps):
        now = time.ticks_add(now, gap)
        _sent += 1  # before it is sent: if Ctrl-C cuts it, it counts as lost
        print(lab.row(_sent, now, (value,)))


def _explain(name, hz):
    line = lab.header(name, hz, "31m9973", " w=burst")
    print(lab.numbered(line, lab.header_check(line), _sent + 1))
    print("#S late=%d free=%d" % (_late, gc.mem_free()))


def _stopped():
    """Whether the computer said stop."""
    while True:
        line = _computer.command()
        if line is None:
            return False
        if line.strip() == "s":
            return True
