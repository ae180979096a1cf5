"""`maker rm`: remove files from a board."""

from __future__ import annotations

import click

from makerlab.cli.base import MakerCommand
from makerlab.cli.several import Task, chosen, on_boards, report, with_boards
from makerlab.errors import BoardFileError, UsageProblem
from makerlab.i18n import N_, _, ngettext

HELP = N_(
    "Remove files from a board. NAME is a file on the board or a pattern such as *.csv; with -r also "
    "folders, with all that is in them."
)
EXAMPLES = """\b
maker rm main.py
maker rm "*.csv" --port COM3
maker rm -r lib --all"""


class IsAFolder(BoardFileError):
    what = N_("On the board, {name} is a folder.")
    todo = N_("Remove it with all that is in it: maker rm -r {name}")


@click.command("rm", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("-r", "--recursive", is_flag=True, help=N_("Remove folders, with all that is in them."))
@with_boards
def rm(names: tuple[str, ...], recursive: bool, ports: tuple[str, ...], all_boards: bool) -> None:
    from makerlab.cli.board_names import board_name

    for name in names:
        if not board_name(name).path:
            raise UsageProblem(
                problem=_("{name} is everything on the board.").format(name=name or '""'),
                advice=_('If you want that, write: maker rm -r "*"'),
            )
    report(on_boards(chosen(ports, all_boards), lambda task: _remove(task, names, recursive)), _text)


def _remove(task: Task, names: tuple[str, ...], recursive: bool) -> list[str]:
    """Remove what is named; everything is found, and a folder without -r complained about, before anything
    goes."""
    from makerlab.cli.board_names import matching
    from makerlab.files.transfer import BoardFiles

    with task.connect() as connection:
        files = BoardFiles(connection.session, connection.board.limits)
        found = dict.fromkeys(entry for name in names for entry in matching(files, name))
        inside = {entry for entry in found for folder in found if entry.name.startswith(folder.name + "/")}
        for entry in found:
            if entry.is_folder and not recursive:
                raise IsAFolder(name=entry.name)
        for entry in (entry for entry in found if entry not in inside):
            task.say(_("removing {name}").format(name=entry.name))
            files.remove(entry.name, recursive=recursive)
        return [entry.name for entry in found]


def _text(removed: list[str]) -> str:
    if len(removed) == 1:
        return _("{name} is removed.").format(name=removed[0])
    return ngettext("{n} file removed.", "{n} files removed.", len(removed)).format(n=len(removed))
