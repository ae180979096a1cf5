"""`maker get`: files of a board onto this computer."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from makerlab.cli.base import MakerCommand, with_json
from makerlab.cli.several import Task, chosen, on_boards, report, with_boards
from makerlab.errors import UsageProblem
from makerlab.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from makerlab.files.transfer import BoardFiles

HELP = N_(
    "Copy files from a board to this computer. SRC is a file or folder on the board, or a pattern such as "
    "*.csv; a colon alone is everything."
)
WHERE = N_(
    "DEST is a new name, or a folder; without it files come here under their own names. A file that is here "
    "already is replaced once the new one has arrived whole. From several boards, each gets a folder of its "
    "own. A - for DEST prints the file."
)
EXAMPLES = """\b
maker get main.py
maker get main.py old_main.py
maker get "*.csv" results/ --all
maker get : backup/ --port COM3
maker get log.csv -"""

TO_OUTPUT = "-"


@click.command("get", cls=MakerCommand, help="\n\n".join((HELP, WHERE, EXAMPLES)))
@click.argument("src", metavar="SRC")
@click.argument("dest", metavar="[DEST]", default="")
@with_boards
@with_json
def get(src: str, dest: str, ports: tuple[str, ...], all_boards: bool, as_json: bool) -> None:
    from makerlab.cli.board_names import board_name, has_pattern

    name = board_name(src)
    boards = chosen(ports, all_boards)
    prints = dest == TO_OUTPUT
    if prints and (len(boards) > 1 or as_json or not name.path or has_pattern(name.path)):
        raise UsageProblem(
            problem=_("Only one file of one board can be printed."),
            advice=_("Name a folder instead of -, for example: maker get {name} results/").format(name=src),
        )
    several = len(boards) > 1
    outcomes = on_boards(boards, lambda task: _fetch(task, src, _place(dest, task.port, several), prints))
    report(outcomes, _text, _fields if as_json else None)


@dataclass(frozen=True)
class _Place:
    """Where files go: `path`, and whether it is (or is to be) a folder."""

    path: Path
    is_folder: bool


def _place(dest: str, port: str, several: bool) -> _Place:
    path = Path(dest or ".")
    if several:
        return _Place(path / _folder_name(port), True)
    return _Place(path, path.is_dir() or dest.endswith(("/", "\\")))


def _folder_name(port: str) -> str:
    """A port's name as that of a folder: COM3, ttyACM0, virtual-esp32."""
    name = port.removeprefix("/dev/")
    return "".join(char if char.isalnum() or char in "._" else "-" for char in name).strip("-.")


@dataclass(frozen=True)
class _Fetched:
    """What arrived: the files here, their bytes in all, and the seconds it took."""

    paths: list[Path]
    bytes: int
    seconds: float


def _fetch(task: Task, src: str, place: _Place, prints: bool) -> _Fetched:
    from makerlab.cli.local_files import write_file
    from makerlab.cli.sending import board_files

    began = time.monotonic()
    with task.connect() as connection:
        # All of it first: what is here is only replaced by what has arrived.
        contents = _read(board_files(connection, task), src, place)
    for path, data in contents.items():
        if prints:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        else:
            write_file(path, data)
    paths = [] if prints else list(contents)
    return _Fetched(paths, sum(map(len, contents.values())), time.monotonic() - began)


def _read(files: BoardFiles, src: str, place: _Place) -> dict[Path, bytes]:
    """What `src` names: where each file goes -> its content. As `cp -r` does it."""
    from makerlab.cli.board_names import board_name, matching
    from makerlab.cli.local_files import local_path

    found = matching(files, src)
    is_root = not board_name(src).path
    into = place.is_folder or is_root or len(found) > 1
    contents: dict[Path, bytes] = {}
    for entry in found:
        own = entry.name if is_root else entry.name.rpartition("/")[2]
        at = local_path(place.path, own) if into else place.path
        if not entry.is_folder:
            contents[at] = files.read(entry.name)
            continue
        for below in files.list(entry.name, recursive=True).entries:
            if not below.is_folder:
                contents[local_path(at, below.name.removeprefix(entry.name + "/"))] = files.read(below.name)
    return contents


def _text(fetched: _Fetched) -> str:
    count = len(fetched.paths)
    if not count:
        return ""
    size = _("{size:,} bytes in {seconds:.1f} s").format(size=fetched.bytes, seconds=fetched.seconds)
    if count == 1:
        return _("Saved as {path} ({size})").format(path=fetched.paths[0], size=size)
    return ngettext("{n} file saved ({size})", "{n} files saved ({size})", count).format(n=count, size=size)


def _fields(fetched: _Fetched) -> dict[str, Any]:
    return {
        "files": [path.as_posix() for path in fetched.paths],
        "bytes": fetched.bytes,
        "seconds": round(fetched.seconds, 3),
    }
