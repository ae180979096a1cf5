"""A ZIP archive that has exactly one form.

Members lie one behind the other, stored and not compressed: zlib, zlib-ng and ISA-L deflate the same bytes to
three different results, and CPython on Windows comes with zlib-ng. Time, mode and system are constants.

Reading does not trust what an archive says of itself. It walks the members, writes them anew and compares:
whatever `write` would not have written (a second directory, gaps, comments, links, encryption, data behind
the end, two headers that disagree) is refused by that one comparison.

Layout: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.16 (its end).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"

_VERSION = 20
"""2.0: the first with folders in names."""
_UNIX = 3
_STORED = 0
_TIME, _DATE = 0, 1 << 5 | 1
"""1980-01-01 00:00, the first moment a ZIP can name."""
_ATTRIBUTES = 0o100644 << 16
"""A plain file that its owner may write and all may read."""


class NotCanonical(ValueError):
    """The bytes are not what `write` gives for any members. `repacked`: it is a ZIP, as another program
    writes one."""

    def __init__(self, repacked: bool) -> None:
        super().__init__("repacked" if repacked else "damaged")
        self.repacked = repacked


def write(members: Iterable[tuple[str, bytes]]) -> bytes:
    """The archive with these members (name in ASCII, content) in this order."""
    pieces: list[bytes] = []
    directory: list[bytes] = []
    at = 0
    for name, content in members:
        raw = name.encode("ascii")
        crc, size = zlib.crc32(content), len(content)
        common = (_VERSION, 0, _STORED, _TIME, _DATE, crc, size, size, len(raw), 0)
        pieces += (_LOCAL.pack(_LOCAL_MARK, *common), raw, content)
        made_by = _UNIX << 8 | _VERSION
        directory += (_CENTRAL.pack(_CENTRAL_MARK, made_by, *common, 0, 0, 0, _ATTRIBUTES, at), raw)
        at += _LOCAL.size + len(raw) + size
    count, length = len(directory) // 2, sum(map(len, directory))
    end = _END.pack(_END_MARK, 0, 0, count, count, length, at, 0)
    return b"".join((*pieces, *directory, end))


def read(data: bytes, max_members: int) -> list[tuple[str, bytes]]:
    """The members of an archive, in order. Raises NotCanonical."""
    members: list[tuple[str, bytes]] = []
    at = 0
    while data[at : at + 4] == _LOCAL_MARK and len(members) < max_members:
        if len(data) - at < _LOCAL.size:
            raise NotCanonical(repacked=False)
        _mark, _version, flags, method, *_rest, size, name_length, extra = _LOCAL.unpack_from(data, at)
        if flags or method != _STORED or extra:
            raise NotCanonical(repacked=True)
        at += _LOCAL.size
        raw, content = data[at : at + name_length], data[at + name_length : at + name_length + size]
        if len(content) != size or not raw.isascii():
            raise NotCanonical(repacked=False)
        members.append((raw.decode("ascii"), content))
        at += name_length + size
    if write(members) != data:
        raise NotCanonical(repacked=False)
    return members


def is_zip(data: bytes) -> bool:
    """Whether `data` begins as an archive with members does."""
    return data.startswith(_LOCAL_MARK)
