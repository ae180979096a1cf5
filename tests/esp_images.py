"""Whole firmware images for the ESP32 family, small: real headers, checks and partition table, an application
of `fill` bytes. (ESP-IDF, "App Image Format", "Partition Tables".)"""

from __future__ import annotations

import hashlib
import struct
from functools import reduce

CHIP_IDS = {"esp32": 0, "esp32s2": 2, "esp32s3": 9, "esp32c3": 5, "esp32c6": 13}
BASES = {"esp32": 0x1000, "esp32s2": 0x1000}
"""Where the bootloader begins; 0 for all others."""
RUNTIME = b"MicroPython v1.27.0 on 2025-12-09; Generic ESP32 module"
PARTITIONS = (("nvs", 1, 0x02, 0x9000, 0x6000), ("factory", 0, 0x00, 0x10000, 0x1F0000))


def program(chip_id: int, content: bytes) -> bytes:
    """One ESP image with one segment, its checksum and its SHA-256."""
    head = struct.pack(
        "<BBBBIB3sHBHH4sB", 0xE9, 1, 2, 0x20, 0x40080000, 0xEE, b"", chip_id, 0, 0, 0xFFFF, b"", 1
    )
    image = head + struct.pack("<II", 0x3FFB0000, len(content)) + content
    image = image.ljust(len(image) // 16 * 16 + 15, b"\0")
    image += bytes([reduce(lambda check, byte: check ^ byte, content, 0xEF)])
    return image + hashlib.sha256(image).digest()


def table() -> bytes:
    rows = b"".join(
        struct.pack("<2sBBII16sI", b"\xaa\x50", kind, subtype, offset, size, name.encode(), 0)
        for name, kind, subtype, offset, size in PARTITIONS
    )
    return (rows + b"\xeb\xeb" + b"\xff" * 14 + hashlib.md5(rows).digest()).ljust(0xC00, b"\xff")


def esp_image(board: str = "esp32", fill: int = 0x55) -> bytes:
    """A whole image as MicroPython's makeimg.py puts it together, from the bootloader on."""
    base, chip_id = BASES.get(board, 0), CHIP_IDS[board]
    image = program(chip_id, b"bootloader").ljust(0x8000 - base, b"\xff") + table()
    return image.ljust(0x10000 - base, b"\xff") + program(chip_id, RUNTIME + bytes([fill]) * 2000)
