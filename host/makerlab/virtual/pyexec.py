"""What a board does between two programs: its prompts, and how a program gets in over the serial line.

The main loop of a board (ports/esp32/main.c, codal_port/main.c: programs, prompt, soft reset) and the
prompts of every MicroPython board (shared/runtime/pyexec.c), byte for byte as a host sees them. It runs on
the host, because the artifact has no raw REPL; what it is handed is compiled and run by the guest.

`Pyexec.life` is one life of the board, from start to soft reset, as a generator: it yields what the guest is
to run (a `Command`) and is sent how that ended. Between two yields it talks over a `Console`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from enum import Enum
from typing import NamedTuple, Protocol

from makerlab.virtual.lineedit import CTRL_A, CTRL_B, CTRL_C, CTRL_D, CTRL_E, LineEditor
from makerlab.virtual.profile import Profile

RAW_BANNER = b"raw REPL; CTRL-B to exit\r\n"
PASTE_BANNER = b"\r\npaste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== "
SOFT_REBOOT = b"MPY: soft reboot\r\n"
FRIENDLY_HINT = b'Type "help()" for more information.\r\n'
PS1, PS2 = b">>> ", b"... "

MAX_PROGRAM_BYTES = 1 << 20
"""Of a program that comes in whole, more is not kept: no board has the memory to compile that much."""
PIECE_BYTES = 256
"""Taken from the receive buffer at once."""
_RAW_KEYS = bytes([CTRL_A, CTRL_B, CTRL_C, CTRL_D])
_PASTE_KEYS = bytes([CTRL_C, CTRL_D])


class Do(Enum):
    """What the guest is to do; the value is what its start-up module reads."""

    FILE = "F"
    """Run a file of the flash, as the main program."""
    SOURCE = "X"
    """Run the program that `Pyexec.source_read` gives."""
    PAUSE = "P"
    """Nothing: let what was scheduled run, and ask again."""
    STATEMENT = "S"
    """Run what `source_read` gives as one statement at the prompt: it shows its value."""


class Command(NamedTuple):
    do: Do
    text: str = ""


class End(Enum):
    """How a command ended."""

    OK = "1"
    FAILED = "0"
    EXIT = "x"
    """SystemExit: the board resets itself."""


class Console(Protocol):
    """The board's end of the serial line."""

    def get(self, count: int, stops: bytes = b"") -> bytes | None:
        """The next bytes that are there, at least one, waiting as long as it takes; no more than to the
        first of `stops`. None when the guest has something to do meanwhile."""

    def put(self, data: bytes) -> None: ...

    def interrupts(self, on: bool) -> None:
        """Whether Ctrl-C interrupts the guest (as in a program) or is read (as at a prompt)."""


class Interrupted(Exception):
    """Ctrl-C while a program came in: it is as if it had been interrupted."""


class Pause(Exception):
    """The guest has something to do before it reads on."""


Life = Generator[Command, End, None]
_Ending = Generator[Command, End, bool]


class Pyexec:
    """The prompts of one board. `raw` says which one it is at; a soft reset does not change that."""

    def __init__(self, console: Console, profile: Profile, exists: Callable[[str], bool]) -> None:
        self.raw = False
        self.banner = b""
        """First line of the friendly prompt."""
        self.failure = ""
        """The last line of the last traceback, and where it happened, in a few words."""
        self._console = console
        self._profile = profile
        self._window = profile.paste_bytes // 2
        self._exists = exists
        self._source: _Source | None = None
        self._error_side = False
        """Whether the Ctrl-D that ends a program's output has been sent."""
        self._editor = LineEditor()

    def life(self) -> Life:
        """From start to soft reset."""
        profile = self._profile
        programs = [name for name in profile.programs if self._exists(name)]
        for name in programs:
            if name == "main.py" and self.raw:
                continue
            end = yield Command(Do.FILE, name)
            if end is End.EXIT and profile.exit_restarts:
                return
            if end is End.FAILED:
                if profile.lament and self.failure:
                    yield from self._aside(profile.lament.format(text=repr(self.failure)))
                break
        if profile.prelude and not programs and not self.raw:
            yield from self._aside(profile.prelude)
        stays = True
        while stays:
            stays = yield from (self._raw_prompt() if self.raw else self._friendly_prompt())

    def _aside(self, program: str) -> Generator[Command, End, None]:
        """Run something of the board's own."""
        self._source = _Whole(program.encode("utf-8"))
        yield Command(Do.SOURCE)
        self._source = None

    # -- the program on its way in: what the guest reads as the file <stdin> ------------------------------

    def source_read(self, count: int) -> bytes:
        """Some of the program, b"" at its end. Raises Interrupted or Pause."""
        return self._source.read(count) if self._source else b""

    def source_close(self) -> None:
        """The guest has read (or given up reading) the program and runs it next."""
        if self._source:
            self._source.close()
            self._source = None
            self._console.interrupts(True)

    # -- the raw prompt -----------------------------------------------------------------------------------

    def _raw_prompt(self) -> _Ending:
        """False: soft reset; True: on to the other prompt."""
        put = self._console.put
        put(RAW_BANNER + b">")
        line = bytearray()
        while True:
            piece = yield from self._get(PIECE_BYTES, _RAW_KEYS)
            text, char = (piece[:-1], piece[-1]) if piece[-1] in _RAW_KEYS else (piece, 0)
            line += text[: max(0, MAX_PROGRAM_BYTES - len(line))]
            if char == CTRL_A and len(line) == 2 and line[0] == CTRL_E:
                if line[1:] != b"A":
                    put(b"R\x00>")
                else:
                    put(b"R\x01")
                    if not (yield from self._run(_Pasted(self._console, self._window))):
                        return False
                    put(b">")
                line.clear()
            elif char == CTRL_A:
                put(RAW_BANNER + b">")
                line.clear()
            elif char == CTRL_B:
                put(b"\r\n")
                self.raw = False
                return True
            elif char == CTRL_C:
                line.clear()
            elif char == CTRL_D:
                put(b"OK")
                if not line:
                    put(b"\r\n")
                    return False
                if not (yield from self._run(_Whole(bytes(line)))):
                    return False
                put(b">")
                line.clear()

    def _run(self, source: _Source) -> _Ending:
        """Run a program as the raw prompt does, with Ctrl-D after its output and after its errors. (The
        first is sent by `before_error` when there are errors.)"""
        self._source = source
        self._error_side = False
        end = yield Command(Do.SOURCE)
        self._source = None
        self._console.put(b"\x04" if self._error_side else b"\x04\x04")
        return end is not End.EXIT

    def before_error(self) -> None:
        """The guest is about to print a traceback (or to reset because of SystemExit)."""
        if self.raw and not self._error_side:
            self._error_side = True
            self._console.put(b"\x04")

    # -- the friendly prompt ------------------------------------------------------------------------------

    def _friendly_prompt(self) -> _Ending:
        """False: soft reset; True: on to the other prompt."""
        put = self._console.put
        put(self.banner + FRIENDLY_HINT)
        while True:
            key = yield from self._line(PS1)
            if key == CTRL_A:
                put(b"\r\n")
                self.raw = True
                return True
            if key == CTRL_B:
                put(b"\r\n" + self.banner + FRIENDLY_HINT)
                continue
            if key == CTRL_C:
                put(b"\r\n")
                continue
            if key == CTRL_D:
                put(b"\r\n")
                return False
            if key == CTRL_E:
                pasted = yield from self._pasted_text()
                if not pasted:
                    continue
                self._source = _Whole(pasted)
                end = yield Command(Do.SOURCE)
            else:
                text = yield from self._statement(self._editor.text)
                if not text:
                    continue
                self._source = _Whole(text)
                end = yield Command(Do.STATEMENT)
            if end is End.EXIT:
                return False

    def _line(self, prompt: bytes, before: bytes = b"") -> Generator[Command, End, int]:
        """Let somebody type a line (`self._editor.text`); the control character that ended it, or 0."""
        self._console.put(self._editor.begin(prompt, before))
        while True:
            echo, key = self._editor.feed((yield from self._get(1))[0])
            if echo:
                self._console.put(echo)
            if key is not None:
                return key

    def _statement(self, text: bytes) -> Generator[Command, End, bytes]:
        """`text` with the lines that belong to it; b"" when Ctrl-C took it back."""
        while goes_on(text.decode("ascii")):
            key = yield from self._line(PS2, text)
            if key == CTRL_C:
                self._console.put(b"\r\n")
                return b""
            if key == CTRL_D:
                break
            text += b"\n" + self._editor.text
        return text

    def _get(self, count: int, stops: bytes = b"") -> Generator[Command, End, bytes]:
        while (data := self._console.get(count, stops)) is None:
            yield Command(Do.PAUSE)
        return data

    def _pasted_text(self) -> Generator[Command, End, bytes]:
        """Paste mode: everything up to Ctrl-D; b"" when Ctrl-C took it back."""
        put = self._console.put
        put(PASTE_BANNER)
        text = bytearray()
        while True:
            piece = yield from self._get(PIECE_BYTES, _PASTE_KEYS)
            data, key = (piece[:-1], piece[-1]) if piece[-1] in _PASTE_KEYS else (piece, 0)
            text += data[: max(0, MAX_PROGRAM_BYTES - len(text))]
            if data:
                put(data.replace(b"\r", b"\r\n=== "))
            if key:
                put(b"\r\n")
                return bytes(text) if key == CTRL_D else b""


# -- sources ---------------------------------------------------------------------------------------------


class _Source(Protocol):
    def read(self, count: int) -> bytes: ...

    def close(self) -> None: ...


class _Whole:
    """A program that is here already."""

    def __init__(self, text: bytes) -> None:
        self._left = text

    def read(self, count: int) -> bytes:
        data, self._left = self._left[:count], self._left[count:]
        return data

    def close(self) -> None:
        self._left = b""


class _Pasted:
    """A program that comes in by raw paste while the compiler reads it: `window` bytes at a time, each
    further window granted with the byte 1 when the one before has been read."""

    def __init__(self, console: Console, window: int) -> None:
        self._console = console
        self._window = self._left = window
        self._ended = False
        # The window's size grants the first; the byte after it, a second: so many may be under way.
        console.put(window.to_bytes(2, "little") + b"\x01")

    def read(self, count: int) -> bytes:
        data = bytearray()
        # No more than the compiler asks for, nor than to the end of the window: the rest stays in the
        # board's receive buffer, which is what the window protects.
        while not self._ended and len(data) < count:
            piece = self._console.get(min(count - len(data), self._left), _PASTE_KEYS)
            if piece is None:
                if data:
                    break
                raise Pause
            if piece[-1] in _PASTE_KEYS:
                self._ended = True
                self._console.put(b"\x04")
                if piece[-1] == CTRL_C:
                    raise Interrupted
                data += piece[:-1]
                break
            data += piece
            self._left -= len(piece)
            if self._left == 0:
                self._console.put(b"\x01")
                self._left = self._window
        return bytes(data)

    def close(self) -> None:
        """The compiler gave up (a syntax error): tell the host, and skip what is still under way."""
        if not self._ended:
            self._ended = True
            self._console.put(b"\x04")
            data: bytes | None = None
            while not data or data[-1] not in _PASTE_KEYS:
                data = self._console.get(PIECE_BYTES, _PASTE_KEYS)


# -- does a statement go on? -----------------------------------------------------------------------------

_COMPOUND = frozenset({"if", "while", "for", "try", "with", "def", "class", "async"})
_OPEN, _CLOSE = "([{", ")]}"


def goes_on(text: str) -> bool:
    """Whether the prompt asks for another line after `text`, by the rules of py/repl.c: an open triple quote
    or bracket, a backslash at the end, or a compound statement that no empty line has ended."""
    if not text:
        return False
    quote = ""
    depth = 0
    at = 0
    while at < len(text):
        char = text[at]
        if quote and char == "\\" and text[at + 1 : at + 2] in ("'", '"', "\\"):
            at += 2
            continue
        if char in "'\"" and (not quote or quote[0] == char):
            if text.startswith(char * 3, at) and quote in ("", char * 3):
                quote = "" if quote else char * 3
                at += 3
                continue
            if len(quote) < 3:
                quote = "" if quote else char
        elif not quote:
            depth += (char in _OPEN) - (char in _CLOSE)
        at += 1
    if len(quote) == 3 or (depth > 0 and not quote) or text.endswith("\\"):
        return True
    word = "".join(char if char.isalnum() or char == "_" else " " for char in text).split(" ", 1)[0]
    return (text[0] == "@" or word in _COMPOUND) and not text.endswith("\n")
