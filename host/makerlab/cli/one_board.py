"""The option --board of lists and descriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from makerlab.errors import UsageProblem
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.boards import Board


def with_board(command: Any) -> Any:
    """Give a command the option --board (parameter `board`)."""
    return click.option("--board", metavar="BOARD", help=N_("For this board only: esp32, microbit-v1, ..."))(
        command
    )


def one_board(key: str) -> Board:
    """The board with this key in boards.yaml. Raises UsageProblem."""
    from makerlab.boards import catalogue

    boards = catalogue().boards
    if key in boards:
        return boards[key]
    raise UsageProblem(
        problem=_("There is no board called {name}.").format(name=key),
        advice=_("Boards: {names}.").format(names=_(", ").join(boards)),
    )
