"""The one hex that a micro:bit gets: its MicroPython, and the lesson's files in it. Pure.

runtime = read_runtime(content, "lesson.hex", board, port)     # raises BadImage, WrongImage
text = with_files(runtime, {"main.py": program}, board)        # raises NameRefused, FileTooBig, ...

Reading and writing of the file system inside a hex is micropython-microbit-fs's; it takes half a second, so
whoever flashes thirty boards builds once (microbit_cache.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from makerlab.boards import Board, catalogue
from makerlab.errors import BadImage, EmptyFile, FilesTooBig, WrongImage
from makerlab.files.plan import check, cost, flat_room
from makerlab.flash import hexfile
from makerlab.flash.hexfile import Record
from makerlab.i18n import N_, _

_VERSIONS = re.compile(r"micro:bit v(?P<release>[^+\s;]+)(?:.*MicroPython v(?P<micropython>[^\s;-]+))?")
"""In a hex: "micro:bit v2.1.2+0697c6d on 2023-10-30; MicroPython v1.18 on 2023-10-30"."""
_BOARD_KEYS = {"V1": "microbit-v1", "V2": "microbit-v2"}
"""micropython_microbit_fs.DeviceVersion -> boards.yaml."""
_OTHER_PROGRAM = N_(
    "Nothing was changed on the board. Take a hex with MicroPython, or leave it out: maker brings a runtime."
)


@dataclass(frozen=True)
class RuntimeHex:
    """A whole, checked hex with MicroPython for one kind of micro:bit.

    name        what a person calls it: its file's name
    board       key of boards.yaml
    release     of the micro:bit's MicroPython ("2.1.2"), as the board's banner has it; "" if it does not say
    text        the hex itself: a single hex, never a Universal Hex
    files       what is in its file system already
    files_at    where that lies in flash: first address, and the one after the last
    """

    name: str
    board: str
    release: str
    text: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    files_at: tuple[int, int] = (0, 0)


def read_runtime(content: bytes, name: str, board: Board, port: str) -> RuntimeHex:
    """The hex in the file `name`, for `board`; out of a Universal Hex the section for it.

    Raises BadImage for what is no whole hex with MicroPython in it, WrongImage for one of another board.
    """
    records = hexfile.read(content, name)
    if sections := hexfile.sections(records, name):
        fitting = [part for number, part in sections.items() if _is_for(number, board)]
        if not fitting:
            raise WrongImage(image=name, meant=_meant(sections), port=port, found=board.shown_name)
        records = fitting[0]
    runtime = _recognise(records, name)
    if runtime.board != board.key:
        meant = catalogue().boards[runtime.board].shown_name
        raise WrongImage(image=name, meant=meant, port=port, found=board.shown_name)
    return runtime


def check_files(files: Mapping[str, bytes], board: Board) -> None:
    """Raises NameRefused, FileTooBig, EmptyFile or FilesTooBig when `board` cannot have these files."""
    for name, data in files.items():
        if problem := check(name, board.limits, len(data)):
            raise problem
        if not data:
            raise EmptyFile(name=name)
    costs = {name: cost(name, len(data), board.limits) for name, data in files.items()}
    if sum(costs.values()) > flat_room(board.limits):
        biggest = max(costs, key=lambda name: costs[name])
        raise FilesTooBig(
            needed=sum(costs.values()), board=board.shown_name, room=flat_room(board.limits),
            biggest=biggest, size=costs[biggest],
        )  # fmt: skip


def with_files(runtime: RuntimeHex, files: Mapping[str, bytes], board: Board) -> str:
    """The text of a hex with `files` (name -> content) beside those that are in it already, of which it
    replaces what has the same name. Raises what `check_files` raises."""
    wanted = {**runtime.files, **files}
    check_files(wanted, board)
    if not files:
        return runtime.text
    from micropython_microbit_fs import File, add_files

    text = runtime.text
    if runtime.files:  # the library adds, and cannot replace
        text, _files = split(runtime, *runtime.files_at)
    return add_files(text, [File(name, data) for name, data in wanted.items()])


def split(runtime: RuntimeHex, start: int, end: int) -> tuple[str, bytes]:
    """The hex without what it puts into flash from `start` up to `end`, and that."""
    left, area = hexfile.cut(hexfile.read(runtime.text.encode("ascii"), runtime.name), start, end)
    return hexfile.write(left), area


def _recognise(records: list[Record], name: str) -> RuntimeHex:
    from micropython_microbit_fs import get_device_info, get_files
    from micropython_microbit_fs.exceptions import FilesystemError, NotMicroPythonError

    no_python = BadImage(
        path=name,
        problem=_("there is no MicroPython in it, but some other program"),
        advice=_(_OTHER_PROGRAM),
    )
    text = hexfile.write(records)
    try:
        info = get_device_info(text)
        files_at = (info.fs_start_address, info.fs_end_address)
        _left, area = hexfile.cut(records, *files_at)
        found = get_files(text) if area.strip(b"\xff") else []  # reads the whole hex once more
    except NotMicroPythonError:
        raise no_python from None
    except (FilesystemError, ValueError, IndexError) as error:
        raise BadImage(
            path=name, problem=_("its file system is damaged ({error})").format(error=error),
            advice=_(hexfile.AGAIN),
        ) from None  # fmt: skip
    said = _VERSIONS.search(info.micropython_version)
    return RuntimeHex(
        name,
        _BOARD_KEYS[info.device_version.value],
        said["release"] if said else "",
        text,
        {file.name: file.content for file in found},
        files_at,
    )


def _is_for(number: int, board: Board) -> bool:
    """Whether the section `number` of a Universal Hex is for `board`: it has the board id that begins the
    USB serial number of such boards."""
    return any(f"{number:04X}" in rule.serial for rule in board.usb)


def _meant(sections: Mapping[int, object]) -> str:
    """The boards that a Universal Hex has sections for, in words."""
    known = [b for b in catalogue().boards.values() if any(_is_for(number, b) for number in sections)]
    return _(", ").join(board.shown_name for board in known) or ", ".join(f"{n:04X}" for n in sections)
