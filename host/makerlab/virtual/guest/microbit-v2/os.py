# The module os of a micro:bit V2: a flat file system, so listdir() takes no argument, and nothing is renamed.

import sys
from collections import namedtuple

import _files

_REGULAR_FILE = 0x8000


def uname():
    fields = ("sysname", "nodename", "release", "version", "machine")
    version = "micro:bit v2.1.2, virtual (makerlab); MicroPython " + sys.version.split("; ")[1].split(" ", 1)[1]
    return namedtuple("uname", fields)("microbit", "microbit", "2.1.2", version, sys.implementation._machine)


def listdir():
    return _files.names()


def ilistdir():
    for name in _files.names():
        yield (name, _REGULAR_FILE, 0)


def size(name):
    return _files.size(name)


def remove(name):
    _files.delete(name)


def stat(name):
    return (_REGULAR_FILE, 0, 0, 0, 0, 0, _files.size(name), 0, 0, 0)
