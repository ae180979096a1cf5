"""Every way makerlab can fail, each with what happened and what to do about it.

    MakerError
    ├── UsageProblem                 the command makes no sense as given
    ├── BoardError                   no board, or not one we can talk to
    │   ├── NoBoard
    │   ├── SeveralBoards
    │   └── UnknownBoard
    ├── LinkError                    the byte pipe to a board
    │   ├── BadAddress
    │   │   └── NoVirtualBoard       virtual: or emulated: with a board there is none of
    │   ├── NotABoardPort
    │   ├── PortMissing
    │   ├── PortBusy
    │   ├── PortForbidden
    │   ├── PortFailed
    │   ├── PortLost
    │   ├── PortTaken                a TCP port where we want to serve a virtual board
    │   ├── LinkTimeout
    │   └── MissingTool              a program or package that this kind of port needs
    ├── BoardSilent                  nothing, or nothing we know, answers at the prompt
    │   ├── NotMicroPython
    │   └── BootLoop
    ├── ReplError                    the conversation with the board got out of step
    ├── BoardRestarted               it started anew while a program ran
    ├── ProgramWontStop              not even Ctrl-C ends its program
    ├── ProgramError                 the program on the board ended with an error (traceback kept)
    ├── BoardFileError               a file on a board; facts["name"] says which
    │   ├── NoSuchFile
    │   ├── NotAFile                 a folder
    │   ├── NameRefused              a name the board cannot store
    │   ├── FileTooBig
    │   ├── InTheWay                 a folder where a file should be, or the reverse
    │   ├── FolderNotEmpty
    │   ├── BoardFull
    │   ├── BoardRefused             the board's own file system says no
    │   └── NotStored                sent twice, and twice something else arrived
    ├── FlashError                   firmware that does not get onto a board
    │   ├── BadImage                 a file that is no whole firmware image
    │   ├── WrongImage               a good image, and another kind of board
    │   ├── ImageTooBig
    │   ├── FilesTooBig              the files that should go onto a micro:bit with its runtime
    │   ├── EmptyFile                one of them, which a hex cannot hold
    │   ├── WrongBoard               what is plugged in is not one that is flashed this way
    │   ├── NoDrive                  a micro:bit whose drive is not there, or not usable
    │   │   └── InMaintenance
    │   ├── NoBootloader             the chip does not come into its bootloader
    │   ├── WriteFailed              the board did not take it, or took something else
    │   │   └── DriveRefused         the micro:bit says why (FAIL.TXT)
    │   └── NotProven                written, and the board does not answer as it should afterwards
    └── DataError                    a file that does not say what it should
        ├── FileProblem              a file of this computer cannot be read or written
        └── BadFile                  file and line of what is wrong in it

An error is data: its class holds the two texts (`what`, `todo`; English, marked for the catalogue), the
instance holds the facts that go into them (`PortBusy(port="COM3").facts["port"]`). `cli.main` is the one
place that prints them.
"""

from __future__ import annotations

import errno
import re
from typing import ClassVar

from makerlab.i18n import N_, _

_REASONS = {
    errno.EINVAL: N_("no file can have this name"),
    errno.ENAMETOOLONG: N_("this name is too long"),
    errno.ENOSPC: N_("the disk is full"),
    errno.EDQUOT: N_("the disk is full"),
    errno.EFBIG: N_("the disk takes no file so big"),
    errno.EROFS: N_("the disk can only be read"),
    errno.EACCES: N_("this place is not open to this user"),
    errno.EPERM: N_("this place is not open to this user"),
    errno.EEXIST: N_("something else of this name is there already"),
    errno.ENOENT: N_("there is no such file"),
    errno.ENOTDIR: N_("there is no such folder"),
    errno.EISDIR: N_("this is a folder"),
    errno.EIO: N_("the disk does not answer; was it unplugged?"),
    errno.ENODEV: N_("the disk does not answer; was it unplugged?"),
    errno.ENXIO: N_("the disk does not answer; was it unplugged?"),
}


def system_reason(error: OSError | ValueError) -> str:
    """Why this computer did not do something with a file, in the user's language where we have the words."""
    if isinstance(error, UnicodeDecodeError):
        return _("this is no text in UTF-8")
    if isinstance(error, OSError):
        return _(_REASONS.get(error.errno or 0, "")) or error.strerror or str(error)
    return str(error)


class MakerError(Exception):
    """Base of every error meant for a person. `facts` fill the `{placeholders}` of its two texts."""

    what: ClassVar[str] = N_("Something went wrong: {detail}")
    todo: ClassVar[str] = N_("Try again; if it happens again, report it with the command you typed.")

    def __init__(self, **facts: object) -> None:
        needed = set(re.findall(r"{(\w+)", self.what + self.todo))
        if missing := needed - facts.keys():
            raise TypeError(f"{type(self).__name__} lacks {', '.join(sorted(missing))}")
        super().__init__(self.what.format(**facts))
        self.facts = facts

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled as its class and facts, for what a process of its own found out (flash.apart)."""
        return _made, (type(self), self.facts)

    @property
    def message(self) -> str:
        """What happened, in the user's language."""
        return _(self.what).format(**self.facts)

    @property
    def hint(self) -> str:
        """What to do about it, in the user's language."""
        return _(self.todo).format(**self.facts)

    def __str__(self) -> str:
        return self.message


def _made(kind: type[MakerError], facts: dict[str, object]) -> MakerError:
    return kind(**facts)


class UsageProblem(MakerError):
    what = N_("{problem}")
    todo = N_("{advice}")


class BoardError(MakerError):
    pass


class NoBoard(BoardError):
    what = N_("No board was found on this computer.")
    todo = N_(
        "Plug one in with a cable that carries data (some only charge), or try it without a board: "
        "--port virtual:esp32"
    )


class SeveralBoards(BoardError):
    what = N_("There are several boards: {ports}.")
    todo = N_("Say which one with --port, for example: --port {example}")


class UnknownBoard(BoardError):
    what = N_("{experiment} has no program for this board ({board}).")
    todo = N_("It runs on: {boards}.")


class LinkError(MakerError):
    """Trouble with a port; every one names it in `facts["port"]`."""


class BadAddress(LinkError):
    what = N_("{port} is not a port this program understands.")
    todo = N_("Examples: COM3, /dev/ttyACM0, virtual:esp32, socket://127.0.0.1:4000. See: maker boards")


class NoVirtualBoard(BadAddress):
    what = N_("There is no virtual board {port}.")
    todo = N_("Boards that need no hardware: {known}.")


class NotABoardPort(LinkError):
    what = N_("{port} is {kind}; no board can be there.")
    todo = N_("See which ports have boards: maker boards")


class PortMissing(LinkError):
    what = N_("There is no port {port} (any more).")
    todo = N_("Check the cable, then see which ports there are: maker boards")


class PortBusy(LinkError):
    what = N_("Port {port} is in use by another program.")
    todo = N_("Close Thonny, Mu, Arduino, Mind+ or the browser page that talks to the board, and try again.")


class PortForbidden(LinkError):
    what = N_("This user may not open port {port}.")
    todo = N_("On Linux: sudo usermod -aG dialout $USER, then log out and in again.")


class PortFailed(LinkError):
    what = N_("Port {port} cannot be opened: {detail}")
    todo = N_("Unplug the board, plug it in again, and try another cable or USB socket; check its driver.")


class PortLost(LinkError):
    what = N_("The connection to {port} broke off.")
    todo = N_("Check the plug and the cable, then run the command again.")


class PortTaken(LinkError):
    what = N_("TCP port {port} of this computer is taken by another program.")
    todo = N_(
        "Close that program (perhaps another maker virtual), or begin with another port, "
        "for example: --tcp-port 6001"
    )


class LinkTimeout(LinkError):
    what = N_("{port} does not take what is sent to it.")
    todo = N_("Press the board's reset button; if that does not help, plug it in again.")


class MissingTool(LinkError):
    what = N_("{port} needs {tool}, which is not on this computer.")
    todo = N_("{install}")


class BoardSilent(MakerError):
    what = N_("The board on {port} does not answer.")
    todo = N_("Press its reset button and try again. A board without MicroPython must be flashed first.")


class NotMicroPython(BoardSilent):
    what = N_("The board on {port} runs something else: {found}.")
    todo = N_("Flash MicroPython on it first, or pick another port.")


class BootLoop(BoardSilent):
    what = N_("The board on {port} starts again and again.")
    todo = N_("Use a short cable straight to the computer (not a weak hub); then flash MicroPython again.")


class ReplError(MakerError):
    what = N_("The conversation with the board on {port} got mixed up: {detail}")
    todo = N_("Press the board's reset button and run the command again.")


class BoardRestarted(MakerError):
    what = N_("The board on {port} started anew while the program ran.")
    todo = N_(
        "Check its power and the cable: a loose plug, or a part that draws much current, makes a board "
        "restart."
    )


class ProgramWontStop(MakerError):
    what = N_("The program on {port} does not stop, not even with Ctrl-C.")
    todo = N_("Press the board's reset button.")


class ProgramError(MakerError):
    """The program on the board ended with an error.

    facts: `where` (such as "thermometer.py, line 7", translated), `problem` (the board's own words),
    `advice`; and `traceback` (the board's text), `file`, `line` for programs that look.
    """

    what = N_("{where}: {problem}")
    todo = N_("{advice}")


class BoardFileError(MakerError):
    pass


class NoSuchFile(BoardFileError):
    what = N_("The board has no file {name}.")
    todo = N_("See what is on it: maker ls")


class NotAFile(BoardFileError):
    what = N_("On the board, {name} is a folder.")
    todo = N_("Name a file in it: maker ls {name}")


class NameRefused(BoardFileError):
    what = N_("{name} cannot be a file on this board: {reason}.")
    todo = N_("Give it another name; nothing was changed on the board.")


class FileTooBig(BoardFileError):
    what = N_("{name} has {size:,} bytes; a file on this board can have {limit:,}.")
    todo = N_("Make it smaller or leave it out; nothing was changed on the board.")


class InTheWay(BoardFileError):
    what = N_("On the board, {name} is {what}.")
    todo = N_("Take another name, or remove it first: {command}")


class FolderNotEmpty(BoardFileError):
    what = N_("The folder {name} is not empty.")
    todo = N_("Remove it with all that is in it: maker rm -r {name}")


class BoardFull(BoardFileError):
    what = N_("The files need {needed:,} bytes, and the board has room for {free:,}.")
    todo = N_("Remove files from the board that are not needed any more: maker ls, maker rm")


class BoardRefused(BoardFileError):
    what = N_("The board cannot write {name}: {problem}")
    todo = N_("Restart it with its reset button and try again; if it happens again, flash it anew.")


class NotStored(BoardFileError):
    what = N_("{name} did not arrive on the board as it was sent, twice.")
    todo = N_("Try another cable or USB socket; what was on the board before is still there.")


class FlashError(MakerError):
    """Trouble with firmware. All up to NoDrive are found before anything on the board is changed."""


class BadImage(FlashError):
    what = N_("{path} is no firmware image: {problem}")
    todo = N_("{advice}")


class WrongImage(FlashError):
    what = N_("{image} is for {meant}, and the board on {port} is {found}.")
    todo = N_("Nothing was changed on it. Use an image for its chip; see: maker firmware list")


class ImageTooBig(FlashError):
    what = N_("{image}: {part} has {size:,} bytes, and {place} has room for {room:,}.")
    todo = N_("Nothing was changed on the board. Use an image for a board with this memory.")


class FilesTooBig(FlashError):
    what = N_("The files need {needed:,} bytes, and {board} has room for {room:,}.")
    todo = N_(
        "Nothing was changed on the board. Leave files out; the biggest, {biggest}, needs {size:,} bytes."
    )


class EmptyFile(FlashError):
    what = N_("{name} is empty, and a micro:bit's hex file cannot hold an empty file.")
    todo = N_("Nothing was changed on the board. Write a line into it, or leave it out.")


class WrongBoard(FlashError):
    what = N_("On {port} is {found}, not {meant}.")
    todo = N_("{advice}")


class NoDrive(FlashError):
    what = N_("The drive of the micro:bit on {port} is not usable: {problem}.")
    todo = N_("{advice}")


class InMaintenance(NoDrive):
    """Started with the reset button held down."""

    what = N_("The micro:bit on {port} is in maintenance mode: its drive is called MAINTENANCE.")
    todo = N_("Unplug it, and plug it in again without touching its reset button.")


class NoBootloader(FlashError):
    what = N_("The chip on {port} does not answer in its bootloader.")
    todo = N_("Hold the board's BOOT button while you plug it in, let go, and flash it again.")


class WriteFailed(FlashError):
    what = N_("The board on {port} did not get its firmware: {detail}")
    todo = N_("Check its cable (short, straight to the computer), then flash it again.")


class DriveRefused(WriteFailed):
    """`code` is the number that the display of a micro:bit V2 shows meanwhile."""

    what = N_("The micro:bit on {port} refused the file: {detail} (error {code}).")
    todo = N_("{advice}")


class NotProven(FlashError):
    what = N_("The firmware is on the board on {port}, but {detail}")
    todo = N_("Unplug the board, plug it in again, and flash it again.")


class DataError(MakerError):
    pass


class FileProblem(DataError):
    what = N_("{path}: {detail}")
    todo = N_("Check that the file is there, is not open in another program, and that its disk is not full.")


class BadFile(DataError):
    what = N_("{path}, line {line}: {problem}")
    todo = N_("{advice}")
