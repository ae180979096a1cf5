"""A firmware image of the ESP32 family, taken apart and checked: bootloader, partition table, application.

MicroPython's .bin holds all three with 0xFF between them, beginning with the bootloader, whose place in flash
differs from chip to chip. Written in one piece it would erase what lies between (NVS: Wi-Fi settings,
calibration) and never again compare as equal, because a running board writes there. So the parts are what is
written.

Formats: ESP-IDF, "App Image Format" and "Partition Tables"; MicroPython, ports/esp32/makeimg.py.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from makerlab.errors import BadImage
from makerlab.flash.other_files import recognise
from makerlab.i18n import N_, _

IMAGE_MAGIC = 0xE9
HEADER_BYTES = 24
CHIP_ID_AT = 12
HASH_FLAG_AT = 23
SEGMENT_HEADER_BYTES = 8
MAX_SEGMENTS = 16
"""esp_image_format.h, ESP_IMAGE_MAX_SEGMENTS."""
CHECKSUM_START = 0xEF
DIGEST_BYTES = 32
TABLE_OFFSET = 0x8000
"""Of the partition table in flash, in every MicroPython build (CONFIG_PARTITION_TABLE_OFFSET)."""
TABLE_BYTES = 0xC00
"""Most that a partition table takes; the sector after it belongs to others."""
ENTRY_BYTES = 32
ENTRY_MAGIC, TABLE_DIGEST_MAGIC = b"\xaa\x50", b"\xeb\xeb"
APP, DATA = 0, 1
OTA_DATA, ROMFS = 0x00, 0x8F
"""Subtypes of data partitions that belong to the firmware; the others (nvs, phy, vfs) belong to the board."""
MAX_IMAGE_BYTES = 32 << 20
"""The largest flash of these boards."""
ALIGN_BYTES = 4
"""esptool pads what it writes, and what it compares, to this."""

_RUNTIME = re.compile(rb"MicroPython v(\d+\.\d+[\w.+-]*) on \d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Chip:
    """A kind of chip, as esptool's tables have it: `image_id` is how images name it, `bootloader_offset`
    where its ROM looks for a bootloader."""

    key: str
    name: str
    image_id: int
    bootloader_offset: int


@dataclass(frozen=True)
class Part:
    """A piece of an image with its own place in flash. `name` is English: bootloader, partition table, or a
    partition's own."""

    name: str
    offset: int
    data: bytes

    @property
    def shown_name(self) -> str:
        return _(_PART_NAMES.get(self.name, self.name))

    @property
    def md5(self) -> str:
        """As the chip reports it of its flash."""
        return hashlib.md5(self.data, usedforsecurity=False).hexdigest()


_BOOTLOADER, _TABLE = "bootloader", "partition table"
_PART_NAMES = {_BOOTLOADER: N_("the bootloader"), _TABLE: N_("the partition table"),
               "factory": N_("the application"), "ota_0": N_("the application")}  # fmt: skip


@dataclass(frozen=True)
class Partition:
    """A line of a partition table; sizes and offsets in bytes."""

    name: str
    type: int
    subtype: int
    offset: int
    size: int

    @property
    def end(self) -> int:
        return self.offset + self.size


@dataclass(frozen=True)
class EspImage:
    """A whole firmware image. `runtime` is the MicroPython version in it ("1.27.0"), "" if it names none."""

    name: str
    chip: Chip
    parts: tuple[Part, ...]
    partitions: tuple[Partition, ...]
    runtime: str

    @property
    def flash_bytes(self) -> int:
        """The memory that its partition table needs."""
        return max(partition.end for partition in self.partitions)


def read_image(data: bytes, name: str, chips: Mapping[int, Chip]) -> EspImage:
    """Take an image apart. `chips` maps image ids to what esptool knows of each chip.

    Raises BadImage saying what it is instead: a web page, a zip, a hex file for a micro:bit, an application
    without its bootloader, an image that was cut off or is damaged.
    """
    _refuse_other_files(data, name)
    start = _start(data)
    if data[start : start + 1] != bytes([IMAGE_MAGIC]):
        raise _bad(name, _("it does not begin as one"), _GET_ANOTHER)
    if len(data) < start + HEADER_BYTES:
        raise _bad(name, _("it was cut off"), _AGAIN)
    chip = _chip(data[start:], name, chips)
    base = _base(data, start, chip, name)
    table_at = TABLE_OFFSET - base
    partitions = read_table(data[table_at : table_at + TABLE_BYTES], name)
    bootloader = data[start:][: image_length(data[start:table_at], chip, _(_PART_NAMES[_BOOTLOADER]), name)]
    parts = [
        Part(_BOOTLOADER, chip.bootloader_offset, _padded(bootloader)),
        Part(_TABLE, TABLE_OFFSET, data[table_at : table_at + TABLE_BYTES]),
    ]
    for partition in partitions:
        parts += _content(data, base, partition, chip, name)
    apps = [part for part in parts[2:] if part.data[0] == IMAGE_MAGIC]
    if not apps:
        raise _bad(name, _("it ends before its application"), _AGAIN)
    found = _RUNTIME.search(apps[0].data)
    return EspImage(name, chip, tuple(parts), partitions, found[1].decode() if found else "")


def read_table(data: bytes, name: str) -> tuple[Partition, ...]:
    """The partitions of a table. Raises BadImage when there is none, or it is damaged (it has an MD5)."""
    found: list[Partition] = []
    for at in range(0, len(data) - ENTRY_BYTES + 1, ENTRY_BYTES):
        entry = data[at : at + ENTRY_BYTES]
        if entry.startswith(TABLE_DIGEST_MAGIC):
            if hashlib.md5(data[:at], usedforsecurity=False).digest() != entry[16:]:
                raise _bad(name, _("its partition table is damaged"), _AGAIN)
            break
        if not entry.strip(b"\xff"):
            break
        if not entry.startswith(ENTRY_MAGIC):
            problem = _("its partition table is damaged") if found else _("it has no partition table")
            raise _bad(name, problem, _AGAIN)
        kind, subtype, offset, size, label = struct.unpack("<2xBBII16s4x", entry)
        text = label.partition(b"\0")[0].decode("ascii", "replace")
        found.append(Partition(text, kind, subtype, offset, size))
    if not found:
        raise _bad(name, _("it has no partition table"), _GET_ANOTHER)
    return tuple(found)


_AGAIN = N_("Download it again, or copy it again from where it came.")
_GET_ANOTHER = N_("Take the .bin file of the right board from micropython.org; see: maker firmware list")
_GET_HEX = N_("A hex file is for a micro:bit. Take a .bin file for this board; see: maker firmware list")

_UNPACK = N_("Unpack it and take the {ending} file in it.")
_ADVICE = {"empty": _AGAIN, "page": _AGAIN, "packed": _UNPACK, "hex": _GET_HEX, "other": _GET_ANOTHER}


def _refuse_other_files(data: bytes, name: str) -> None:
    if len(data) > MAX_IMAGE_BYTES:
        raise _bad(name, _("it is larger than any board's memory"), _GET_ANOTHER)
    if other := recognise(data):
        advice = _(_ADVICE[other.kind]).format(ending=".bin")
        raise BadImage(path=name, problem=other.problem, advice=advice)


def _start(data: bytes) -> int:
    """Where the first thing in it is: 0, or after the empty beginning of an image made for offset 0."""
    start = 0
    while start < min(len(data), TABLE_OFFSET) and data[start : start + 1] == b"\xff":
        run = data[start : start + 0x1000]
        if run.strip(b"\xff"):
            break
        start += len(run)
    return start


def _chip(image: bytes, name: str, chips: Mapping[int, Chip]) -> Chip:
    (number,) = struct.unpack_from("<H", image, CHIP_ID_AT)
    chip = chips.get(number)
    if chip is None:
        raise _bad(name, _("it is for a chip nobody knows (number {number})").format(number=number), _AGAIN)
    return chip


def _base(data: bytes, start: int, chip: Chip, name: str) -> int:
    """The place in flash where the file's first byte belongs.

    An image made for offset 0 has its bootloader where the chip looks for it; one like MicroPython's begins
    with the bootloader. Which it is, its partition table shows: that has its fixed place.
    """
    expected = chip.bootloader_offset - start
    at = TABLE_OFFSET - expected
    if data[at : at + 2] == ENTRY_MAGIC and expected >= 0:
        return expected
    for offset in range(0, 0x3000, 0x1000):
        at = TABLE_OFFSET - offset + start
        if data[at : at + 2] == ENTRY_MAGIC:
            problem = _(
                "it was made for offset 0x{made:x}, and the bootloader of an {chip} is at 0x{right:x}"
            )
            raise _bad(
                name, problem.format(made=offset, chip=chip.name, right=chip.bootloader_offset), _GET_ANOTHER
            )
    if len(data) - start <= TABLE_OFFSET - chip.bootloader_offset + ENTRY_BYTES:
        raise _bad(name, _("it was cut off"), _AGAIN)
    raise _bad(name, _("it has no partition table; perhaps it is an application alone"), _GET_ANOTHER)


def _content(data: bytes, base: int, partition: Partition, chip: Chip, name: str) -> list[Part]:
    """What the image has for a partition; [] for those that belong to the board."""
    content = data[max(0, partition.offset - base) : partition.end - base]
    if partition.type == APP:
        if content[:1] != bytes([IMAGE_MAGIC]):
            return []  # an ota_1 that is still empty, or beyond the end of the file
        shown = _(_PART_NAMES.get(partition.name, partition.name))
        # To the end of the file: an application too large for its partition must be seen as that.
        whole = data[partition.offset - base :]
        length = image_length(whole, chip, shown, name)
        return [Part(partition.name, partition.offset, _padded(whole[:length]))]
    if partition.type == DATA and partition.subtype == OTA_DATA and len(content) == partition.size:
        return [Part(partition.name, partition.offset, content)]  # empty too: it must not name an old one
    if partition.type == DATA and partition.subtype == ROMFS and content.strip(b"\xff"):
        return [Part(partition.name, partition.offset, _padded(content.rstrip(b"\xff")))]
    return []


def image_length(data: bytes, chip: Chip, what: str, name: str) -> int:
    """The length of the ESP image at the beginning of `data`, checked whole: header, segments, checksum and,
    if it has one, SHA-256. Raises BadImage. `what` and `name` are for that: the part and the file."""
    cut_off = _bad(name, _("{what} was cut off").format(what=what), _AGAIN)
    damaged = _bad(name, _("{what} is damaged: its check does not fit").format(what=what), _AGAIN)
    if len(data) < HEADER_BYTES:
        raise cut_off
    if data[0] != IMAGE_MAGIC or not 0 < data[1] <= MAX_SEGMENTS:
        raise damaged
    (number,) = struct.unpack_from("<H", data, CHIP_ID_AT)
    if number != chip.image_id:
        raise _bad(
            name, _("its bootloader is for the {chip}, and {what} is not").format(chip=chip.name, what=what),
            _GET_ANOTHER,
        )  # fmt: skip
    at, check = HEADER_BYTES, CHECKSUM_START
    for _segment in range(data[1]):
        if len(data) < at + SEGMENT_HEADER_BYTES:
            raise cut_off
        (size,) = struct.unpack_from("<I", data, at + 4)
        content = data[at + SEGMENT_HEADER_BYTES : at + SEGMENT_HEADER_BYTES + size]
        if len(content) < size:
            raise cut_off
        check ^= _xor(content)
        at += SEGMENT_HEADER_BYTES + size
    end = at // 16 * 16 + 16  # zeros to the last byte of 16, which is the checksum
    if len(data) < end:
        raise cut_off
    if data[end - 1] != check:
        raise damaged
    if not data[HASH_FLAG_AT]:
        return end
    if len(data) < end + DIGEST_BYTES:
        raise cut_off
    if hashlib.sha256(data[:end]).digest() != data[end : end + DIGEST_BYTES]:
        raise damaged
    return end + DIGEST_BYTES


def _xor(data: bytes) -> int:
    """All bytes of `data`, xored; by halves of one large number, because a loop takes a second."""
    number, bits = int.from_bytes(data, "little"), 8 * len(data)
    while bits > 8:
        half = (bits // 16 + (bits // 8) % 2) * 8
        number, bits = (number >> half) ^ (number & ((1 << half) - 1)), half
    return number


def _padded(data: bytes) -> bytes:
    return data + b"\xff" * (-len(data) % ALIGN_BYTES)


def _bad(name: str, problem: str, advice: str) -> BadImage:
    return BadImage(path=name, problem=problem, advice=_(advice))
