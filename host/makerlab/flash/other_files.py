"""What people have instead of a firmware image, told by how the file begins. Pure."""

from __future__ import annotations

from typing import Literal, NamedTuple

from makerlab.i18n import N_, _

HEAD_BYTES = 512
"""Looked at to tell a web page, which may begin with empty lines."""

Kind = Literal["empty", "packed", "page", "hex", "other"]


class OtherFile(NamedTuple):
    """`problem` says in the user's language what it is; `other` is a program or image in another form."""

    kind: Kind
    problem: str


_BEGINNINGS: tuple[tuple[bytes, Kind, str], ...] = (
    (b"PK\x03\x04", "packed", N_("it is a zip file")),
    (b"\x1f\x8b", "packed", N_("it is a packed file (gzip)")),
    (b"7z\xbc\xaf", "packed", N_("it is a packed file (7z)")),
    (b"UF2\n", "other", N_("it is a .uf2 file")),
    (b"\x7fELF", "other", N_("it is a program before it was made an image (ELF)")),
    (b":", "hex", N_("it is a hex file")),
)
_PAGE = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<script")


def recognise(data: bytes) -> OtherFile | None:
    """What `data` is if it is one of these, an (Intel) hex file among them; None for anything else."""
    head = data[:HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not data or (not head and len(data) < HEAD_BYTES):
        return OtherFile("empty", _("it is empty"))
    for begin, kind, problem in _BEGINNINGS:
        if data.startswith(begin):
            return OtherFile(kind, _(problem))
    if head.lower().startswith(_PAGE):
        return OtherFile("page", _("it is a web page, perhaps one with an error"))
    return None
