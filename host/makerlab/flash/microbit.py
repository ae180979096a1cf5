"""One micro:bit, flashed through its drive and then asked, at its prompt, whether it has what it should.

job = MicrobitJob(info, Firmware({"main.py": program}))
print(job.plan(say).shown)
flashed = job.flash(say)
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from makerlab.boards import Board, LookAlike, candidates, catalogue
from makerlab.connect import Connection, connect
from makerlab.errors import DriveRefused, MakerError, NoDrive, NotProven, PortLost, WriteFailed, WrongBoard
from makerlab.files.transfer import BoardFiles
from makerlab.flash import swd
from makerlab.flash.drive import Drive, Find, Shared, Volume, find_drives, need_drive, send, wait_back
from makerlab.flash.microbit_cache import Firmware, Ready
from makerlab.flash.model import Flashed, Plan, Progress, Say, Stage, Step
from makerlab.i18n import _
from makerlab.link import open_link
from makerlab.link.ports import PortInfo, list_ports

TRIES = 3
"""Of writing, when DAPLink says that another try may help."""
PORT_WAIT_S = 6.0
"""For the serial port after the drive is back: firmware up to 0243 takes the whole USB device away and brings
it back."""
LOOK_S = 0.2
FAMILY = "microbit"
CALLIOPE = "calliope-mini3"
"""Key in boards.yaml of what has a micro:bit's board id and is none."""

drives_here: Find = Shared(find_drives)
ports_here = Shared(list_ports)


@dataclass(frozen=True)
class Place:
    """How a micro:bit is reached: the port named, what its USB device says it is, the way to its drive, and
    the name of its serial port now (None while it is away)."""

    port: str
    board: Board
    unique_id: str
    find: Find
    port_now: Callable[[], str | None]


class MicrobitJob:
    """A `model.Job`: the board at `info.port`, which gets `firmware`."""

    def __init__(self, info: PortInfo, firmware: Firmware) -> None:
        self.port = info.port
        self.location = info.location
        self._info = info
        self._firmware = firmware

    def apart(self) -> None:
        """None: what hangs here is the drive, for the whole computer."""

    def plan(self, say: Say) -> Plan:
        """What `flash` would do. Raises what it raises before it writes."""
        with reach(self._info) as place:
            ready, _drive = self._prepare(place, say)
            return _plan(place, ready)

    def flash(self, say: Say) -> Flashed:
        """Write the hex, wait for the drive, ask the board. Raises MakerError when it is not proven that the
        board works: before anything is written WrongBoard, NoDrive, LinkError (the port is in use), BadImage,
        WrongImage, BoardFileError, FilesTooBig, EmptyFile; then DriveRefused, WriteFailed, SwdFailed,
        PortLost, NotProven."""
        with reach(self._info) as place:
            try:
                ready, drive = self._prepare(place, say)
                _write(place, ready, drive, say)
            except (NoDrive, WriteFailed) as error:
                ready = self._write_past_drive(place, error, say)
            say(Progress(Stage.STARTING))
            port = _wait_for_port(place)
            say(Progress(Stage.ASKING))
            try:
                runtime = _prove(port, place, ready)
                with open_link(port) as link:  # its main.py, which was stopped for the questions, begins
                    link.reset()
            except NotProven:
                raise
            except MakerError as error:
                detail = _("it cannot be asked: {why}").format(why=error.message)
                raise NotProven(port=port, detail=detail) from error
            return Flashed(
                port, place.board.shown_name, ready.runtime.name, runtime, place.unique_id, len(ready.data)
            )

    def _write_past_drive(self, place: Place, error: MakerError, say: Say) -> Ready:
        """The second way of a board whose drive failed with `error`, which is raised where there is none."""
        if self._info.usb is None or not swd.may_help(error):
            raise error
        if not swd.is_there():
            raise swd.with_advice(error)
        ready = self._firmware.ready(place.board, place.port)
        swd.write(place.port, place.board, place.unique_id, ready.data, say)
        return ready

    def _prepare(self, place: Place, say: Say) -> tuple[Ready, Drive]:
        """Everything that can be known before something is written."""
        say(Progress(Stage.CONNECTING))
        drive = need_drive(place.port, place.unique_id, place.find)
        _check_name(place, drive)
        say(Progress(Stage.CHECKING, unique_id=place.unique_id))
        ready = self._firmware.ready(place.board, place.port)
        with open_link(place.port):  # raises PortBusy and the like: the board could not be asked afterwards
            return ready, drive


@contextmanager
def reach(info: PortInfo) -> Iterator[Place]:
    """The place of a micro:bit that is plugged in, or of a virtual one, whose drive is plugged in meanwhile.

    Raises WrongBoard for a port with anything else, NoDrive where nothing ties the board to its drive.
    """
    port = info.port
    if info.usb is None:
        from makerlab.virtual import daplink

        if not daplink.has_drive(port):
            raise _wrong(port, _("something without a drive"))
        with daplink.plug(port) as drive:
            volume = Volume(drive.folder, drive.label)
            yield Place(
                port,
                drive.board,
                drive.unique_id,
                lambda: find_drives(lambda: [volume]),
                lambda: port if drive.plugged else None,
            )
        return
    can_be = candidates(info.usb)
    boards = [one for one in can_be if isinstance(one, Board) and one.family == FAMILY]
    if len(boards) > 1:
        raise NoDrive(
            port=port,
            problem=_("this computer does not tell the board's number, so it could be any drive"),
            advice=_("Take another USB socket or cable; on an old computer, update its USB drivers."),
        )
    if not boards:
        other = next((one for one in can_be if one not in boards), None)
        raise _wrong(port, other if other else info.description or info.usb.id)
    serial = info.usb.serial

    def port_now() -> str | None:
        return next((one.port for one in ports_here() if one.usb and one.usb.serial == serial), None)

    yield Place(port, boards[0], serial, drives_here, port_now)


def _check_name(place: Place, drive: Drive) -> None:
    """Raises WrongBoard for what has a micro:bit's board id and another name."""
    label = drive.volume.label.upper()
    if drive.details.is_calliope:
        raise _wrong(place.port, catalogue().look_alikes[CALLIOPE])
    if label and not label.startswith(place.board.flash.drive):
        raise _wrong(place.port, _("a board with the drive {name}").format(name=label))


def _wrong(port: str, found: Board | LookAlike | str) -> WrongBoard:
    advice = found.shown_advice if isinstance(found, LookAlike) else _("See what is plugged in: maker boards")
    name = found if isinstance(found, str) else found.shown_name
    return WrongBoard(port=port, found=name, meant=_("a micro:bit"), advice=advice)


def _plan(place: Place, ready: Ready) -> Plan:
    names = _(", ").join(sorted(ready.files))
    written = _("the runtime and {files}").format(files=names) if names else _("the runtime, without files")
    return Plan(
        place.port,
        place.board.shown_name,
        ready.runtime.name,
        (
            Step("lose", _("everything that is on the board now")),
            Step("write", written, len(ready.data)),
            Step("check", _("its drive comes back without an error")),
            Step(
                "check", _("at its prompt it says: micro:bit {release}").format(release=ready.runtime.release)
            ),
            Step("check", _("every file is there, byte for byte")),
        ),
        place.unique_id,
    )


def _write(place: Place, ready: Ready, drive: Drive, say: Say) -> None:
    """Onto the drive, again if DAPLink thinks that may help."""
    size = len(ready.data)
    for tries_left in reversed(range(TRIES)):
        say(Progress(Stage.WRITING, 0, size))
        send(place.port, drive, ready.data)
        say(Progress(Stage.WRITING, size, size))
        say(Progress(Stage.VERIFYING))
        drive = wait_back(place.port, drive, place.find, lambda: place.port_now() is not None)
        failure = drive.failure()
        if failure is None:
            return
        if not failure.passes or not tries_left:
            raise DriveRefused(
                port=place.port,
                detail=failure.cause.shown_problem,
                code=failure.code or "?",
                advice=failure.cause.shown_advice,
            )


def _wait_for_port(place: Place) -> str:
    """The name of the board's port, when it is there. Raises PortLost."""
    deadline = time.monotonic() + PORT_WAIT_S
    while (port := place.port_now()) is None:
        if time.monotonic() > deadline:
            raise PortLost(port=place.port)
        time.sleep(LOOK_S)
    return port


def _prove(port: str, place: Place, ready: Ready) -> str:
    """What the board says it runs. Raises NotProven when that, or its files, are not what was written."""
    with connect(port) as connection:
        said = connection.identity.machine
        release = re.escape(ready.runtime.release)
        if connection.board.key != place.board.key or not re.search(
            rf"micro:bit v{release}(?![\w.]|-\w)", said
        ):
            problem = _("it says it runs {said}, not {release}")
            raise NotProven(
                port=port, detail=problem.format(said=said, release=f"micro:bit v{ready.runtime.release}")
            )
        if other := _different(connection, ready):
            raise NotProven(
                port=port, detail=_("these files are not as they should be: {names}").format(names=other)
            )
        return f"MicroPython {connection.identity.version}, {said}"


def _different(connection: Connection, ready: Ready) -> str:
    """The names of files that the board does not have as they were written."""
    return ", ".join(BoardFiles(connection.session, connection.board.limits).plan(ready.files).puts)
