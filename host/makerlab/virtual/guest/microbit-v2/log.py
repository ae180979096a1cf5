# The module log of a micro:bit V2. A virtual board has no MY_DATA drive: rows can be seen on the serial line
# (set_mirroring), and are not kept.

from utime import ticks_ms

MILLISECONDS, SECONDS, MINUTES, HOURS, DAYS = 1, 10, 600, 36000, 864000
_NAMES = {1: "milliseconds", 10: "seconds", 600: "minutes", 36000: "hours", 864000: "days"}

_labels = []
_timestamp = MILLISECONDS
_mirroring = False


def set_labels(*labels, timestamp=MILLISECONDS):
    global _timestamp, _labels
    _timestamp = timestamp
    _labels = []
    _add_labels(labels)


def set_mirroring(serial):
    global _mirroring
    _mirroring = bool(serial)


def delete(full=False):
    global _labels
    _labels = []


def add(*row, **values):
    if row:
        if len(row) > 1:
            raise ValueError("too many arguments")
        if not isinstance(row[0], dict):
            raise ValueError("expecting a dict")
        values = row[0]
    _add_labels(values)
    words = [str(values.get(label, "")) for label in _labels]
    if _timestamp:
        if _timestamp == MILLISECONDS:
            words.insert(0, str(ticks_ms()))
        else:
            words.insert(0, "%.2f" % (ticks_ms() / 100 / _timestamp))
    _mirror(words)


def _add_labels(labels):
    new = [label for label in labels if label not in _labels]
    if new:
        _labels.extend(new)
        _mirror((["Time (%s)" % _NAMES[_timestamp]] if _timestamp else []) + _labels)


def _mirror(words):
    if _mirroring:
        print(",".join(words))
