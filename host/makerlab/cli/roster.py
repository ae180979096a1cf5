"""`maker roster`: the names of all boards as a table for Excel."""

from __future__ import annotations

from pathlib import Path

import click

from makerlab.cli.base import MakerCommand, MakerGroup
from makerlab.errors import FileProblem, system_reason
from makerlab.i18n import N_, ngettext

HELP = N_("The names of all boards as a CSV table that Excel opens and saves: for thirty boards at once.")
EXAMPLES = """\b
maker roster export boards.csv
maker roster import boards.csv"""
EXPORT_HELP = N_("Write every board that has a name into FILE.")
EXPORT_EXAMPLES = """\b
maker roster export boards.csv"""
IMPORT_HELP = N_(
    "Take the names in FILE for the boards that stand in it; boards that do not keep theirs. The columns are "
    "label and id, more may be there. UTF-8 and GBK are both read."
)
IMPORT_EXAMPLES = """\b
maker roster import boards.csv"""


@click.group("roster", cls=MakerGroup, help=HELP + "\n\n" + EXAMPLES)
def roster() -> None:
    pass


@roster.command("export", cls=MakerCommand, help=EXPORT_HELP + "\n\n" + EXPORT_EXAMPLES)
@click.argument("file", type=click.Path(path_type=Path))
def export(file: Path) -> None:
    from makerlab.labels import roster as table
    from makerlab.labels import store

    book = store.load()
    try:
        file.write_bytes(table.write(book))
    except OSError as error:
        raise FileProblem(path=file, detail=system_reason(error)) from error
    click.echo(_count(len(book)).format(n=len(book), file=file))


@roster.command("import", cls=MakerCommand, help=IMPORT_HELP + "\n\n" + IMPORT_EXAMPLES)
@click.argument("file", type=click.Path(path_type=Path))
def import_(file: Path) -> None:
    from makerlab.labels import roster as table
    from makerlab.labels import store
    from makerlab.labels.book import Book

    try:
        with file.open("rb") as opened:
            data = opened.read(table.MAX_BYTES + 1)
    except OSError as error:
        raise FileProblem(path=file, detail=system_reason(error)) from error
    found = table.read(data, str(file))
    book = Book(entry for entry in store.load() if found.of_id(entry.id) is None)
    for entry in found:
        book = book.with_entry(entry)
    store.save(book)
    click.echo(_count(len(found)).format(n=len(found), file=file))


def _count(boards: int) -> str:
    return ngettext("{file}: {n} board", "{file}: {n} boards", boards)
