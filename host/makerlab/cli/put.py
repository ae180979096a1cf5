"""`maker put`: files of this computer onto a board."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from makerlab.cli import sending
from makerlab.cli.base import MakerCommand, with_json
from makerlab.cli.several import Task, chosen, on_boards, report, with_boards
from makerlab.errors import MakerError, UsageProblem
from makerlab.i18n import N_, _

if TYPE_CHECKING:
    from makerlab.cli.board_names import BoardName
    from makerlab.cli.local_files import Source
    from makerlab.files.transfer import BoardFiles

HELP = N_(
    "Copy files and folders to a board. What is there already is not sent again, and every file is compared "
    "once it is there."
)
WHERE = N_(
    "The last name is the place on the board if it begins with a colon, or if nothing here has that name: a "
    "new name for one file, or a folder (lib/). Without it everything keeps its name. In folders, hidden "
    "files and __pycache__ are left out."
)
EXAMPLES = """\b
maker put main.py
maker put experiment.py :main.py
maker put *.py lib/ --port COM3
maker put lessons :lib/ --all"""


class NotAFolder(MakerError):
    what = N_("Several files go into a folder, and {name} is not one.")
    todo = N_("End its name with a slash: {name}/")


@click.command("put", cls=MakerCommand, help="\n\n".join((HELP, WHERE, EXAMPLES)))
@click.argument("words", metavar="SRC... [DEST]", nargs=-1, required=True)
@sending.with_strip
@sending.with_mpy
@with_boards
@with_json
def put(
    words: tuple[str, ...], stripped: bool | None, mpy: bool,
    ports: tuple[str, ...], all_boards: bool, as_json: bool,
) -> None:  # fmt: skip
    from makerlab.cli.board_names import board_name
    from makerlab.cli.local_files import read_sources

    names, word = _split(words)
    dest = board_name(word)
    sources = read_sources(names)
    outcomes = on_boards(chosen(ports, all_boards), lambda task: _send(task, sources, dest, stripped, mpy))
    report(outcomes, sending.text, sending.fields if as_json else None)


def _split(words: Sequence[str]) -> tuple[Sequence[str], str]:
    """What to send, and where to ("" for the root). Raises UsageProblem."""
    from makerlab.cli.board_names import MARK
    from makerlab.cli.local_files import exists, nearest

    *names, last = words
    if any(name.startswith(MARK) for name in names) or (not names and last.startswith(MARK)):
        raise UsageProblem(
            problem=_("Only the last name can be one on the board (with a colon)."),
            advice=_(
                "First what to send, then where to: maker put main.py :lib/. Fetch files with: maker get"
            ),
        )
    if not names or (not last.startswith(MARK) and exists(last)):
        return words, ""
    if not last.startswith(MARK) and (near := nearest(last)) and near not in names:
        raise UsageProblem(
            problem=_("There is no {name} here; did you mean {near}?").format(name=last, near=near),
            advice=_("If {name} is to be its name on the board, write :{name}").format(name=last),
        )
    return names, last


def _send(
    task: Task, sources: Sequence[Source], dest: BoardName, stripped: bool | None, mpy: bool
) -> sending.Sent:
    with task.connect() as connection:
        files = sending.board_files(connection, task)
        wanted = sending.ready(_placed(sources, dest, files), connection, stripped, mpy)
        task.say(_("comparing"))
        sent = sending.timed(lambda: files.put(wanted))
        sending.tidy(files, wanted, connection)
        return sent


def _placed(sources: Sequence[Source], dest: BoardName, files: BoardFiles) -> dict[str, bytes]:
    """Where everything goes: name on the board -> content. As `cp -r` does it."""
    into = dest.is_folder or _is_folder(files, dest.path)
    if not into and len(sources) > 1:
        raise NotAFolder(name=dest.path)
    placed: dict[str, bytes] = {}
    for source in sources:
        at = "/".join(filter(None, (dest.path, source.name if into else "")))
        for name, data in source.files.items():
            target = "/".join(filter(None, (at, name)))
            if target in placed:
                raise UsageProblem(
                    problem=_("Two of the files would be {name} on the board.").format(name=target),
                    advice=_("Send them one after the other, with a new name: maker put a/main.py :other.py"),
                )
            placed[target] = data
    return placed


def _is_folder(files: BoardFiles, path: str) -> bool:
    from makerlab.errors import NoSuchFile

    try:
        return files.list(path).find(path) is None
    except NoSuchFile:
        return False
