"""Hexes ready for the boards of one run: built once for each kind of board, kept for the next run.

Building takes half a second of this computer, thirty times that for thirty boards whose threads all wait for
each other; writing takes the boards' time, not ours.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from makerlab.boards import Board
from makerlab.errors import BadImage, FileProblem, WrongImage, system_reason
from makerlab.firmware_images.choice import choose
from makerlab.firmware_images.store import bundled_hex
from makerlab.flash import hexfile
from makerlab.flash.microbit_hex import RuntimeHex, check_files, read_runtime, with_files
from makerlab.paths import cache_dir

KEPT = 20
"""Built hexes in the cache: a school term of lessons for both boards, at 0.6 to 1.3 MB each."""


Fit = Callable[[Board, Mapping[str, bytes]], Mapping[str, bytes]]


@dataclass(frozen=True)
class Ready:
    """What goes onto a board: the whole hex, the runtime in it, all files in it."""

    runtime: RuntimeHex
    files: Mapping[str, bytes]
    data: bytes


class Firmware:
    """What every micro:bit of a run gets: `files` (name -> content), with the runtime of `image` (a hex file)
    or, without one, that in the package (of `version`; "" for any). `fit` may change the files for a kind of
    board (shorten programs for one with little memory). For any number of threads."""

    def __init__(
        self,
        files: Mapping[str, bytes],
        image: Path | None = None,
        fit: Fit = lambda _board, files: files,
        version: str = "",
    ) -> None:
        self.files = files
        self.fit = fit
        self.image = image
        self.version = version
        self._lock = threading.Lock()
        self._ready: dict[str, Ready] = {}
        self._wrong: dict[str, WrongImage] = {}

    def ready(self, board: Board, port: str) -> Ready:
        """For one board. Raises NoSuchImage, FileProblem, BadImage, WrongImage, and what `check_files`
        raises."""
        with self._lock:
            if board.key in self._wrong:
                raise WrongImage(**{**self._wrong[board.key].facts, "port": port})
            if board.key not in self._ready:
                try:
                    self._ready[board.key] = self._make(board, port)
                except WrongImage as error:
                    self._wrong[board.key] = error
                    raise
            return self._ready[board.key]

    def _make(self, board: Board, port: str) -> Ready:
        files = self.fit(board, self.files)
        check_files(files, board)  # before half a second is spent on the runtime
        content, name = self._content(board)
        runtime = read_runtime(content, name, board, port)
        return Ready(runtime, {**runtime.files, **files}, _built(runtime, files, board))

    def _content(self, board: Board) -> tuple[bytes, str]:
        if self.image is None:
            image = choose(board, self.version)
            return bundled_hex(image), image.file
        try:
            with self.image.open("rb") as file:
                return file.read(hexfile.MAX_BYTES + 1), self.image.name
        except OSError as error:
            raise FileProblem(path=self.image, detail=system_reason(error)) from None


def _built(runtime: RuntimeHex, files: Mapping[str, bytes], board: Board) -> bytes:
    """The hex with the files in it: from the cache, or made and put there. A cache that cannot be used is no
    error; what it holds is checked before it is believed."""
    kept = cache_dir() / "microbit" / f"{_digest(runtime.text, files)}.hex"
    with contextlib.suppress(OSError, BadImage):
        data = kept.read_bytes()
        hexfile.read(data, kept.name)
        os.utime(kept)
        return data
    data = with_files(runtime, files, board).encode("ascii")
    with contextlib.suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        written = kept.with_name(f"{kept.stem}.{os.getpid()}.tmp")
        written.write_bytes(data)
        written.replace(kept)
        by_age = sorted(kept.parent.glob("*.hex"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in by_age[KEPT:]:
            old.unlink()
    return data


def _digest(text: str, files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256(text.encode("ascii"))
    for name, data in files.items():
        digest.update(f"\0{name}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()
