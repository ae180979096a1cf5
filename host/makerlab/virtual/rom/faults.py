"""What can go wrong with a virtual board while it is flashed, on demand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Faults:
    """Faults of one board; by default none.

    unplug_at       the cable is pulled when so many bytes have arrived; for good
    corrupt_block   this block of the image (counted from 0) reaches the flash with one wrong bit, once
    worn_out        every block does
    refused_bauds   rates that its bridge says it takes, and garbles
    moves           it comes back under another port after each flashing, as boards with their own USB do
    answer_delay_s  before each of its answers
    mute            it hears everything and says nothing
    """

    unplug_at: int | None = None
    corrupt_block: int | None = None
    worn_out: bool = False
    refused_bauds: frozenset[int] = frozenset()
    moves: bool = False
    answer_delay_s: float = 0.0
    mute: bool = False
