"""Firmware images for the tests, made with esptool's own image writer: genuine headers, checksums, SHA-256.

What the application would do is of no interest to a ROM, a bootloader or an image reader: it is random bytes
with MicroPython's banner in them.
"""

from __future__ import annotations

import hashlib
import random
import struct

from esptool.bin_image import ELFSection
from esptool.targets import CHIP_DEFS

from makerlab.virtual.artifact import VERSION

BANNER = b"MicroPython " + VERSION
"""Of the runtime that a virtual board starts, as an image of it has it."""
PARTITIONS = (
    ("nvs", 1, 0x02, 0x9000, 0x6000),
    ("phy_init", 1, 0x01, 0xF000, 0x1000),
    ("factory", 0, 0x00, 0x10000, 0x1F0000),
    ("vfs", 1, 0x81, 0x200000, 0x200000),
)
"""MicroPython's partitions-4MiBplus.csv."""


def esp_image(chip: str, content: bytes, directory) -> bytes:
    """`content` as a program in the RAM of `chip`, written by esptool."""
    rom = CHIP_DEFS[chip]
    image = rom.BOOTLOADER_IMAGE()
    image.chip_id = rom.IMAGE_CHIP_ID
    image.max_rev_full = 65535
    image.append_digest = True
    start = {"esp32": 0x3FFB0000, "esp32s2": 0x3FFC0000}.get(chip, rom.MEMORY_MAP[-1][0])
    start = next((begin for begin, _end, name in rom.MEMORY_MAP if name == "DRAM"), start)
    image.entrypoint = start
    image.segments = [ELFSection(b".data", start, content, 0)]
    path = directory / f"{chip}.part"
    image.save(str(path))
    return path.read_bytes()


def table(partitions=PARTITIONS) -> bytes:
    """A partition table as ESP-IDF's gen_esp32part.py writes it."""
    rows = b"".join(
        struct.pack("<2sBBII16sI", b"\xaa\x50", kind, subtype, offset, size, name.encode(), 0)
        for name, kind, subtype, offset, size in partitions
    )
    rows += b"\xeb\xeb" + b"\xff" * 14 + hashlib.md5(rows).digest()
    return rows.ljust(0xC00, b"\xff")


def program(size: int, seed: int = 1, banner: bytes = BANNER) -> bytes:
    """`size` bytes that deflate to about two thirds, as MicroPython does, with its banner."""
    dice = random.Random(seed)
    body = bytearray(dice.randbytes(size * 2 // 3))
    body += bytes(size - len(body))
    body[64 : 64 + len(banner)] = banner
    return bytes(body)


def micropython(directory, chip="esp32", size=40_000, seed=1, banner=BANNER, partitions=PARTITIONS) -> bytes:
    """A whole image as MicroPython's makeimg.py puts it together, from the bootloader on."""
    base = CHIP_DEFS[chip].BOOTLOADER_FLASH_OFFSET
    pieces = {
        base: esp_image(chip, program(8_000, seed=7, banner=b""), directory),
        0x8000: table(partitions),
        0x10000: esp_image(chip, program(size, seed, banner), directory),
    }
    image = b""
    for offset, piece in pieces.items():
        image = image.ljust(offset - base, b"\xff") + piece
    return image
