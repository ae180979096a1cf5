"""Which files a board still needs. Pure: names and digests in, names out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def digest(data: bytes) -> str:
    """What two equal files share: SHA-256, as a board with hashlib gives it, in lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def to_send(wanted: Mapping[str, bytes], there: Mapping[str, str | int]) -> list[str]:
    """The names of `wanted` whose content is not on the board yet, in the order of `wanted`.

    `there` gives for each file on the board its digest, or its size in bytes where the board cannot
    compute one. A file of the right size is not sent unless its digest is known and differs: a caller that
    knows only its size reads it back first.
    """
    return [name for name, data in wanted.items() if there.get(name) not in (digest(data), len(data))]


def to_read_back(wanted: Mapping[str, bytes], there: Mapping[str, str | int]) -> list[str]:
    """The names whose size is right and whose content only reading it back can tell."""
    return [name for name, data in wanted.items() if there.get(name) == len(data)]
