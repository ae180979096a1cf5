"""The flash chip of a virtual board: a file on this computer that behaves as NOR flash does.

Erasing sets whole sectors to ones, writing only ever clears bits; so something written over something else
without erasing is as broken here as it would be on a board.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
import threading
from pathlib import Path
from typing import IO

SECTOR_BYTES = 4096
ERASED = b"\xff"
SIZE_BYTES = 4 << 20
"""What most boards have."""
JEDEC_ID = 0x1640EF
"""Winbond W25Q32: its last byte says 4 MB (2 to the power of 0x16)."""
_PIECE_BYTES = 64 << 10


class NorFlash:
    """`size` bytes at `path`, or in a nameless file that is gone afterwards (None). For several threads.

    Raises OSError when the file cannot be made.
    """

    def __init__(self, path: Path | None = None, size: int = SIZE_BYTES) -> None:
        self.size = size
        self.changed = False
        """Whether anything was erased or written since it was opened."""
        self._lock = threading.Lock()
        self._file: IO[bytes]
        if path is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the board
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        # Unbuffered, and empty until the first change: a program that is killed before has changed nothing.
        path.touch()
        self._file = path.open("r+b", buffering=0)

    def _fill(self) -> None:
        """Make the file as long as the flash, before its first change; under the lock."""
        self.changed = True
        at = self._file.seek(0, io.SEEK_END)
        while at < self.size:
            at += self._file.write(ERASED * min(_PIECE_BYTES, self.size - at))

    def read(self, offset: int, size: int) -> bytes:
        """What is there; ones beyond the end."""
        with self._lock:
            self._file.seek(offset)
            data = self._file.read(max(0, min(size, self.size - offset)))
        return data + ERASED * (size - len(data))

    def erase(self, offset: int, size: int) -> None:
        """Erase all sectors that hold a byte of this."""
        start = offset // SECTOR_BYTES * SECTOR_BYTES
        end = min(self.size, -(-(offset + size) // SECTOR_BYTES) * SECTOR_BYTES)
        with self._lock:
            self._fill()
            self._file.seek(start)
            while start < end:
                piece = min(_PIECE_BYTES, end - start)
                self._file.write(ERASED * piece)
                start += piece

    def program(self, offset: int, data: bytes) -> None:
        """Clear the bits that are 0 in `data`; what lies beyond the end is lost."""
        data = data[: max(0, self.size - offset)]
        old = self.read(offset, len(data))
        if old.strip(ERASED):
            both = int.from_bytes(old, "little") & int.from_bytes(data, "little")
            data = both.to_bytes(len(data), "little")
        with self._lock:
            self._fill()
            self._file.seek(offset)
            self._file.write(data)

    def md5(self, offset: int, size: int) -> bytes:
        digest = hashlib.md5(usedforsecurity=False)
        for at in range(offset, offset + size, _PIECE_BYTES):
            digest.update(self.read(at, min(_PIECE_BYTES, offset + size - at)))
        return digest.digest()

    def close(self) -> None:
        self._file.close()
