"""Which of two versions of a lesson is newer (semver.org 2.0.0, section 11)."""

from __future__ import annotations

from makerlab.lessons.model import VERSION


def order(version: str) -> tuple[object, ...]:
    """A key that sorts versions, oldest first. Raises ValueError for what is none."""
    found = VERSION.fullmatch(version)
    if found is None:
        raise ValueError(version)
    numbers = tuple(int(found[at]) for at in (1, 2, 3))
    if found[4] is None:
        return (*numbers, 1)
    # Numbers come before words; a longer list of parts comes after its beginning.
    parts = found[4].removeprefix("-").split(".")
    return (*numbers, 0, tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts))
