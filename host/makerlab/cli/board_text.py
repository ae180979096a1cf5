"""What a board writes, as text for this computer: UTF-8 in pieces of any size, CR LF as one line end."""

from __future__ import annotations

import codecs


class BoardText:
    """Feed bytes as they come, take text that can be shown at once."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""

    def feed(self, data: bytes, final: bool = False) -> str:
        """The text of `data`; half a character and a CR at its end wait for the next piece, unless it is
        the `final` one."""
        text = self._held + self._decoder.decode(data, final)
        self._held = "\r" if text.endswith("\r") and not final else ""
        return text.removesuffix(self._held).replace("\r\n", "\n")
