"""The line editor of a board's prompt: bytes typed in, bytes echoed out (shared/readline/readline.c).

Cursor keys, history, the Emacs keys, auto-indent. Completion with Tab is the one thing left out.
"""

from __future__ import annotations

CTRL_A, CTRL_B, CTRL_C, CTRL_D, CTRL_E, CTRL_F = 1, 2, 3, 4, 5, 6
CTRL_K, CTRL_N, CTRL_P, CTRL_U = 11, 14, 16, 21
BACKSPACE, TAB, NEW_LINE, RETURN, ESCAPE, SPACE, DELETE = 8, 9, 10, 13, 27, 32, 127

HISTORY_LINES = 8
"""MICROPY_READLINE_HISTORY_SIZE of the ESP32 runtime."""

MAX_LINE_BYTES = 16 << 10
"""A longer line takes no more characters."""

_CURSOR_KEYS = {
    ord("A"): CTRL_P, ord("B"): CTRL_N, ord("C"): CTRL_F, ord("D"): CTRL_B, ord("H"): CTRL_A,
    ord("F"): CTRL_E,
}  # fmt: skip
_DIGIT_KEYS = {ord("1"): CTRL_A, ord("7"): CTRL_A, ord("4"): CTRL_E, ord("8"): CTRL_E, ord("3"): CTRL_D}


class LineEditor:
    """One prompt's editor. `begin` a line, then `feed` it bytes until it says that the line has ended."""

    def __init__(self) -> None:
        self.text = b""
        """The line so far; whole, once it has ended."""
        self._cursor = 0
        self._history: list[bytes] = []
        self._recalled = -1
        self._escape = b""
        self._just_indented = False
        self._line_end = 0

    def begin(self, prompt: bytes, before: bytes = b"") -> bytes:
        """Start a line after `before`, the lines of the same statement; what to send for it."""
        self.text = _indent(before)
        self._cursor = len(self.text)
        self._recalled = -1
        self._escape = b""
        self._just_indented = bool(self.text)
        return prompt + self.text

    def feed(self, char: int) -> tuple[bytes, int | None]:
        """One byte: what to echo, and how the line ended: 0 with Enter, else the control character that
        did; None while it goes on."""
        if self._escape:
            key = self._escaped(char)
            if not key:
                return b"", None
            return self._edit(key), None
        at_start = not self.text
        if char == CTRL_C or (at_start and CTRL_A <= char <= CTRL_E):
            return b"", char
        if char in (RETURN, NEW_LINE):
            # CR LF is one line end, whichever of the two comes first.
            if self._line_end not in (0, char):
                self._line_end = 0
                return b"", None
            self._line_end = char
            if self.text and self.text not in self._history[:1]:
                self._history = [self.text, *self._history][:HISTORY_LINES]
            return b"\r\n", 0
        self._line_end = 0
        if char == ESCAPE:
            self._escape = bytes([ESCAPE])
            return b"", None
        return self._edit(char), None

    def _escaped(self, char: int) -> int:
        """The key that an escape sequence stands for, 0 while it goes on or is unknown."""
        so_far, self._escape = self._escape, b""
        if so_far == b"\x1b" and char in b"[O":
            self._escape = b"\x1b["
        elif so_far == b"\x1b[":
            if ord("0") <= char <= ord("9"):
                self._escape = b"\x1b[" + bytes([char])
            else:
                return _CURSOR_KEYS.get(char, 0)
        elif len(so_far) == 3 and char == ord("~"):
            return _DIGIT_KEYS.get(so_far[2], 0)
        return 0

    def _edit(self, key: int) -> bytes:
        indented, self._just_indented = self._just_indented, False
        text, cursor = self.text, self._cursor
        if key in (BACKSPACE, DELETE):
            # In an indentation, one step of it.
            count = 4 if cursor >= 4 and not text[:cursor].strip(b" ") else 1
            return self._change(text[: max(0, cursor - count)] + text[cursor:], max(0, cursor - count))
        if key == SPACE and indented:
            return self._change(text[:-3], cursor - 3)
        if key == TAB:
            if indented or (cursor and not text[cursor - 1 : cursor].isspace()):
                return b""
            return self._insert(b"    ")
        if SPACE <= key <= 126:
            return self._insert(bytes([key]))
        if key == CTRL_D:
            return self._change(text[:cursor] + text[cursor + 1 :], cursor)
        if key == CTRL_K:
            return self._change(text[:cursor], cursor)
        if key == CTRL_U:
            return self._change(text[cursor:], 0)
        if key in (CTRL_P, CTRL_N):
            return self._recall(1 if key == CTRL_P else -1)
        moves = {CTRL_A: 0, CTRL_E: len(text), CTRL_B: max(0, cursor - 1), CTRL_F: min(len(text), cursor + 1)}
        return self._move(moves[key]) if key in moves else b""

    def _recall(self, step: int) -> bytes:
        number = self._recalled + step
        if not -1 <= number < len(self._history):
            return b""
        self._recalled = number
        text = self._history[number] if number >= 0 else b""
        echo = self._move(0)
        return echo + self._change(text, len(text))

    def _insert(self, data: bytes) -> bytes:
        if len(self.text) >= MAX_LINE_BYTES:
            return b""
        cursor = self._cursor
        return self._change(self.text[:cursor] + data + self.text[cursor:], cursor + len(data))

    def _move(self, cursor: int) -> bytes:
        step, self._cursor = cursor - self._cursor, cursor
        return self.text[cursor - step : cursor] if step > 0 else _back(-step)

    def _change(self, text: bytes, cursor: int) -> bytes:
        """Make `text` the line; redraw from where it differs, as the board does."""
        first = min(cursor, self._cursor)
        echo = _back(self._cursor - first)
        if len(text) < len(self.text):
            echo += b"\x1b[K"
        echo += text[first:] + _back(len(text) - cursor)
        self.text, self._cursor = text, cursor
        return echo


def _back(columns: int) -> bytes:
    return b"\b" * columns if columns <= 4 else b"\x1b[%dD" % columns


def _indent(before: bytes) -> bytes:
    """The indentation the editor begins a line with: that of the last one, one step more after a colon;
    none after two blank ones."""
    lines = before.split(b"\n")
    last = lines[-1]
    if not before:
        return b""
    blank = not last.strip(b" ")
    if blank and len(lines) > 1 and len(lines) > 2 and not lines[-2].strip(b" "):
        return b""
    steps = (len(last) - len(last.lstrip(b" "))) // 4 + last.endswith(b":")
    return b"    " * steps
