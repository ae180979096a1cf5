"""What photos tell beside their picture: place, time and camera, in every way they are written."""

from __future__ import annotations

import struct
import zlib

import pytest

from makerlab.lessons.check.everything import check

GPS, MODEL, ORIENTATION, EXIF, TIME = 0x8825, 0x0110, 0x0112, 0x8769, 0x9003


def exif(*tags: int, order: str = "<", second: tuple[int, ...] = ()) -> bytes:
    """A TIFF block with these tags, and with `second` in the list that the tag EXIF points to."""
    head = b"II*\0" if order == "<" else b"MM\0*"
    after = 8 + 2 + 12 * len(tags) + 4
    first = b"".join(struct.pack(order + "HHII", tag, 4, 1, after if tag == EXIF else 0) for tag in tags)
    block = head + struct.pack(order + "IH", 8, len(tags)) + first + b"\0" * 4
    entries = b"".join(struct.pack(order + "HHII", tag, 4, 1, 0) for tag in second)
    return block + struct.pack(order + "H", len(second)) + entries + b"\0" * 4


def jpeg(body: bytes, mark: bytes = b"Exif\0\0") -> bytes:
    segment = mark + body
    return (
        b"\xff\xd8\xff\xe0\0\x04xx\xff\xe1"
        + struct.pack(">H", len(segment) + 2)
        + segment
        + b"\xff\xda\0\x02"
    )


def png(name: bytes, body: bytes) -> bytes:
    chunk = name + body
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(body)) + chunk + struct.pack(">I", zlib.crc32(chunk))


def webp(name: bytes, body: bytes) -> bytes:
    return b"RIFF\0\0\0\0WEBP" + name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


XMP_PLACE = b'http://ns.adobe.com/xap/1.0/\0<x exif:GPSLatitude="31,12N"/>'
XMP_TIME = b'XML:com.adobe.xmp\0\0\0\0\0<x xmp:CreateDate="2026-01-01"/>'


@pytest.mark.parametrize(
    ("name", "data", "rule"),
    [
        ("a.jpg", jpeg(exif(GPS)), "photo-place"),
        ("a.jpg", jpeg(exif(ORIENTATION, GPS, order=">")), "photo-place"),
        ("a.jpg", jpeg(exif(EXIF, second=(TIME,))), "photo-data"),
        ("a.jpg", jpeg(exif(MODEL)), "photo-data"),
        ("a.jpg", jpeg(XMP_PLACE, b""), "photo-place"),
        ("a.png", png(b"eXIf", exif(GPS)), "photo-place"),
        ("a.png", png(b"iTXt", XMP_TIME), "photo-data"),
        ("a.webp", webp(b"EXIF", exif(GPS)), "photo-place"),
        ("a.webp", webp(b"XMP ", XMP_PLACE), "photo-place"),
        ("a.jpg", png(b"IDAT", b""), "wrong-picture"),
        ("a.png", b"GIF89a", "wrong-picture"),
    ],
)
def test_what_a_photo_tells(name, data, rule):
    assert rule in [one.rule for one in check({f"media/{name}": data})]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jpg", jpeg(exif(ORIENTATION))),
        ("a.jpg", b"\xff\xd8\xff\xdb\0\x02"),
        ("a.jpg", jpeg(exif(GPS)[:9])),  # cut: tells nothing
        ("a.png", png(b"tEXt", b"Software\0Paint")),
        ("a.webp", webp(b"VP8 ", b"x")),
    ],
)
def test_what_tells_nothing(name, data):
    rules = [one.rule for one in check({f"media/{name}": data})]
    assert rules == ["no-lesson"]
