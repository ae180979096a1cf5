"""What lists and descriptions on the console are made of: tables, headings, points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table

GAP = 3
"""Columns between two of a table's."""
BULLET = "  - "


def new_table(*titles: str) -> Table:
    from rich.table import Table

    # Lines of box drawing are two columns wide in a Chinese console and would tear the table.
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def add_row(table: Table, *cells: str, widths: Sequence[int] = ()) -> None:
    """A row; cells are wrapped at `widths` by our own rules, which know where a Chinese line may end."""
    from rich.text import Text

    from makerlab.cli.columns import wrap

    if widths:
        cells = tuple("\n".join(wrap(cell, width)) for cell, width in zip(cells, widths, strict=True))
    table.add_row(*(Text(cell) for cell in cells))


def print_table(table: Table) -> None:
    from rich.console import Console

    Console(highlight=False, soft_wrap=False).print(table)


def console_width() -> int:
    from rich.console import Console

    return Console().width


def print_heading(text: str) -> None:
    click.echo()
    click.echo(click.style(text, bold=True))


def print_points(texts: Sequence[str]) -> None:
    """Each of `texts` behind a dash, in lines that fit the console."""
    from makerlab.cli.columns import wrap

    width = console_width() - len(BULLET)
    for text in texts:
        first, *more = wrap(text, width)
        click.echo(BULLET + first)
        for line in more:
            click.echo(" " * len(BULLET) + line)


def print_program(source: str) -> None:
    """Lines to copy, as they are."""
    for line in source.splitlines():
        click.echo(f"  {line}".rstrip())
