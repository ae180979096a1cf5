"""The option --notebook, for every command that measures or looks at what was measured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from makerlab.i18n import N_

F = TypeVar("F", bound=Callable[..., Any])


def with_notebook(command: F) -> F:
    """Give a command --notebook (parameter `notebook`, None for this user's own)."""
    return click.option(
        "--notebook",
        type=click.Path(path_type=Path),
        metavar="FILE.sqlite3",
        help=N_("Another notebook than your own."),
    )(command)
