"""Single keys, without Enter, while something runs: a thread waits for them and tells.

Ctrl-C stays what it is. Nothing happens where there is no keyboard: input from a file or a pipe, or a command
that runs in the background of its terminal.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Callable

LOOK_S = 0.1
"""Between two looks whether it is over; on Windows, whether a key was pressed."""
MAX_READ_BYTES = 64
_FUNCTION_KEYS = "\x00\xe0"
"""On Windows the first half of an arrow or function key."""
_FUNCTION_KEY = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|)")
"""Elsewhere all of it (ECMA-48, 5.4: control sequences)."""


class Keys:
    """Used as a context: meanwhile `pressed` is called, in another thread, with every key that has a sign."""

    def __init__(self, pressed: Callable[[str], None]) -> None:
        self._pressed = pressed
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._restore: Callable[[], None] = lambda: None

    @property
    def there_are(self) -> bool:
        """Whether somebody can press one."""
        return self._thread is not None

    def __enter__(self) -> Keys:
        if sys.stdin is None or not sys.stdin.isatty():
            return self
        if sys.platform == "win32":
            self._thread = threading.Thread(target=self._listen_on_windows, name="keys", daemon=True)
        else:
            self._begin_on_posix()
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        self._restore()

    if sys.platform == "win32":

        def _listen_on_windows(self) -> None:
            import msvcrt

            while not self._over.wait(LOOK_S):
                while msvcrt.kbhit():
                    key = msvcrt.getwch()
                    if key in _FUNCTION_KEYS:
                        msvcrt.getwch()
                    elif key.isprintable():
                        self._pressed(key)

    else:

        def _begin_on_posix(self) -> None:
            import termios
            import tty

            keyboard = sys.stdin.fileno()
            try:
                if os.tcgetpgrp(keyboard) != os.getpgrp():
                    return  # in the background, to change the terminal would stop the program
                before = termios.tcgetattr(keyboard)
                tty.setcbreak(keyboard)
            except (OSError, termios.error):
                return
            # What was typed and not read does not go to the shell.
            self._restore = lambda: termios.tcsetattr(keyboard, termios.TCSAFLUSH, before)
            self._thread = threading.Thread(
                target=self._listen_on_posix, args=(keyboard,), name="keys", daemon=True
            )

        def _listen_on_posix(self, keyboard: int) -> None:
            import select

            while not self._over.is_set():
                if not select.select([keyboard], [], [], LOOK_S)[0]:
                    continue
                try:
                    data = os.read(keyboard, MAX_READ_BYTES)
                except OSError:
                    return
                if not data:
                    return
                for key in _FUNCTION_KEY.sub("", data.decode("utf-8", "ignore")):
                    if key.isprintable():
                        self._pressed(key)
