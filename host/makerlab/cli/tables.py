"""What lists and descriptions on the console are made of: tables, headings, points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from makerlab.i18n import _

if TYPE_CHECKING:
    from rich.table import Table

GAP = 3
"""Columns between two of a table's."""
BULLET = "  - "
NARROWEST = 12
"""Columns of a cell that is wrapped: words still stand in it."""


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


def print_rows(titles: Sequence[str], rows: Sequence[Sequence[str]], wrapped: Sequence[int] = (0,)) -> None:
    """A table, of which the columns `wrapped` (by number) may take several lines; where the console is too
    narrow for it, each row is a block of lines under its first cell."""
    from makerlab.cli.columns import columns

    widths = [max(columns(row[at]) for row in (titles, *rows)) for at in range(len(titles))]
    room = console_width() - GAP * len(widths)
    room -= sum(width for at, width in enumerate(widths) if at not in wrapped)
    # Those that need little come first: what they leave is for the others.
    for left, at in zip(range(len(wrapped), 0, -1), sorted(wrapped, key=widths.__getitem__), strict=True):
        if widths[at] > room // left:
            if room // left < NARROWEST:
                return _print_blocks(titles, rows)
            widths[at] = room // left
        room -= widths[at]
    if room < 0:
        return _print_blocks(titles, rows)
    table = new_table(*titles)
    for row in rows:
        add_row(table, *row, widths=widths)
    print_table(table)


def _print_blocks(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from makerlab.cli.columns import wrap

    for first, *others in rows:
        for line in wrap(first, console_width()):
            click.echo(click.style(line, bold=True))
        facts = zip(titles[1:], others, strict=True)
        print_points([_("{name}: {value}").format(name=name, value=value) for name, value in facts if value])


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
