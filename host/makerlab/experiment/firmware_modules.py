"""The modules of firmware/ as a board gets them: its own edition, its family's, or the one for all."""

from __future__ import annotations

from makerlab.boards import Board
from makerlab.resources import firmware_dir


def firmware_module(name: str, board: Board) -> str | None:
    """The text of the module `name` for `board`; None if firmware/ has none."""
    own = board.key.replace("-", "_")
    for path in (
        firmware_dir() / "lab" / f"{name}_{own}.py",
        firmware_dir() / "lab" / f"{name}_{board.family}.py",
        firmware_dir() / "lab" / f"{name}.py",
        firmware_dir() / "sensors" / f"{name}.py",
    ):
        if path.is_file():
            return path.read_text(encoding="utf-8")
    return None
