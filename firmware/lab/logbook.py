"""logbook: lab without a cable. What is measured is kept on the board. 不接电脑的 lab：数据存在板里。

    from logbook import channel, run     # instead of: from lab import channel, run
    channel("temperature", "degC", sensor.temperature_c, 0.01)
    run(0.1)                             # every ten seconds 每 10 秒测一次

Run it once with `maker run`, which puts what it needs on the board; put it there as main.py (`maker put
fridge.py main.py`), unplug the board, give it a battery. Back at the computer fetch the files log-0001.txt,
log-0002.txt, ... (`maker get log-0001.txt`): they hold what lab would have sent, and can be read in any editor.
先用 maker run 运行一次，再存成 main.py，换电池供电；回来以后用 maker get 取回 log-0001.txt 等文件。

When the flash is full, the oldest file makes room. A row is safe as soon as it was written, even if the battery
fails in the middle of the next; rows that come faster than ten a second (on a micro:bit: one a second) are
written together every so often. A micro:bit V2 has room for about 200 rows of three channels.

存满以后，最早的文件会被删掉腾出地方。随时断电也不会丢掉已经写好的数据。

For ESP32 boards and micro:bit V2; a V1 has no memory for it.
"""

import os
import sys
import time

import lab
from lab import changed, channel, event, event_when, tare

_SMALL = sys.platform == "microbit"
_FILE_BYTES = 700 if _SMALL else 32768  # then another file begins: the oldest goes as a whole
# Rows that come faster are written together. An ESP32 erases 4 KB for every write, which takes 50 ms; the flash
# of a micro:bit wears out after some 600,000 writes.
_SAVE_MS = 1000 if _SMALL else 100
_RESERVE_BYTES = 65536  # left free on an ESP32, whose file system needs room to write safely


def run(hz=1, name="lab", when=None, idle=None):
    """As lab's, to files instead of the cable. 和 lab 的 run 一样，只是存进文件。"""
    _Logbook(hz, name, when, idle).run()


class _Logbook(lab.Measuring):
    def __init__(self, hz, name, when, idle):
        self._files = _Rewritten() if _SMALL else _Appended()
        self._waiting = ""  # lines that are not written yet
        self._first = 1  # number of the first row that is among them, or comes next
        self._saved = time.ticks_ms()
        super().__init__(hz, name, when, idle)
        print("recording in %s 正在记录到 %s" % (self._files.name, self._files.name))

    def run(self):
        lab.say_to(self._note)
        try:
            super().run()
        finally:
            lab.say_to(print)
            self._save()

    def send(self, seq, now, values):
        self._note(lab.row(seq, now, values))

    def turn(self):
        if self._waiting and time.ticks_diff(time.ticks_ms(), self._saved) >= _SAVE_MS:
            self._save()

    def interrupted(self):
        pass  # nothing was printed that could be cut

    def _note(self, *words):
        self._waiting += " ".join([str(word) for word in words]) + "\n"

    def _save(self):
        self._saved = time.ticks_ms()
        if self._waiting:
            rows = self.seq + 1 - self._first
            self._files.add(self._waiting, self.header_line(self._first) + "\n", rows)
            self.dropped = self._files.dropped
        self._waiting = ""
        self._first = self.seq + 1


class _Files:
    """The files of the logbook, log-0001.txt and so on, of which the last is being written."""

    def __init__(self):
        self._names = sorted([one for one in os.listdir() if one.startswith("log-") and one.endswith(".txt")])
        self._size = _FILE_BYTES  # of the last one: never go on in a file that a power cut may have ended
        self._rows = {}  # how many of this run are in each, by its number
        self.dropped = 0  # rows of this run that had to go again
        self._choose()

    def add(self, text, header, rows):
        """Write `text`, which has so many rows; a new file begins with `header`. It is on the flash when this
        returns.

        Raises OSError when there is no room and no older file to remove.
        """
        while True:
            try:
                lines = text
                if self._size >= _FILE_BYTES:
                    self._begin()
                    self._size = 0
                    if not text.startswith("#K"):
                        lines = header + text
                self._write(lines)
                self._size += len(lines)
                number = self.name[4:8]
                self._rows[number] = self._rows.get(number, 0) + rows
                return
            except OSError:
                self._size = _FILE_BYTES  # it may have ended in the middle of a row
                if not self._names or self._names[0] == self.name:
                    raise OSError("the flash is full 存储空间满了")
                oldest = self._names.pop(0)
                os.remove(oldest)
                self.dropped += self._rows.pop(oldest[4:8], 0)

    def _choose(self):
        """The name of the next file."""
        last = int(self._names[-1][4:8]) if self._names else 0
        self.name = "log-%04d.txt" % (last + 1)


class _Appended(_Files):
    """On an ESP32, whose file system keeps everything up to the last flush() over a power cut."""

    _file = None

    def _begin(self):
        if self._file:
            self._file.close()
            self._file = None
            self._choose()
        block, _, _, free = os.statvfs("/")[:4]
        if block * free < _RESERVE_BYTES:
            raise OSError
        self._file = open(self.name, "w")
        self._names.append(self.name)

    def _write(self, text):
        self._file.write(text)
        self._file.flush()


class _Rewritten(_Files):
    """On a micro:bit, whose files can only be written anew, and are whole only when they were closed: always
    into another file first, and then the one before is removed."""

    _text = ""

    def __init__(self):
        super().__init__()
        for name in [one for one in self._names if one[8] == "b"]:  # a power cut came between the two
            other = name.replace("b", "")
            if other in self._names:
                worse = min(name, other, key=_readable)
                os.remove(worse)
                self._names.remove(worse)

    def _begin(self):
        if self._text:
            self._choose()
        self._text = ""

    def _write(self, text):
        old = self.name
        new = old.replace("b", "") if "b" in old else old.replace(".", "b.")
        with open(new, "w") as file:
            file.write(self._text + text)
        self._text += text
        self.name = new
        if old in self._names:
            self._names.remove(old)
            os.remove(old)
        self._names.append(new)


def _readable(name):
    """How much can be read of a file: the length that the board says is wrong for one that was not closed."""
    with open(name) as file:
        return len(file.read())
