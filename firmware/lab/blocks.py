"""blocks: lab with more rows a second. 和 lab 一样用，每秒能送更多行。

    from blocks import channel, run     # instead of: from lab import channel, run
    channel("x", "mg", sensor.x_mg)
    run(1000)

Several rows go together in one block, which takes a third of the bytes. Only the computer can read them, a
serial monitor cannot; for slow measuring lab is as good. A value has to be from -32767 to 32767, or
channel(..., bits=32): any other is sent as one that could not be read.

几行数据打成一包，字节只有三分之一。串口监视器看不懂，只有 maker 看得懂；测得慢时用 lab 就好。

For ESP32 boards and micro:bit V2; a micro:bit V1 gets blocks_microbit_v1.py.
"""

import sys
import time
from struct import pack_into

import lab
from lab import changed, channel as _channel, event, event_when, tare

_ROWS = 32  # most rows in a block: more of them save hardly any bytes
# A frame waits in the serial port of an ESP32, which holds 128 bytes, while the next rows are taken. A micro:bit
# has no such place: it is busy as long as the frame is on its way, 0.09 ms a byte.
_FRAME_BYTES = 60 if sys.platform == "microbit" else 120
_HOLD_US = 60000  # a row waits no longer for those after it; a block's span, 16 bits, holds 65 ms of microseconds
_HEAD_BYTES = 8  # number, time and span before the rows

_wide = []  # names of the channels of 32 bits


def channel(name, unit, read, scale=1, change=1, bits=16):
    """As lab's. bits: 16, or 32 for values beyond 32767. 超过 32767 的数值用 bits=32。"""
    if bits not in (16, 32):
        raise ValueError("bits is 16 or 32 bits 只能是 16 或 32")
    _channel(name, unit, read, scale, change)
    if bits == 32:
        _wide.append(name)
    elif name in _wide:
        _wide.remove(name)


def run(hz=10, name="lab", when=None, idle=None):
    """As lab's. 和 lab 的 run 一样。"""
    _Blocks(hz, name, when, idle).run()


def crc16(data):
    """CRC-16/CCITT, a byte at a time without a table."""
    crc = 0xFFFF
    for byte in data:
        x = crc >> 8 ^ byte
        x ^= x >> 4
        crc = (crc << 8 ^ x << 12 ^ x << 5 ^ x) & 0xFFFF
    return crc


try:
    from binascii import crc32 as _check  # the low half of it; an ESP32 has it in C
except ImportError:
    _check = crc16

try:
    from microbit import uart

    _write = uart.write
except ImportError:
    _write = sys.stdout.buffer.write  # not print(), which would make \r\n of \n


class _Blocks(lab.Measuring):
    check = "crc16" if _check is crc16 else "crc32"

    def __init__(self, hz, name, when, idle):
        self._format = "<"
        self._row_bytes = 0
        for one in lab.channels:
            wide = one.name in _wide
            one.limit = 0x7FFFFFFF if wide else 0x7FFF
            self._format += "i" if wide else "h"
            self._row_bytes += 4 if wide else 2
        self._most = max(1, min(_ROWS, (_FRAME_BYTES - _HEAD_BYTES - 4) // self._row_bytes))
        self._buffer = bytearray(_HEAD_BYTES + self._most * self._row_bytes + 2)
        self._rows = 0  # in the block that is being filled
        super().__init__(hz, name, when, idle)

    def form(self):
        # Called when the rate changes: a block holds as many rows as come in the time they may wait.
        ticks_s = lab.ticks_a_second()
        self._period = max(1, round(ticks_s / self.pace.hz))
        self._hold = _HOLD_US * ticks_s // 1000000
        self._full = max(1, min(self._most, round(self.pace.hz * _HOLD_US / 1000000)))
        return " m=%d f=%s" % (self._most, self._format[1:])

    def send(self, seq, now, values):
        if self._rows:
            span = time.ticks_diff(now, self._first)
            off = span - self._rows * self._period
            # The computer takes the rows of a block for even; one that is off by a quarter begins another.
            if span > self._hold or abs(off) > max(1, self._period // 4):
                self.finish()
        if not self._rows:
            self._first = now
            pack_into("<HI", self._buffer, 0, seq & 0xFFFF, now)
        pack_into("<H", self._buffer, 6, time.ticks_diff(now, self._first))
        place = _HEAD_BYTES + self._rows * self._row_bytes
        pack_into(self._format, self._buffer, place, *[_number(one) for one in lab.channels])
        self._rows += 1
        if self._rows == self._full:
            self.finish()

    def finish(self):
        if not self._rows:
            return
        end = _HEAD_BYTES + self._rows * self._row_bytes
        self._rows = 0
        frame = self._buffer[: end + 2]
        pack_into("<H", frame, end, _check(frame[:end]) & 0xFFFF)
        frame = bytes(frame).replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc")
        _write(b"\xc0" + frame.replace(b"\x04", b"\xdb\xde") + b"\xc0")

    def turn(self):
        if self._rows and time.ticks_diff(lab.ticks(), self._first) > self._hold:
            self.finish()  # rows that come when something happens may come alone


def _number(one):
    """The channel's last value, or the number that stands for none."""
    return -one.limit - 1 if one.last is None else one.last
