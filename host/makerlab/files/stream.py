"""How the contents of files cross the line to a board: chunks, blocks and acknowledgements. Pure.

A program on the board (`board_side`) reads the line itself, which needs no text form of the bytes and no
compiler: one byte of a file is one byte on the line, or less where the board can inflate.

    board:  ACK                                     ready for a chunk; whatever came before is on the flash
    host:   4 hex digits: length
            so many bytes, in blocks of B           escaped (TO_BOARD), so that Ctrl-C always means Ctrl-C;
                                                    deflated where the board can inflate
    board:  ACK after each block but the last       read, so the next may come

Never more than `in_flight` bytes are on their way that the board has not acknowledged: its receive buffer
holds them even while it is busy. And none at all are while it writes to its flash: an ESP32 and an nRF51 take
no interrupts then, so bytes would be lost.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

ACK = "\x06"


class Escape(NamedTuple):
    """Replacements, to be made in this order, that keep one byte off the line (in the way of SLIP, RFC 1055)
    and that bring it back. The escape is a character, and a rare one, because it stands in the programs."""

    do: tuple[tuple[bytes, bytes], ...]
    undo: tuple[tuple[bytes, bytes], ...]

    @property
    def doing(self) -> str:
        """What a program appends to an expression to hide the byte in it."""
        return "".join(f".replace({old!r},{new!r})" for old, new in self.do)

    @property
    def undoing(self) -> str:
        return "".join(f".replace({old!r},{new!r})" for old, new in self.undo)

    def hide(self, data: bytes) -> bytes:
        for plain, coded in self.do:
            data = data.replace(plain, coded)
        return data

    def show(self, data: bytes) -> bytes:
        for coded, plain in self.undo:
            data = data.replace(coded, plain)
        return data


def _escape(byte: bytes) -> Escape:
    pairs = (b"~", b"~b"), (byte, b"~a")
    return Escape(pairs, tuple((coded, plain) for plain, coded in reversed(pairs)))


TO_BOARD = _escape(b"\x03")
"""A Ctrl-C in a file would stop the program that receives it; without one, Ctrl-C stops it at any moment."""
FROM_BOARD = _escape(b"\x04")
"""A 04 ends a program's output in the raw REPL."""

WINDOW_BITS = 13
"""Deflate looks back 8 KB at most: memory that any ESP32 has."""
MIN_CHUNK_BYTES, MAX_CHUNK_BYTES = 512, 8192
HEAP_SHARE = 12
"""A chunk on the line is at most this part of a board's heap: in blocks, joined and unescaped it is there
three times for a moment, and inflated as well."""
INFLATED_SHARE = 2
"""Inflated, a chunk has at most so many times the bytes of the largest one on the line."""
MAX_BLOCK_BYTES = 64
"""Larger ones gain nothing: the line would rest longer until an acknowledgement arrives."""
HEADER_BYTES = 4


@dataclass(frozen=True)
class Chunk:
    """What goes in one piece: `wire` with its header, for `size` bytes of files."""

    size: int
    wire: bytes


def chunk_bytes(heap_bytes: int) -> int:
    """How large chunks may be for a board with so much heap: a power of two."""
    size = MIN_CHUNK_BYTES
    while 2 * size <= min(heap_bytes // HEAP_SHARE, MAX_CHUNK_BYTES):
        size *= 2
    return size


def block_bytes(in_flight: int) -> int:
    """How large blocks are for a board that takes `in_flight` bytes unacknowledged: at least two fit, so that
    one is on its way while the other is acknowledged."""
    return min((in_flight - HEADER_BYTES) // 2, MAX_BLOCK_BYTES)


def pack(contents: Iterable[bytes], size: int, inflates: bool) -> list[Chunk]:
    """Files, one after the other, as chunks of at most `size` bytes on the line (escapes aside); deflated for
    a board that `inflates`."""
    data = b"".join(contents)
    chunks: list[Chunk] = []
    while data:
        piece = data[: size * INFLATED_SHARE] if inflates else data[:size]
        body = _deflate(piece) if inflates else piece
        if len(body) > size:
            piece = data[:size]
            body = _deflate(piece)
        chunks.append(_chunk(body, len(piece)))
        data = data[len(piece) :]
    return chunks


def program(text: str, inflates: bool) -> Chunk:
    """The text of a program as one chunk, which counts for no file."""
    body = text.encode("utf-8")
    return _chunk(_deflate(body) if inflates else body, 0)


def _deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -WINDOW_BITS, 9)
    return packer.compress(data) + packer.flush()


def _chunk(body: bytes, size: int) -> Chunk:
    body = TO_BOARD.hide(body)
    return Chunk(size, b"%04x%b" % (len(body), body))


class Sender:
    """The host's side of one transfer: write what `to_send` gives, feed what arrives to `receive`."""

    def __init__(self, chunks: Sequence[Chunk], block: int, in_flight: int) -> None:
        self._chunks = list(chunks)
        self._block = block
        self._in_flight = max(in_flight, block + HEADER_BYTES)
        self._chunk = Chunk(0, b"")
        self._sent = self._acknowledged = 0  # bytes of the chunk's wire
        self._done = 0
        self._due = sum(-(-(len(chunk.wire) - HEADER_BYTES) // block) for chunk in chunks)
        self.answer = b""
        """What the board said that was no acknowledgement: its result."""

    @property
    def done(self) -> int:
        """Bytes of the files that the board has."""
        if not self._chunk.wire:
            return self._done
        return self._done + self._chunk.size * self._acknowledged // len(self._chunk.wire)

    def to_send(self) -> bytes:
        """What may go now; empty when the board has to acknowledge something first."""
        end = min(len(self._chunk.wire), self._acknowledged + self._in_flight)
        # Whole blocks only: a piece of one would not be acknowledged, so nothing is gained by it.
        if end < len(self._chunk.wire):
            end -= max(0, end - HEADER_BYTES) % self._block
        data = self._chunk.wire[self._sent : end]
        self._sent += len(data)
        return data

    def receive(self, data: bytes) -> None:
        """Take what the board said. After the last acknowledgement that is due, anything is its answer."""
        while data and self._due:
            said, mark, data = data.partition(ACK.encode())
            self.answer += said
            if mark:
                self._due -= 1
                self._acknowledge()
        self.answer += data

    def _acknowledge(self) -> None:
        body = len(self._chunk.wire) - HEADER_BYTES
        read = self._acknowledged - HEADER_BYTES if self._acknowledged else 0
        if self._chunk.wire and read + self._block < body:
            self._acknowledged = HEADER_BYTES + read + self._block
            return
        self._done += self._chunk.size
        self._chunk = self._chunks.pop(0) if self._chunks else Chunk(0, b"")
        self._sent = self._acknowledged = 0
