"""Bytes in, lines and blocks out: text and frames share one wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from makerlab.wire.blocks import FRAME, Block, BlockForm
from makerlab.wire.lines import Lines

_HEADER = b"#K"


class Cutter:
    """Cuts a stream, the same way however it was split.

    `form` is asked before each piece how frames are to be read at that moment; None: there is only text, and
    the byte that ends frames is one like others. So every line that may be a header is the last of its piece.

    What stands between two ends of frames and is no whole block is text, or what is left of a damaged block;
    then the second of them is taken for the beginning of the next. So one lost end costs one block.
    """

    def __init__(self, form: Callable[[], BlockForm | None]) -> None:
        self._form = form
        self._lines = Lines()
        self._open = False
        """Whether a frame has begun."""
        self._frame = b""
        """What came of it."""

    def feed(self, data: bytes) -> Iterator[list[bytes] | Block]:
        """What `data` completes: lines (without their LF) and blocks, in order."""
        at = 0
        while at < len(data):
            form = self._form()
            if self._open and form is not None:
                end = data.find(FRAME, at)
                frame = self._frame + (data[at:] if end < 0 else data[at:end])
                if end < 0 and len(frame) <= form.max_bytes:
                    self._frame = frame
                    return
                self._frame = b""
                if end >= 0 and not frame:
                    at = end + 1
                elif end >= 0 and len(frame) <= form.max_bytes and (block := form.parse(frame)) is not None:
                    self._open = False
                    at = end + 1
                    yield block
                else:
                    self._open = False
                    data = frame + (b"" if end < 0 else data[end:])
                    at = 0
            elif form is not None and data.startswith(FRAME, at):
                self._open = True
                at += 1
                if rest := self._lines.close():
                    yield rest
            else:
                end = data.find(FRAME, at) if form is not None else -1
                stop = self._behind_header(data, at, len(data) if end < 0 else end)
                lines = self._lines.feed(data[at:stop])
                at = stop
                if lines:
                    yield lines

    def close(self) -> list[bytes]:
        """The lines in what was waiting for more."""
        frame, self._frame, self._open = self._frame, b"", False
        return self._lines.feed(frame) + self._lines.close()

    def _behind_header(self, data: bytes, at: int, end: int) -> int:
        """Where the first line that may be a header has ended in `data[at:end]`; `end` if none has."""
        begun = _HEADER in self._lines.rest + data[at : at + 1]
        header = at if begun else data.find(_HEADER, at, end)
        line_end = data.find(b"\n", header, end) if header >= 0 else -1
        return end if line_end < 0 else line_end + 1
