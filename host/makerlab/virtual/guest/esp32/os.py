# The module os of an ESP32. What the runtime has (uos) is completed with what it lacks.

import sys
from uos import chdir, getcwd, listdir, mkdir, mount, remove, rename, rmdir, stat, umount, unlink
from uos import ilistdir as _ilistdir

from _board import ask

sep = "/"


def uname():
    from collections import namedtuple

    version = sys.version.split("; ")[1].split(" ", 1)[1]
    release = ".".join([str(number) for number in sys.implementation.version[:3]])
    fields = ("sysname", "nodename", "release", "version", "machine")
    return namedtuple("uname", fields)("esp32", "esp32", release, version, sys.implementation._machine)


def urandom(n):
    with open("/dev/urandom", "rb") as source:
        return source.read(n)


def statvfs(path):
    stat(path)
    block, blocks, free = [int(word) for word in ask("flash.size").split()]
    return (block, block, blocks, free, free, 0, 0, 0, 0, 255)


def ilistdir(path="."):
    for entry in _ilistdir(path):
        if len(entry) == 3:  # on the flash; a file system that was mounted knows its sizes itself
            name, kind = entry[:2]
            folder = path if isinstance(path, str) else path.decode()
            full = folder.rstrip("/") + "/" + (name if isinstance(name, str) else name.decode())
            entry = (name, kind, 0, 0 if kind == 0x4000 else stat(full)[6])
        yield entry


def sync():
    pass
