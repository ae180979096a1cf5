"""Which USB devices belong to boards. Pure."""

from __future__ import annotations

from makerlab.boards import Board, Usb, candidates


def is_of_a_board(usb: Usb) -> bool:
    """Whether one of our boards can be behind it."""
    return any(isinstance(one, Board) for one in candidates(usb))
