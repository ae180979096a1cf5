"""The keyboard and screen of this computer, key by key: Linux, macOS and Windows behind the same few methods.

with console() as screen:
    keys = screen.read()       # at once, "" if no key was pressed, None if the window was closed
    screen.write("text")
"""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Protocol

from makerlab.repl.terminal import BRACKETED_PASTE_OFF, BRACKETED_PASTE_ON

READ_BYTES = 4096


class Console(Protocol):
    def read(self) -> str | None: ...

    def write(self, text: str) -> None: ...

    def __enter__(self) -> Console: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def is_there() -> bool:
    """Whether somebody sits at a keyboard (and not a pipe or a file)."""
    return sys.stdin is not None and sys.stdin.isatty()


# What the keys of a PC send after "\x00" or "\xe0" in msvcrt, and in a terminal.
_WINDOWS_KEYS = {
    "H": "\x1b[A", "P": "\x1b[B", "M": "\x1b[C", "K": "\x1b[D",  # the cursor keys
    "G": "\x1b[H", "O": "\x1b[F", "S": "\x1b[3~",  # Home, End, Delete
}  # fmt: skip


def windows_keys(kbhit: Callable[[], bool], getwch: Callable[[], str]) -> str:
    """All keys pressed by now, special ones as a terminal writes them; `kbhit` and `getwch` of msvcrt."""
    keys = ""
    while kbhit():
        char = getwch()
        # "à" is the same character as the mark of a special key, but nothing follows it.
        if char == "\x00" or (char == "\xe0" and kbhit()):
            char = _WINDOWS_KEYS.get(getwch(), "")
        keys += char
    # msvcrt gives characters beyond U+FFFF in two halves.
    return keys.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


if sys.platform == "win32":
    import ctypes
    import msvcrt

    # winbase.h, wincon.h
    _STDIN, _STDOUT = -10, -11
    _PROCESSED_INPUT = 0x1
    _VIRTUAL_TERMINAL = 0x4

    class _WindowsConsole:
        """Ctrl-C comes as a key, and what boards use to move the cursor is understood (Windows 10)."""

        def __init__(self) -> None:
            self._modes: list[tuple[int, int]] = []

        def __enter__(self) -> _WindowsConsole:
            self._change(_STDIN, off=_PROCESSED_INPUT)
            self._change(_STDOUT, on=_VIRTUAL_TERMINAL)
            return self

        def __exit__(self, *exc_info: object) -> None:
            for handle, mode in self._modes:
                ctypes.windll.kernel32.SetConsoleMode(ctypes.c_void_p(handle), mode)

        def read(self) -> str | None:
            return windows_keys(msvcrt.kbhit, msvcrt.getwch)

        def write(self, text: str) -> None:
            sys.stdout.write(text.replace("\r\n", "\n"))
            sys.stdout.flush()

        def _change(self, which: int, on: int = 0, off: int = 0) -> None:
            kernel32 = ctypes.windll.kernel32
            kernel32.GetStdHandle.restype = ctypes.c_void_p
            handle = kernel32.GetStdHandle(which)
            mode = ctypes.c_uint32()
            if kernel32.GetConsoleMode(ctypes.c_void_p(handle), ctypes.byref(mode)):
                self._modes.append((handle, mode.value))
                kernel32.SetConsoleMode(ctypes.c_void_p(handle), (mode.value | on) & ~off)

    def console() -> Console:
        """The console this command runs in."""
        return _WindowsConsole()

else:
    import select
    import termios
    import tty

    class _PosixConsole:
        """The terminal in raw mode: Ctrl-C and the like come as keys, nothing is echoed."""

        def __init__(self) -> None:
            self._keyboard = sys.stdin.fileno()
            self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
            self._before = termios.tcgetattr(self._keyboard)
            self._return = ""  # what was written last, if it was that

        def __enter__(self) -> _PosixConsole:
            tty.setraw(self._keyboard, termios.TCSADRAIN)
            self._ask(BRACKETED_PASTE_ON)
            return self

        def __exit__(self, *exc_info: object) -> None:
            self._ask(BRACKETED_PASTE_OFF)
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._keyboard, termios.TCSADRAIN, self._before)

        def read(self) -> str | None:
            try:
                if not select.select([self._keyboard], [], [], 0)[0]:
                    return ""
                data = os.read(self._keyboard, READ_BYTES)
            except OSError:
                return None
            return self._decoder.decode(data) if data else None

        def write(self, text: str) -> None:
            # The terminal no longer turns a bare line feed into a new line; some programs write one.
            shown = re.sub("(?<!\r)\n", "\r\n", self._return + text)[len(self._return) :]
            self._return = "\r" if text.endswith("\r") else ""
            with contextlib.suppress(OSError):  # the window is gone, as the next `read` will say
                sys.stdout.write(shown)
                sys.stdout.flush()

        def _ask(self, sequence: str) -> None:
            if sys.stdout.isatty():
                self.write(sequence)

    def console() -> Console:
        """The terminal this command runs in."""
        return _PosixConsole()
