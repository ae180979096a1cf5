"""`maker sync`: make a board's files equal to a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from makerlab.cli import sending
from makerlab.cli.base import MakerCommand, with_json
from makerlab.cli.several import Done, Failed, Task, chosen, on_boards, report, with_boards
from makerlab.errors import FileProblem, UsageProblem
from makerlab.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from makerlab.cli.board_names import BoardName
    from makerlab.files.plan import Plan

HELP = N_(
    "Make the files on a board like those in the folder DIR: what is new or changed is sent, the rest stays. "
    "With --delete, what DIR does not have is removed from the board; it asks first."
)
WHERE = N_(
    "What DIR holds goes to the board's root, or into DEST. Hidden files and __pycache__ are left out."
)
EXAMPLES = """\b
maker sync my_project
maker sync my_project --delete --port COM3
maker sync lessons :lib --all"""

SHOWN_NAMES = 20
"""Of the files to be removed; more nobody reads before saying yes."""


@click.command("sync", cls=MakerCommand, help="\n\n".join((HELP, WHERE, EXAMPLES)))
@click.argument("folder", metavar="DIR")
@click.argument("dest", metavar="[DEST]", default="")
@click.option("--delete", is_flag=True, help=N_("Remove from the board what DIR does not have."))
@click.option("--yes", "-y", is_flag=True, help=N_("Do not ask before removing."))
@click.option("--dry-run", is_flag=True, help=N_("Only say what would be done."))
@sending.with_strip
@sending.with_mpy
@with_boards
@with_json
def sync(
    folder: str, dest: str, delete: bool, yes: bool, dry_run: bool, stripped: bool | None, mpy: bool,
    ports: tuple[str, ...], all_boards: bool, as_json: bool,
) -> None:  # fmt: skip
    from makerlab.cli.board_names import board_name
    from makerlab.cli.local_files import read_sources

    if Path(folder).is_file():
        raise FileProblem(path=folder, detail=_("this is a file; sync takes a folder (for files: maker put)"))
    (source, *_others) = read_sources([folder])
    mirror = _Mirror(source.files, board_name(dest), stripped, mpy)
    boards = chosen(ports, all_boards)
    fields = sending.fields if as_json else None
    if dry_run:
        report(on_boards(boards, lambda task: mirror.plan(task, delete)), sending.planned, fields)
        return
    allowed: dict[str, tuple[str, ...]] | None = None if delete and yes else {}
    if delete and not yes:
        allowed = _ask(on_boards(boards, lambda task: mirror.plan(task, delete=True)))
    report(on_boards(boards, lambda task: mirror.carry_out(task, allowed)), sending.text, fields)


class _Mirror:
    """A folder's files and where they go."""

    def __init__(self, files: Mapping[str, bytes], dest: BoardName, stripped: bool | None, mpy: bool) -> None:
        prefix = dest.path + "/" if dest.path else ""
        self._files = {prefix + name: data for name, data in files.items()}
        self._under = dest.path
        self._stripped = stripped
        self._mpy = mpy

    def plan(self, task: Task, delete: bool) -> sending.Sent:
        """What would be done; nothing is."""
        with task.connect() as connection:
            task.say(_("comparing"))
            files = sending.board_files(connection, task)
            wanted = sending.ready(self._files, connection, self._stripped, self._mpy)
            made = files.plan(wanted, self._under, delete=delete)
            if made.problems:
                raise made.problems[0]
            return sending.Sent(made, 0.0)

    def carry_out(self, task: Task, allowed: Mapping[str, Sequence[str]] | None) -> sending.Sent:
        """Do it; removed is only what is `allowed` for the task's port (None: all that DIR does not have)."""

        def agreed(made: Plan) -> bool:
            return allowed is None or set(made.removes) <= set(allowed[task.port])

        deletes = allowed is None or bool(allowed.get(task.port))
        with task.connect() as connection:
            task.say(_("comparing"))
            files = sending.board_files(connection, task)
            wanted = sending.ready(self._files, connection, self._stripped, self._mpy)
            sent = sending.timed(lambda: files.sync(wanted, self._under, confirm=agreed if deletes else None))
            sending.tidy(files, wanted, connection)
            return sent


def _ask(outcomes: Sequence[Done[sending.Sent] | Failed]) -> dict[str, tuple[str, ...]]:
    """What may be removed, by port: all that would be, or nothing. A board that failed will fail again."""
    removes = {one.port: one.result.plan.removes for one in outcomes if isinstance(one, Done)}
    names = list(dict.fromkeys(name for names in removes.values() for name in names))
    if not names:
        return {}
    for name in names[:SHOWN_NAMES]:
        click.echo("  " + name, err=True)
    if len(names) > SHOWN_NAMES:
        rest = len(names) - SHOWN_NAMES
        click.echo("  " + ngettext("... and {n} more", "... and {n} more", rest).format(n=rest), err=True)
    try:
        if click.confirm(_("Remove these from the board?"), err=True):
            return removes
    except click.Abort:
        click.echo(err=True)  # the question has no line end
        raise UsageProblem(
            problem=_("Nobody answered whether to remove files, so nothing was done."),
            advice=_("Add --yes if they may be removed."),
        ) from None
    return {}
