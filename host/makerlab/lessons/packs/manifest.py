"""What is in a pack: every file with its size and SHA-256. The manifest's own SHA-256 is the pack's identity.

It is written by `build` only, as canonical JSON, so that the same lesson has the same identity everywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from makerlab.lessons.packs import canonical

FORMAT = "1.0"
"""Of the archive and its manifest. A reader knows this one and refuses every later one."""
MAX_BYTES = 200_000
"""500 files with names of 100 characters take 125 kB."""


@dataclass(frozen=True)
class Manifest:
    """`data` is the canonical JSON, `digest` its SHA-256 in hexadecimal."""

    id: str
    version: str
    data: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def make(lesson_id: str, version: str, files: Mapping[str, bytes]) -> Manifest:
    """The manifest for these files (names in the order of their bytes)."""
    listed = [
        {"path": name, "size": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()}
        for name in sorted(files)
    ]
    value = {"format": FORMAT, "id": lesson_id, "version": version, "files": listed}
    return Manifest(lesson_id, version, canonical.to_bytes(value))


def format_of(data: bytes) -> str:
    """The format a manifest says it has. Raises ValueError when it is none."""
    value = canonical.from_bytes(data)
    if not isinstance(value, dict) or not isinstance(value.get("format"), str):
        raise ValueError("no manifest")
    return str(value["format"])
