"""`maker ls`: what is on a board."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from makerlab.cli.base import MakerCommand, with_json
from makerlab.cli.several import Task, chosen, on_boards, report, with_boards
from makerlab.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from makerlab.files.model import Listing

HELP = N_(
    "List the files on a board, with their sizes in bytes and the room that is left. PATH is a folder on the "
    "board, or a pattern such as *.csv."
)
EXAMPLES = """\b
maker ls
maker ls lib
maker ls -r --port COM3
maker ls "*.csv" --all --json"""


@click.command("ls", cls=MakerCommand, help=HELP + "\n\n" + EXAMPLES)
@click.argument("path", metavar="[PATH]", default="")
@click.option("-r", "--recursive", is_flag=True, help=N_("Show what is in folders, too."))
@with_boards
@with_json
def ls(path: str, recursive: bool, ports: tuple[str, ...], all_boards: bool, as_json: bool) -> None:
    from makerlab.cli.board_names import board_name

    board_name(path)  # complains before a board is touched
    outcomes = on_boards(chosen(ports, all_boards), lambda task: _list(task, path, recursive))
    report(outcomes, _text, _fields if as_json else None)


def _list(task: Task, path: str, recursive: bool) -> Listing:
    from makerlab.cli.board_names import board_name, has_pattern, matching
    from makerlab.files.model import Listing
    from makerlab.files.transfer import BoardFiles

    with task.connect() as connection:
        task.say(_("reading the list of files"))
        files = BoardFiles(connection.session, connection.board.limits)
        name = board_name(path).path
        if not has_pattern(name):
            return files.list(name, recursive=recursive)
        room = files.list("")
        return Listing(tuple(matching(files, name)), room.free_bytes, room.total_bytes)


def _text(listing: Listing) -> str:
    lines = [
        f"{'':>10}  {entry.name}/" if entry.is_folder else f"{entry.size:>10,}  {entry.name}"
        for entry in listing.entries
    ]
    files = [entry for entry in listing.entries if not entry.is_folder]
    total = ngettext(
        "{n} file, {size:,} bytes; {free:,} bytes free",
        "{n} files, {size:,} bytes; {free:,} bytes free",
        len(files),
    )
    lines.append(total.format(n=len(files), size=sum(entry.size for entry in files), free=listing.free_bytes))
    return "\n".join(lines)


def _fields(listing: Listing) -> dict[str, Any]:
    return {
        "files": [
            {"name": entry.name, "size": entry.size, "folder": entry.is_folder} for entry in listing.entries
        ],
        "free_bytes": listing.free_bytes,
        "total_bytes": listing.total_bytes,
    }
