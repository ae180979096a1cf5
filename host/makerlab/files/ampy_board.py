"""Folders of a board, through adafruit-ampy: its `Files` over our session.

What ampy's Files asks of its Pyboard is small, and `AmpyBoard` answers it with a session: no soft reset at
every step, deadlines everywhere, raw paste. Its transfer of files is not used (32 bytes at a time, by means
that no micro:bit has); making and removing folders is what it does well.
"""

from __future__ import annotations

from ampy.files import DirectoryExistsError, Files
from ampy.pyboard import PyboardError

from makerlab.errors import BoardRefused, NoSuchFile, ProgramError
from makerlab.repl.session import Session


class AmpyBoard:
    """A session with the methods of ampy's Pyboard that its `Files` calls."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def enter_raw_repl(self) -> None:
        """Nothing: a session goes to the raw prompt by itself whenever a program is to run."""

    def exit_raw_repl(self) -> None:
        """Nothing: the session goes on."""

    def exec_(self, command: str | bytes, stream_output: bool = False) -> bytes:
        """What `command` printed. Raises PyboardError with the three arguments that Files looks at."""
        source = command if isinstance(command, str) else command.decode("utf-8")
        try:
            return self._session.exec(source)
        except ProgramError as error:
            raise PyboardError("exception", b"", str(error.facts["traceback"]).encode("utf-8")) from error


class Folders:
    """Make and remove on a board that has folders. Names as in `BoardFiles`.

    Every method raises BoardRefused when the board will not do it; NoSuchFile when there is no such thing.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._files = Files(AmpyBoard(session))

    def make(self, name: str) -> None:
        """Make one folder; fine when it is there already."""
        try:
            self._files.mkdir(_quoted(name), exists_okay=True)
        except (PyboardError, DirectoryExistsError) as error:
            raise _refused(name, error) from error

    def remove_file(self, name: str) -> None:
        try:
            self._files.rm(_quoted(name))
        except RuntimeError as error:
            raise NoSuchFile(name=name) from error
        except PyboardError as error:
            raise _refused(name, error) from error

    def remove_tree(self, name: str) -> None:
        """Remove a folder with all that is in it; fine when it is not there."""
        try:
            self._files.rmdir(_quoted(name), missing_okay=True)
        except (RuntimeError, PyboardError) as error:
            raise _refused(name, error) from error
        finally:
            self._session.exec("import os\nos.chdir('/')\n")  # rmdir stays in the folder above


def _quoted(name: str) -> str:
    """An absolute path as it must stand between the single quotes of ampy's programs."""
    return ("/" + name).replace("\\", "\\\\").replace("'", "\\'")


def _refused(name: str, error: BaseException) -> BoardRefused:
    """PyboardError is a BaseException: it must never leave this module."""
    trace = error.args[2].decode("utf-8", "replace") if len(error.args) > 2 else str(error)
    return BoardRefused(name=name, problem=trace.strip().rpartition("\n")[2])
