"""Hex files for tests: the genuine runtimes, and what is made of them."""

from __future__ import annotations

from functools import cache

from micropython_microbit_fs import get_bundled_hex

from makerlab.boards import Board, catalogue
from makerlab.flash import hexfile
from makerlab.flash.hexfile import Record
from makerlab.flash.microbit_hex import RuntimeHex, read_runtime

V1: Board = catalogue().boards["microbit-v1"]
V2: Board = catalogue().boards["microbit-v2"]
NUMBERS = {V1.key: 1, V2.key: 2}
BLOCK_DATA_RECORDS = 10
"""Data records in a block of a Universal Hex by blocks, at most."""


@cache
def bundled(board: str) -> bytes:
    """The hex with nothing but the runtime."""
    return get_bundled_hex(NUMBERS[board]).content.encode("ascii")


@cache
def runtime(board: str) -> RuntimeHex:
    return read_runtime(bundled(board), "runtime.hex", catalogue().boards[board], "COM1")


def small_hex(count: int = 4) -> bytes:
    """A whole hex of a few lines: some other program, without MicroPython."""
    records = [Record(hexfile.LINEAR_ADDRESS, 0, b"\0\0")]
    records += [Record(hexfile.DATA, 16 * n, bytes(range(n, n + 16))) for n in range(count)]
    return hexfile.write([*records, Record(hexfile.END, 0, b"")]).encode("ascii")


def universal(parts: dict[int, bytes], *, blocks: bool = False) -> bytes:
    """A Universal Hex of single ones: by board id (0x9900, 0x9903), in sections or in many small blocks
    (specification of the Universal Hex, both ways)."""
    made: list[Record] = []
    for board, content in parts.items():
        inner = [record for record in hexfile.read(content, "part") if record.kind != hexfile.END]
        if board != 0x9900:
            inner = [r._replace(kind=hexfile.CUSTOM_DATA) if r.kind == hexfile.DATA else r for r in inner]
        size = BLOCK_DATA_RECORDS if blocks else len(inner)
        address = Record(hexfile.LINEAR_ADDRESS, 0, b"\0\0")
        for start in range(0, len(inner), size):
            made += [address, Record(hexfile.BLOCK_START, 0, board.to_bytes(2, "big") + b"\xc0\xde")]
            for record in inner[start : start + size]:
                if record.kind in (hexfile.LINEAR_ADDRESS, hexfile.SEGMENT_ADDRESS):
                    address = record
                made.append(record)
            made += [Record(hexfile.BLOCK_PADDING, 0, b"\xff" * 16), Record(hexfile.BLOCK_END, 0, b"\xff")]
    return hexfile.write([*made, Record(hexfile.END, 0, b"")]).encode("ascii")


def memory(records: list[Record]) -> dict[int, int]:
    """What a hex puts where in flash."""
    found: dict[int, int] = {}
    base = 0
    for record in records:
        if record.kind == hexfile.LINEAR_ADDRESS:
            base = int.from_bytes(record.data, "big") << 16
        elif record.kind == hexfile.SEGMENT_ADDRESS:
            base = int.from_bytes(record.data, "big") << 4
        elif record.kind == hexfile.DATA:
            found.update((base + record.address + n, byte) for n, byte in enumerate(record.data))
    return found
