"""Bytes in, lines out."""

from __future__ import annotations

MAX_LINE_BYTES = 4096
"""A longer line is cut into pieces of this size. The longest line a board writes is a header, 600 bytes for
eight channels with long Chinese names; without a limit, binary garbage without a line feed would pile up."""


class Lines:
    """Cuts a stream into lines at each LF, the same way however the stream was split. Ends stay off."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that `data` completes."""
        lines = (self._rest + data).split(b"\n")
        if len(self._rest) + len(data) > MAX_LINE_BYTES and max(map(len, lines)) > MAX_LINE_BYTES:
            lines = [piece for line in lines for piece in _pieces(line)]
        self._rest = lines.pop()
        return lines

    @property
    def rest(self) -> bytes:
        """The line that is not complete yet."""
        return self._rest

    def close(self) -> list[bytes]:
        """The line that was not ended, if there is one."""
        rest, self._rest = self._rest, b""
        return [rest] if rest else []


def _pieces(line: bytes) -> list[bytes]:
    return [line[at : at + MAX_LINE_BYTES] for at in range(0, len(line) or 1, MAX_LINE_BYTES)]
