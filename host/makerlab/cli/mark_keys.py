"""What single keys do while it is measured: marks, and zero."""

from __future__ import annotations

from collections.abc import Iterable

from makerlab.experiment.notes import Notes
from makerlab.i18n import _

MARK_KEYS = " mM　"
"""The last is the space of a Chinese keyboard."""
ZERO_KEYS = "tT"


def press(key: str, all_notes: Iterable[Notes]) -> None:
    """Do what `key` stands for, for all of them at the same time."""
    text = ""
    if key in MARK_KEYS:
        text = _("mark")
    elif key.isdecimal():
        text = _("mark {number}").format(number=int(key))
    for notes in all_notes:
        if text:
            notes.mark(text)
        elif key in ZERO_KEYS and notes.taken_by_board:
            notes.tare()


def hint(all_notes: Iterable[Notes]) -> str:
    """Which keys there are, for the line below the curves."""
    if any(notes.taken_by_board for notes in all_notes):
        return _("space, 0-9: mark   t: zero")
    return _("space, 0-9: mark")
