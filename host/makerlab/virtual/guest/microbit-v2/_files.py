# Files as a micro:bit has them (codal_port/microbitfs.c): no folders, so a "/" in a name is a character like
# others, and only reading from the start to the end, or writing anew.

from _inside import listdir, open_file, remove, stat

_SLASH = "\x1c"  # stands for "/" in the names that the virtual board's own file system sees
_LONGEST = 120  # bytes of a name
_ENOENT, _EBADF, _ENOSPC = 2, 9, 28


def there(name):
    """`name` as the file system below knows it; raises OSError if there is no such file."""
    inner = _inner(name)
    if inner not in listdir():
        raise OSError(_ENOENT)
    return inner


def names():
    return [name.replace(_SLASH, "/") for name in listdir()]


def size(name):
    return stat(there(name))[6]


def delete(name):
    remove(there(name))


def _inner(name):
    if isinstance(name, bytes):
        name = str(name, "utf-8")
    return name.replace("/", _SLASH)


class FileIO:
    def __init__(self, name, inner, file, writable):
        self._name = name
        self._inner = inner
        self._file = file
        self._writable = writable

    def _for(self, writing):
        if self._file is None:
            raise ValueError("I/O operation on closed file")
        if self._writable != writing:
            raise OSError(_EBADF)
        return self._file

    def read(self, *size):
        return self._for(False).read(*size)

    def readinto(self, *buffer):
        return self._for(False).readinto(*buffer)

    def readline(self, *size):
        return self._for(False).readline(*size)

    def write(self, data):
        file = self._for(True)
        try:
            count = file.write(data)
            if count == len(data):
                return count
        except OSError as error:
            if error.errno != _ENOSPC:
                raise
        # No room for all of it: then nothing is left of the file.
        self.close()
        remove(self._inner)
        raise OSError(_ENOSPC)

    def close(self):
        if self._file is not None:
            self._file.close()
            self._file = None

    def name(self):
        return self._name

    def writable(self):
        return self._writable

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.close()


class TextIO(FileIO):
    pass


def open(name, mode="r"):
    read = text = None
    for letter in mode:
        if letter in "rw" and read is None:
            read = letter == "r"
        elif letter in "bt" and text is None:
            text = letter == "t"
        else:
            raise ValueError("illegal mode")
    inner = _inner(name)
    if len(inner.encode()) > _LONGEST:
        raise OSError(_ENOENT)
    writing = read is False
    kind = "w" if writing else "r"
    if text is False:
        return FileIO(name, inner, open_file(inner, kind + "b"), writing)
    return TextIO(name, inner, open_file(inner, kind), writing)
