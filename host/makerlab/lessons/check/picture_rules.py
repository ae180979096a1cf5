"""Pictures: SVG that only draws, photos without the place and the time they were taken at."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from makerlab.i18n import _
from makerlab.lessons import svg
from makerlab.lessons.check.source import Source, at_file
from makerlab.lessons.finding import Finding
from makerlab.lessons.packs.member_names import PICTURE_KINDS

GPS_TAG = 0x8825
"""In a photo's first list of tags: where it was taken (Exif 2.32, 4.6.3)."""
HARMLESS_TAGS = frozenset((0x0112, 0x011A, 0x011B, 0x0128, 0x0213, 0x0100, 0x0101, 0x0102, 0x0106, 0x8769))
"""Orientation, resolution, size: what every program writes. 0x8769 points to a second list, looked at too."""
_TELLING_TAGS = {
    0x010F,
    0x0110,
    0x0132,
    0x013B,
    0x9003,
    0x9004,
    0x927C,
    0xA430,
    0xA431,
    0x9C9D,
    0x8298,
    0x9286,
}
"""Maker and model of the camera, times, artist, owner, serial number, comments."""

MAGIC = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".webp": b"RIFF"}


class Told(NamedTuple):
    """What a photo tells beside its picture."""

    place: bool = False
    other: bool = False

    def also(self, more: Told) -> Told:
        return Told(self.place or more.place, self.other or more.other)


def drawings(source: Source) -> Iterator[Finding]:
    """SVG files that could run or load something."""
    for path, data in source.files.items():
        if path.endswith(".svg"):
            for fault in svg.faults(data):
                what = _("Not every browser shows this drawing safely: {problem}.").format(
                    problem=_(fault.text).format(name=fault.name)
                )
                todo = _("Delete it from the drawing, or export the drawing again as “plain SVG”.")
                yield Finding(path, fault.line, fault.column, "error", "unsafe-svg", what, todo)


def photos(source: Source) -> Iterator[Finding]:
    """What a telephone writes into every photo."""
    for path, data in source.files.items():
        kind = PurePosixPath(path).suffix.lower()
        if kind not in PICTURE_KINDS:
            continue
        if not data.startswith(MAGIC[kind]):
            what = _("This is no picture of the kind “{kind}”.").format(kind=kind)
            yield at_file(path, "wrong-picture", what, _("Save it again with a program for pictures."))
            continue
        told = _told(kind, data)
        todo = _("Save it without them: in Windows right-click, Properties, Details, Remove Properties.")
        if told.place:
            what = _("This photo tells where it was taken.")
            yield at_file(path, "photo-place", what, todo)
        elif told.other:
            what = _("This photo tells when and with which camera it was taken.")
            yield at_file(path, "photo-data", what, todo, "warning")


def _told(kind: str, data: bytes) -> Told:
    blocks = {".jpg": _jpeg_blocks, ".png": _png_blocks, ".webp": _webp_blocks}[kind](data)
    told = Told()
    for block in blocks:
        if block.startswith((b"II*\0", b"MM\0*")):
            told = told.also(_exif(block))
        else:  # XMP, as text
            place = b"GPSLatitude" in block or b"GPSLongitude" in block
            told = told.also(
                Told(place, b"CreateDate" in block or b"exif:" in block or b"tiff:Make" in block)
            )
    return told


def _jpeg_blocks(data: bytes) -> Iterator[bytes]:
    """What stands in the segments APP1 (JPEG: ITU T.81, annex B)."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA or size < 2:  # the picture itself begins
            return
        body = data[at + 4 : at + 2 + size]
        if marker == 0xE1:
            yield body[6:] if body.startswith(b"Exif\0") else body
        at += 2 + size


def _png_blocks(data: bytes) -> Iterator[bytes]:
    """Chunks with Exif or XMP."""
    at = len(MAGIC[".png"])
    while at + 12 <= len(data):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if name in (b"eXIf", b"iTXt", b"tEXt"):
            yield data[at + 8 : at + 8 + size]
        at += 12 + size


def _webp_blocks(data: bytes) -> Iterator[bytes]:
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name in (b"EXIF", b"XMP "):
            body = data[at + 8 : at + 8 + size]
            yield body[6:] if body.startswith(b"Exif\0") else body
        at += 8 + size + (size & 1)


def _exif(block: bytes) -> Told:
    """The tags of the first list (IFD0) and of the Exif list it points to; damaged ones tell nothing."""
    order = "<" if block.startswith(b"II") else ">"
    told = Told()
    waiting, seen = [_number(block, order, 4)], set[int]()
    while waiting:
        start = waiting.pop()
        if start in seen or not 0 < start + 2 <= len(block):
            continue
        seen.add(start)
        count = struct.unpack_from(order + "H", block, start)[0]
        for index in range(count):
            at = start + 2 + 12 * index
            if at + 12 > len(block):
                break
            tag = struct.unpack_from(order + "H", block, at)[0]
            if tag == 0x8769:
                waiting.append(_number(block, order, at + 8))
            told = told.also(Told(tag == GPS_TAG, tag in _TELLING_TAGS))
    return told


def _number(block: bytes, order: str, at: int) -> int:
    return int(struct.unpack_from(order + "I", block, at)[0]) if at + 4 <= len(block) else 0
