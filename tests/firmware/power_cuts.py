"""Two kinds of flash for firmware/lab/logbook.py, on which the power fails at a chosen byte.

Fakes, because the genuine runtimes cannot have their plug pulled in the middle of a write.
`files` is what can be read after the power came back.
"""

from __future__ import annotations

import errno
from types import ModuleType

CHUNK_BYTES = 126
"""Of a micro:bit's file in each 128 bytes of flash (micropython-microbit-v2, codal_port/microbitfs.c)."""
HEAD_BYTES = 2
BLOCK_BYTES = 4096


class PowerCut(BaseException):
    """Nothing of the program runs any more."""


class Flash:
    """What both have in common: an `os` and an `open` for the board, and a count of bytes until the cut."""

    def __init__(self, cut_after: int | None = None, room: int = 1 << 20) -> None:
        self.left = cut_after
        self.room = room
        """Bytes that all files together can have."""
        self.written = 0

    def os(self) -> ModuleType:
        module = ModuleType("os")
        module.__dict__.update(listdir=self.listdir, remove=self.remove, statvfs=self.statvfs)
        return module

    def power_back(self) -> None:
        self.left = None

    def _byte(self) -> None:
        self.written += 1
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise PowerCut

    def listdir(self) -> list[str]:
        raise NotImplementedError

    def remove(self, name: str) -> None:
        raise NotImplementedError

    def statvfs(self, _path: str) -> tuple[int, ...]:
        raise NotImplementedError


class Appending(Flash):
    """As an ESP32's: what was flushed stays. Of what was not, `torn` says whether a part may stand there
    (FAT) or nothing (littlefs)."""

    def __init__(self, cut_after: int | None = None, room: int = 1 << 20, *, torn: bool = False) -> None:
        super().__init__(cut_after, room)
        self.torn = torn
        self.files: dict[str, bytearray] = {}

    def open(self, name: str, mode: str = "r") -> AppendingFile:
        assert mode == "w"
        self._byte()
        self.files[name] = bytearray()
        return AppendingFile(self, name)

    def listdir(self) -> list[str]:
        return sorted(self.files)

    def remove(self, name: str) -> None:
        self._byte()
        del self.files[name]

    def statvfs(self, _path: str) -> tuple[int, ...]:
        used = sum(-(-len(data) // BLOCK_BYTES) for data in self.files.values())
        return BLOCK_BYTES, BLOCK_BYTES, self.room // BLOCK_BYTES, self.room // BLOCK_BYTES - used


class AppendingFile:
    def __init__(self, flash: Appending, name: str) -> None:
        self._flash, self._name, self._buffer = flash, name, b""

    def write(self, text: str) -> None:
        self._buffer += text.encode()

    def flush(self) -> None:
        flash, data = self._flash, self._buffer
        self._buffer = b""
        done = 0
        try:
            for done in range(len(data)):
                if flash.torn and sum(map(len, flash.files.values())) + done >= flash.room:
                    raise OSError(errno.ENOSPC)
                flash._byte()
            done = len(data)
        finally:
            if done == len(data) or flash.torn:
                flash.files[self._name] += data[:done]

    def close(self) -> None:
        self.flush()


class Rewriting(Flash):
    """As a micro:bit's: a file is written anew from its start; before it is closed only its full pieces can
    be read. Without room for more, it is gone."""

    def __init__(self, cut_after: int | None = None, room: int = 20_480) -> None:
        super().__init__(cut_after, room)
        self._content: dict[str, bytearray] = {}
        self._closed: set[str] = set()

    @property
    def files(self) -> dict[str, bytes]:
        return {name: self._readable(name) for name in self._content}

    def open(self, name: str, mode: str = "r") -> RewritingFile:
        if mode == "w":
            self._byte()
            self._content[name] = bytearray()
            self._closed.discard(name)
        return RewritingFile(self, name)

    def listdir(self) -> list[str]:
        return list(self._content)

    def remove(self, name: str) -> None:
        self._byte()
        del self._content[name]

    def _readable(self, name: str) -> bytes:
        data = bytes(self._content[name])
        if name in self._closed:
            return data
        before = HEAD_BYTES + len(name)
        return data[: max(0, (before + len(data)) // CHUNK_BYTES * CHUNK_BYTES - before)]


class RewritingFile:
    def __init__(self, flash: Rewriting, name: str) -> None:
        self._flash, self._name = flash, name

    def write(self, text: str) -> None:
        flash = self._flash
        for byte in text.encode():
            used = sum((HEAD_BYTES + len(n) + len(d)) // CHUNK_BYTES + 1 for n, d in flash._content.items())
            if used * (CHUNK_BYTES + 2) > flash.room:
                del flash._content[self._name]
                raise OSError(errno.ENOSPC)
            flash._byte()
            flash._content[self._name].append(byte)

    def read(self) -> str:
        return self._flash._readable(self._name).decode()

    def __enter__(self) -> RewritingFile:
        return self

    def __exit__(self, kind: object, *_rest: object) -> None:
        if kind is None:
            self._flash._byte()
            self._flash._closed.add(self._name)
