"""What `maker repl` does between keyboard, screen and a board's friendly prompt: keys in, bytes out. Pure.

The board keeps the line, its history and its echo. Three things it cannot do are done here:

* A paste of several lines goes through the board's paste mode (Ctrl-E), because its auto-indent would spoil
  it. That is done at an empty prompt only: elsewhere Ctrl-E means something else.
* Nothing is sent faster than the board reads. Its prompt grants no windows, but it echoes: in paste mode
  exactly what it has read, which counts as a credit.
* The prompt of every MicroPython drops what is not ASCII (shared/readline/readline.c). So a Chinese
  character typed there goes out as the escape that means the same within quotation marks. A program that
  reads its input gets UTF-8.
"""

from __future__ import annotations

import codecs

from makerlab.repl.machine import CAREFUL, CTRL_B, CTRL_C, CTRL_D, Send

LEAVE_KEYS = "\x1d\x18"
"""Ctrl-] (as in telnet, mpremote, miniterm) and Ctrl-X, for keyboards where the first is hard to find."""

BRACKETED_PASTE_ON, BRACKETED_PASTE_OFF = "\x1b[?2004h", "\x1b[?2004l"
"""Ask a terminal to put marks around what is pasted (xterm, "Bracketed Paste Mode"); others ignore it."""
PASTE_BEGINS, PASTE_ENDS = "\x1b[200~", "\x1b[201~"

CTRL_E = b"\x05"
PROMPT, MORE, PASTING = b">>> ", b"... ", b"=== "
MAX_LINE = 256
"""Bytes kept of the board's last line, whose beginning tells a prompt from a program's output."""


class Terminal:
    """One conversation. Tell it what is `typed` and `heard`, send what `to_send` gives, show what `heard`
    returns, and stop when `left` is set."""

    def __init__(self) -> None:
        self.left = False
        """Whether the person has left."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._line = b""
        self._keys = ""
        self._together = ""
        self._outbox = bytearray()
        self._paste = b""
        self._step = ""
        self._due = 0

    # -- the keyboard ------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Ask for the prompt. Ctrl-B runs nothing and stops nothing: out of the raw prompt it leads back to
        the friendly one, which it makes show itself."""
        self._outbox += CTRL_B

    def typed(self, keys: str) -> None:
        """Take what came from the keyboard, in pieces of any size. Text that comes together may have been
        pasted in a terminal that does not mark it: it waits for `quiet`."""
        self._keys += keys
        while self._keys and not self.left:
            if self._keys.startswith(PASTE_BEGINS):
                text, ended, rest = self._keys[len(PASTE_BEGINS) :].partition(PASTE_ENDS)
                if not ended:
                    self.left = _leaves(text)  # a terminal that forgot the second mark
                    return
                self._keys = rest
                self._pasted(text)
                continue
            before, mark, _pasted = self._keys.partition(PASTE_BEGINS)
            held = 0 if mark else _beginning_of(PASTE_BEGINS, before)
            now = before[: len(before) - held]
            self._keys = self._keys[len(now) :]
            self._plain(now)
            if held:
                return

    def quiet(self) -> None:
        """Nothing has been typed for a moment: what came together is complete."""
        if not self._keys.startswith(PASTE_BEGINS):
            keys, self._keys = self._keys, ""
            self._plain(keys)
        self._end_together()

    def _plain(self, keys: str) -> None:
        self.left = _leaves(keys)
        if _is_text(keys) and (self._together or len(keys) > 1):
            self._together += keys
        else:
            self._end_together()
            self._send_typed(keys)

    def _end_together(self) -> None:
        text, self._together = self._together, ""
        if text:
            self._pasted(text)

    def _send_typed(self, keys: str) -> None:
        if CTRL_C.decode() in keys:
            # It overtakes whatever waits, and ends the board's paste mode as well.
            self._outbox.clear()
            self._paste, self._step = b"", ""
        if self._line.startswith((PROMPT, MORE)):
            keys = "".join(char if char.isascii() else _escape(char) for char in keys)
        self._outbox += keys.encode("utf-8", "replace")

    def _pasted(self, text: str) -> None:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = "".join(char for char in text if char >= " " or char in "\n\t")
        if "\n" not in text.rstrip("\n") or self._line != PROMPT or self._step or self._outbox:
            self._send_typed(text.replace("\n", "\r"))
            return
        self._paste = text.rstrip("\n").replace("\n", "\r").encode("utf-8", "replace") + b"\r"
        self._step = "ask"

    # -- the board ---------------------------------------------------------------------------------------

    def heard(self, data: bytes) -> str:
        """Take what the board wrote; what to show of it."""
        self._line = (self._line + data).rpartition(b"\n")[2][:MAX_LINE]
        if self._step == "asked" and self._line == PASTING:
            self._step, self._due = "send", 0
        elif self._step == "send":
            self._due -= len(data)
        return self._decoder.decode(data)

    def to_send(self) -> Send | None:
        """What to send now; None when nothing is to be sent, or the board has to say something first."""
        if self._step == "ask":
            self._step = "asked"
            return Send(CTRL_E)
        if self._step == "send":
            if self._due > 0:
                return None
            if not self._paste:
                self._step = ""
                return Send(CTRL_D)
            piece, self._paste = self._paste[: CAREFUL.piece], self._paste[CAREFUL.piece :]
            self._due = len(piece.replace(b"\r", b"\r\n" + PASTING))
            return Send(piece)
        if self._step or not self._outbox:
            return None
        piece = bytes(self._outbox[: CAREFUL.piece])
        del self._outbox[: CAREFUL.piece]
        return Send(piece, CAREFUL.pause_s if self._outbox else 0.0)

    @property
    def waits(self) -> bool:
        """Whether the next thing to send waits for the board."""
        return self._step == "asked" or (self._step == "send" and self._due > 0)

    def give_up_waiting(self) -> None:
        """The board has been silent for long while something waits for it: go on without its answer."""
        if self._step == "asked":  # no paste mode: the lines as they are
            self._outbox += self._paste
            self._paste, self._step = b"", ""
        self._due = 0


def _leaves(keys: str) -> bool:
    return any(key in keys for key in LEAVE_KEYS)


def _is_text(keys: str) -> bool:
    """Whether `keys` can have been pasted: no cursor keys, no Ctrl-C."""
    return all(char >= " " or char in "\r\n\t" for char in keys)


def _escape(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"


def _beginning_of(mark: str, text: str) -> int:
    """How many characters at the end of `text` may be the beginning of `mark`."""
    return next((n for n in range(min(len(mark) - 1, len(text)), 0, -1) if text.endswith(mark[:n])), 0)
