"""What is on a board, as values: files, folders, room. Pure.

Names are paths from the board's root without a slash at the front: "main.py", "lib/bme280.py"; "" is the root
itself. They are counted in bytes of UTF-8, as boards count them.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass

DIGEST_CHARS = 16
"""Hex digits of a digest: 64 bits tell two files apart for certain as far as chance goes, and a table of many
files stays short on a slow line."""
FINGERPRINT_PRIME = (1 << 61) - 1
"""A Mersenne prime: the fingerprint of a file is a polynomial over it, so two different files of one length
share it once in 2**61 (by chance, which is what a bad cable is; not for an attacker)."""
FINGERPRINT_FACTOR = 0x2F0B_4A27
"""The place the polynomial is taken at: below 2**30, which a micro:bit need not store as a big number."""
FINGERPRINT_STEP_BYTES = 64
"""Read at once; the polynomial's coefficients are its 16 words. (A micro:bit V1 makes wrong numbers of more
than three bytes with int.from_bytes, so larger coefficients are not to be had there.)"""


@dataclass(frozen=True)
class Entry:
    """A file or folder on a board.

    name        its path from the root ("lib/bme280.py")
    size        bytes; 0 for a folder
    is_folder   whether it is one
    digest      what `sha256` or `fingerprint` gives for its content, "" where nobody has asked for it
    """

    name: str
    size: int
    is_folder: bool = False
    digest: str = ""


@dataclass(frozen=True)
class Listing:
    """Files and folders on a board, and its room in bytes (`free_bytes`, `total_bytes`)."""

    entries: tuple[Entry, ...]
    free_bytes: int
    total_bytes: int

    def find(self, name: str) -> Entry | None:
        """The entry called `name`; None if there is none."""
        return next((entry for entry in self.entries if entry.name == name), None)


def sha256(data: bytes) -> str:
    """What a board with hashlib answers for a file: the beginning of its SHA-256."""
    return hashlib.sha256(data).hexdigest()[:DIGEST_CHARS]


def fingerprint(data: bytes) -> str:
    """What a board without hashlib (micro:bit) answers: the file's polynomial fingerprint, in hex."""
    value = 0
    for start in range(0, len(data), FINGERPRINT_STEP_BYTES):
        step = data[start : start + FINGERPRINT_STEP_BYTES].ljust(FINGERPRINT_STEP_BYTES, b"\0")
        for word in struct.unpack("<16I", step):
            value = (value * FINGERPRINT_FACTOR + word) % FINGERPRINT_PRIME
    return f"{value:x}"


def parents(name: str) -> Iterator[str]:
    """The folders above `name`, outermost first: "a/b/c" -> "a", "a/b"."""
    parts = name.split("/")[:-1]
    for depth in range(1, len(parts) + 1):
        yield "/".join(parts[:depth])
