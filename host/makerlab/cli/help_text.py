"""How help is laid out: as click does it, but counted in columns, so that Chinese fits the window too."""

from __future__ import annotations

from collections.abc import Iterable

import click

from makerlab.cli.columns import columns, wrap
from makerlab.i18n import _

MIN_TEXT = 10
"""Columns that the right side of a list gets even in the narrowest window."""


class HelpText(click.HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, _("Usage: ") if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        self.write(" " * self.current_indent + _("{heading}:").format(heading=heading) + "\n")

    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        self.write("".join(f"{indent}{line}\n" for line in wrap(text, self.width - self.current_indent)))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        rows = list(rows)
        left = min(max(columns(first) for first, _second in rows), col_max) + col_spacing
        indent = " " * self.current_indent
        for first, second in rows:
            begin = indent + first
            if columns(first) + col_spacing > left:
                self.write(begin + "\n")
                begin = indent
            lines = wrap(second, max(self.width - left - self.current_indent, MIN_TEXT))
            for line in lines:
                gap = " " * (left + self.current_indent - columns(begin))
                self.write(f"{begin}{gap}{line}".rstrip() + "\n")
                begin = ""


class HelpContext(click.Context):
    formatter_class = HelpText
