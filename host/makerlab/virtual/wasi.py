"""What the guest's C library asks its system for (WASI preview 1), answered by a board instead of an
operating system: files from its flash, time from its clock, standard input and output on its serial line.

Only what the artifact imports is here. Numbers and layouts: WASI preview 1, witx/typenames.witx; errors are
the board's own (newlib's), which the C library hands through.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from makerlab.virtual.artifact import EBADF_WASI, EINTR, RAW_STDERR, RAW_STDIN, RAW_STDOUT
from makerlab.virtual.clock import Clock
from makerlab.virtual.flash import (
    EINVAL,
    EISDIR,
    EMFILE,
    ENOENT,
    ENOTDIR,
    EROFS,
    File,
    Flash,
    FlashError,
    Folder,
    Path,
    resolve,
)  # fmt: skip
from makerlab.virtual.hardware.part import Refused
from makerlab.virtual.runtime import Guest

EBADF, EEXIST, EFBIG, ESPIPE = 9, 17, 27, 29
_OK = 0

STDIN, STDOUT, STDERR, ROOT = 0, 1, 2, 3
_FIRST_FILE = 20
MAX_OPEN_FILES = 64

ROM = ".board"
"""Folder of the modules a board has built in; it can be read and imported from, and is in no listing."""
SOURCE = "<stdin>"
"""The name, in any folder, under which the program that comes over the serial line is read."""
_ENTROPY = {("dev", "random"), ("dev", "urandom")}

_CHARACTER_DEVICE, _DIRECTORY, _REGULAR_FILE = 2, 3, 4
_CREATE, _MUST_BE_FOLDER, _EXCLUSIVE, _TRUNCATE = 1, 2, 4, 8  # oflags
_APPEND = 1  # fdflags
_RIGHT_WRITE = 1 << 6
_ALL_RIGHTS = (1 << 30) - 1
_SEEK_RIGHTS = 1 << 2 | 1 << 5
_MONOTONIC = 1
_ABSOLUTE_TIME = 1
_CLOCK, _FD_READ = 0, 1  # event types; 2 is fd_write

SECONDS_TO_2000 = 946_684_800
"""From 1970 to 2000, where an ESP32 that nobody has told the time begins."""

_LINE_END = re.compile(rb"(?<!\r)\n")
"""As a board's print() ends its lines with CR LF; the line editor writes CR LF itself."""

MAX_IO_BYTES = 1 << 20
"""In one call; a guest may ask for any number."""


class Board(Protocol):
    """What the system calls need of the board they run on."""

    clock: Clock
    flash: Flash
    rom: dict[str, bytes]
    guest: Guest

    def uptime_s(self) -> float: ...

    def wall_s(self) -> float:
        """Seconds since 2000 by the board's clock."""

    def wait(self, ready: Callable[[], bool], until: float | None) -> bool | None:
        """Until `ready`: True; until the time (of `clock`) `until`: False; None when interrupted."""

    def console_read(self, count: int) -> bytes | None:
        """At least one byte from the serial line; None when interrupted."""

    def console_write(self, data: bytes) -> None: ...

    def console_readable(self) -> bool: ...

    def source_read(self, count: int) -> bytes | None:
        """Some of the program that comes over the line, b"" at its end; None when interrupted."""

    def source_close(self) -> None: ...

    def host_call(self, name: str, payload: str) -> str:
        """Answer a guest module's question. Raises OSError, which the guest's module raises again."""


@dataclass
class _Open:
    """An open file or folder. `file` is None for a folder, a device or the program on the line."""

    path: Path
    node: File | Folder | None
    position: int = 0
    append: bool = False
    writable: bool = False
    kind: str = "flash"  # or rom, source, entropy


class Wasi:
    """The imports of one guest, as methods named like them (`functions` gives them by name)."""

    RESULT_BYTES = 1024
    """The guest keeps a buffer of this size for answers of host_call."""

    def __init__(self, board: Board, arguments: list[str]) -> None:
        self._board = board
        self._arguments = [argument.encode() + b"\0" for argument in arguments]
        self._open: dict[int, _Open] = {}

    def functions(self) -> dict[str, Callable[..., int | None]]:
        names = (
            "args_get args_sizes_get environ_get environ_sizes_get clock_time_get fd_close fd_fdstat_get "
            "fd_prestat_get fd_prestat_dir_name fd_read fd_readdir fd_seek fd_sync fd_write "
            "path_create_directory path_filestat_get path_open path_readlink path_remove_directory "
            "path_rename path_unlink_file poll_oneoff proc_exit sched_yield host_call host_result_cap"
        )
        return {name: _answering(getattr(self, name)) for name in names.split()}

    # -- the bridge for the guest's modules --------------------------------------------------------------

    def host_result_cap(self) -> int:
        return self.RESULT_BYTES

    def host_call(self, name: int, name_size: int, payload: int, size: int, result: int, room: int) -> int:
        """The answer's length; the answer begins with "=", or is "!" and an error number, or "!", the name of
        an exception and its text."""
        try:
            text = self._read(payload, size).decode("utf-8")
            answer = "=" + self._board.host_call(self._read(name, name_size).decode("utf-8"), text)
        except OSError as error:
            answer = f"!{error.errno or 5}"
        except Refused as error:
            answer = f"!{error.kind} {error.text}"
        except ValueError:
            answer = f"!{EINVAL}"
        data = answer.encode("utf-8")[: min(room, self.RESULT_BYTES)]
        self._write(result, data)
        return len(data)

    # -- the program's start and end ---------------------------------------------------------------------

    def args_sizes_get(self, count: int, size: int) -> int:
        self._write(count, struct.pack("<I", len(self._arguments)))
        self._write(size, struct.pack("<I", sum(map(len, self._arguments))))
        return _OK

    def args_get(self, pointers: int, at: int) -> int:
        for index, argument in enumerate(self._arguments):
            self._write(pointers + 4 * index, struct.pack("<I", at))
            self._write(at, argument)
            at += len(argument)
        return _OK

    def environ_sizes_get(self, count: int, size: int) -> int:
        self._write(count, bytes(4))
        self._write(size, bytes(4))
        return _OK

    def environ_get(self, pointers: int, at: int) -> int:
        return _OK

    def proc_exit(self, code: int) -> None:
        raise RuntimeError(f"the runtime ended with {code}")

    # -- time --------------------------------------------------------------------------------------------

    def clock_time_get(self, which: int, _precision: int, at: int) -> int:
        board = self._board
        seconds = board.uptime_s() if which == _MONOTONIC else board.wall_s() + SECONDS_TO_2000
        self._write(at, struct.pack("<Q", int(seconds * 1e9)))
        return _OK

    def sched_yield(self) -> int:
        return _OK

    def poll_oneoff(self, subscriptions: int, events: int, count: int, count_at: int) -> int:
        """Sleep, or wait for standard input, as select.poll and time.sleep want it."""
        board = self._board
        until: float | None = None
        timer = 0
        asked: list[tuple[int, int, int]] = []  # user data, event type, file number
        for index in range(min(count, 32)):
            item = self._read(subscriptions + 48 * index, 48)
            userdata, kind = struct.unpack_from("<QB", item)
            if kind == _CLOCK:
                which, timeout, _precision, flags = struct.unpack_from("<I4xQQH", item, 16)
                seconds = timeout / 1e9
                if flags & _ABSOLUTE_TIME:
                    seconds -= board.uptime_s() if which == _MONOTONIC else board.wall_s() + SECONDS_TO_2000
                due = board.clock.now() + max(0.0, seconds)
                if until is None or due < until:
                    until, timer = due, userdata
            else:
                asked.append((userdata, kind, struct.unpack_from("<I", item, 16)[0]))

        def ready() -> list[tuple[int, int, int]]:
            return [ask for ask in asked if ask[1] != _FD_READ or self._readable(ask[2])]

        came = board.wait(lambda: bool(ready()), until)
        if came is None:
            return EINTR
        happened = [struct.pack("<QHB5xQH6x", user, 0, kind, 1, 0) for user, kind, _file in ready()]
        if not happened:
            happened = [struct.pack("<QHB5xQH6x", timer, 0, _CLOCK, 0, 0)]
        self._write(events, b"".join(happened))
        self._write(count_at, struct.pack("<I", len(happened)))
        return _OK

    def _readable(self, number: int) -> bool:
        return number not in (STDIN, RAW_STDIN) or self._board.console_readable()

    # -- open files --------------------------------------------------------------------------------------

    def fd_prestat_get(self, number: int, at: int) -> int:
        if number != ROOT:
            return EBADF_WASI
        self._write(at, struct.pack("<II", 0, 1))
        return _OK

    def fd_prestat_dir_name(self, number: int, at: int, size: int) -> int:
        self._write(at, b"/"[:size])
        return _OK

    def fd_fdstat_get(self, number: int, at: int) -> int:
        kind, rights = _CHARACTER_DEVICE, _ALL_RIGHTS & ~_SEEK_RIGHTS
        if number == ROOT:
            kind, rights = _DIRECTORY, _ALL_RIGHTS
        elif number >= _FIRST_FILE:
            entry = self._file(number)
            kind = _DIRECTORY if isinstance(entry.node, Folder) else _REGULAR_FILE
            rights = _ALL_RIGHTS
        self._write(at, struct.pack("<BxH4xQQ", kind, 0, rights, rights))
        return _OK

    def fd_close(self, number: int) -> int:
        entry = self._open.pop(number, None)
        if entry is None:
            return EBADF
        if entry.kind == "source":
            self._board.source_close()
        elif entry.kind == "flash" and isinstance(entry.node, File):
            self._board.flash.save(entry.path, entry.node)
        return _OK

    def fd_sync(self, number: int) -> int:
        if number >= _FIRST_FILE:
            entry = self._file(number)
            if entry.kind == "flash" and isinstance(entry.node, File):
                self._board.flash.save(entry.path, entry.node)
        return _OK

    def fd_read(self, number: int, vectors: int, count: int, done: int) -> int:
        spaces = self._vectors(vectors, count)
        wanted = min(MAX_IO_BYTES, sum(size for _at, size in spaces))
        data = self._read_file(number, wanted)
        if data is None:
            return EINTR
        self._write(done, struct.pack("<I", len(data)))
        for at, size in spaces:
            self._write(at, data[:size])
            data = data[size:]
        return _OK

    def _read_file(self, number: int, count: int) -> bytes | None:
        board = self._board
        if count == 0:
            return b""
        if number in (STDIN, RAW_STDIN):
            data = board.console_read(count)
            # On a board, sys.stdin takes the CR that terminals send for Enter as a line's end.
            return data.replace(b"\r", b"\n") if data and number == STDIN else data
        entry = self._file(number)
        if entry.kind == "source":
            return board.source_read(count)
        if entry.kind == "entropy":
            return os.urandom(count)
        if not isinstance(entry.node, File):
            raise FlashError(EISDIR)
        data = bytes(entry.node.data[entry.position : entry.position + count])
        entry.position += len(data)
        return data

    def fd_write(self, number: int, vectors: int, count: int, done: int) -> int:
        left = MAX_IO_BYTES
        pieces = []
        for at, size in self._vectors(vectors, count):
            pieces.append(self._read(at, min(size, left)))
            left -= len(pieces[-1])
        data = b"".join(pieces)
        written = len(data)
        if number in (STDOUT, STDERR):
            self._board.console_write(_LINE_END.sub(b"\r\n", data))
        elif number in (RAW_STDOUT, RAW_STDERR):
            self._board.console_write(data)
        else:
            entry = self._file(number)
            if not entry.writable or not isinstance(entry.node, File):
                raise FlashError(EBADF)
            if entry.append:
                entry.position = len(entry.node.data)
            written = 0
            if data:
                now = self._board.wall_s()
                written = self._board.flash.write(entry.node, entry.position, data, now)
                entry.position += written
        self._write(done, struct.pack("<I", written))
        return _OK

    def fd_seek(self, number: int, offset: int, whence: int, at: int) -> int:
        if number < _FIRST_FILE:
            return ESPIPE
        entry = self._file(number)
        size = len(entry.node.data) if isinstance(entry.node, File) else 0
        offset = offset - (1 << 64) if offset >> 63 else offset
        position = offset + (0, entry.position, size)[min(whence, 2)]
        if position < 0:
            return EINVAL
        if position > self._board.flash.blocks * self._board.flash.layout.block:
            return EFBIG
        entry.position = position
        self._write(at, struct.pack("<Q", position))
        return _OK

    def fd_readdir(self, number: int, at: int, size: int, cookie: int, used: int) -> int:
        folder = self._board.flash.root if number == ROOT else self._file(number).node
        if not isinstance(folder, Folder):
            return ENOTDIR
        data = b""
        for index, (name, node) in enumerate(list(folder.entries.items())[cookie:], cookie):
            text = name.encode("utf-8")
            kind = _DIRECTORY if isinstance(node, Folder) else _REGULAR_FILE
            data += struct.pack("<QQIB3x", index + 1, 1, len(text), kind) + text
            if len(data) >= size:
                break  # a name cut off tells the library to ask again from there
        self._write(at, data[:size])
        self._write(used, struct.pack("<I", min(len(data), size)))
        return _OK

    # -- names -------------------------------------------------------------------------------------------

    def path_open(
        self, base: int, _follow: int, name: int, size: int, how: int,
        rights: int, _inheriting: int, flags: int, result: int,
    ) -> int:  # fmt: skip
        if len(self._open) >= MAX_OPEN_FILES:
            return EMFILE
        path = self._path(base, name, size)
        write = bool(rights & _RIGHT_WRITE) or bool(how & (_CREATE | _TRUNCATE))
        entry = self._special(path)
        if entry is None:
            entry = self._open_flash(path, how, write, bool(flags & _APPEND))
        elif write and entry.kind != "entropy":
            return EROFS
        number = next(n for n in range(_FIRST_FILE, _FIRST_FILE + MAX_OPEN_FILES) if n not in self._open)
        self._open[number] = entry
        self._write(result, struct.pack("<I", number))
        return _OK

    def _open_flash(self, path: Path, how: int, write: bool, append: bool) -> _Open:
        flash = self._board.flash
        try:
            node = flash.find(path)
        except FlashError as error:
            if error.errno != ENOENT or not how & _CREATE:
                raise
            node = flash.create(path, self._board.wall_s())
        else:
            if how & _CREATE and how & _EXCLUSIVE:
                raise FlashError(EEXIST)
            if isinstance(node, Folder) and not how & _MUST_BE_FOLDER:
                raise FlashError(EISDIR)
            if isinstance(node, File) and how & _MUST_BE_FOLDER:
                raise FlashError(ENOTDIR)
            if isinstance(node, File) and how & _TRUNCATE:
                flash.resize(node, 0)
        return _Open(path, node, append=append, writable=write)

    def _special(self, path: Path) -> _Open | None:
        """The built-in modules, the random numbers' device, the program on the line: not on the flash."""
        if path[:1] == (ROM,):
            data = self._board.rom.get("/".join(path[1:]))
            if data is None:
                raise FlashError(ENOENT)
            return _Open(path, File(path[-1], bytearray(data)), kind="rom")
        if path in _ENTROPY:
            return _Open(path, None, kind="entropy")
        if path and path[-1] == SOURCE:
            return _Open(path, None, kind="source")
        return None

    def path_filestat_get(self, base: int, _follow: int, name: int, size: int, at: int) -> int:
        path = self._path(base, name, size)
        special = self._special(path)
        node = special.node if special else self._board.flash.find(path)
        kind = _DIRECTORY if isinstance(node, Folder) else _REGULAR_FILE
        length = len(node.data) if isinstance(node, File) else 0
        # MicroPython on an ESP32 counts a file's time from 2000 on, and so do we.
        changed = int(node.changed_s * 1e9) if node else 0
        self._write(at, struct.pack("<QQB7xQQQQQ", 1, 1, kind, 1, length, changed, changed, changed))
        return _OK

    def path_create_directory(self, base: int, name: int, size: int) -> int:
        self._board.flash.mkdir(self._flash_path(base, name, size), self._board.wall_s())
        return _OK

    def path_remove_directory(self, base: int, name: int, size: int) -> int:
        self._board.flash.remove(self._flash_path(base, name, size), folder=True)
        return _OK

    def path_unlink_file(self, base: int, name: int, size: int) -> int:
        self._board.flash.remove(self._flash_path(base, name, size), folder=False)
        return _OK

    def path_rename(self, base: int, name: int, size: int, to: int, new: int, new_size: int) -> int:
        old = self._flash_path(base, name, size)
        self._board.flash.rename(old, self._flash_path(to, new, new_size))
        for entry in self._open.values():
            if entry.path[: len(old)] == old:  # an open file goes on under its new name
                entry.path = self._flash_path(to, new, new_size) + entry.path[len(old) :]
        return _OK

    def path_readlink(self, _base: int, _name: int, _size: int, _at: int, _room: int, _used: int) -> int:
        return EINVAL  # there are no links

    def _path(self, base: int, name: int, size: int) -> Path:
        try:
            text = self._read(name, min(size, 4096)).decode("utf-8")
        except UnicodeDecodeError:
            raise FlashError(EINVAL) from None
        start = () if base == ROOT else self._file(base).path
        return resolve("/".join((*start, text)))

    def _flash_path(self, base: int, name: int, size: int) -> Path:
        path = self._path(base, name, size)
        if self._is_special(path):
            raise FlashError(EROFS)
        return path

    def _is_special(self, path: Path) -> bool:
        return path[:1] == (ROM,) or path in _ENTROPY or path[-1:] == (SOURCE,)

    # -- the guest's memory ------------------------------------------------------------------------------

    def _file(self, number: int) -> _Open:
        entry = self._open.get(number)
        if entry is None:
            raise FlashError(EBADF)
        return entry

    def _vectors(self, at: int, count: int) -> list[tuple[int, int]]:
        data = self._read(at, 8 * min(count, 64))
        return [struct.unpack_from("<II", data, 8 * index) for index in range(len(data) // 8)]

    def _read(self, at: int, size: int) -> bytes:
        return self._board.guest.read(at, size)

    def _write(self, at: int, data: bytes) -> None:
        self._board.guest.write(at, data)


def _answering(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """`function`, with its FlashError as the error number it returns."""

    def call(*arguments: int) -> int | None:
        try:
            return function(*arguments)
        except FlashError as error:
            return error.errno

    return call
