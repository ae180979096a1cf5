"""What a board sends, whichever way its program speaks: the wire, or plain prints."""

from __future__ import annotations

from makerlab.wire.blocks import Block
from makerlab.wire.cutter import Cutter
from makerlab.wire.decoder import Decoder
from makerlab.wire.events import Event, Header, Text, Unsupported
from makerlab.wire.plain import PlainDecoder


class StreamDecoder:
    """Decodes one board's stream. A header of the wire, whenever it comes, settles that it is the wire,
    even if it is one that cannot be served (then nothing after it counts as plain prints either);
    until then lines that are nothing but numbers, or names and numbers, count as plain prints.

    `from_start` as for `Decoder`. Never raises, whatever it is fed.
    """

    def __init__(self, *, from_start: bool = True) -> None:
        self._wire = Decoder(from_start=from_start)
        self._cutter = Cutter(lambda: self._wire.block_form)
        self._plain = PlainDecoder()
        self._is_wire = False
        self._at = 0.0

    @property
    def header(self) -> Header | None:
        """What the rows hold; None until that is known."""
        return self._wire.header if self._is_wire else self._plain.header

    @property
    def is_plain(self) -> bool:
        """Whether the rows come from plain prints: time from this computer, losses unknown."""
        return self.header is not None and self.header.is_plain

    @property
    def needs_header(self) -> bool:
        """Rows are waiting for a header: send the board `h`."""
        return self._wire.needs_header

    def feed(self, data: bytes, at: float) -> list[Event]:
        """The events that `data` completes; it arrived `at` (seconds of a steady clock)."""
        self._at = at
        events: list[Event] = []
        for piece in self._cutter.feed(data):
            if isinstance(piece, Block):
                events += self._wire.decode_block(piece)
            else:
                events += self._take(piece, at)
        return events

    def close(self) -> list[Event]:
        """The events of what was still waiting for more."""
        events = self._take(self._cutter.close(), self._at)
        return events + self._plain.close() + self._wire.close()

    def _take(self, lines: list[bytes], at: float) -> list[Event]:
        if self._is_wire:
            return self._wire.decode(lines)
        events: list[Event] = []
        for index, line in enumerate(lines):
            if self._plain.header is None or line.startswith(b"#K"):
                decoded = self._wire.decode([line])
            else:
                decoded = [Text(line.decode(errors="replace").rstrip("\r"))]
            if any(isinstance(event, Header | Unsupported) for event in decoded):
                self._is_wire = True
                return events + self._plain.close() + decoded + self._wire.decode(lines[index + 1 :])
            for event in decoded:
                events += self._plain.take(event.line, at) if isinstance(event, Text) else [event]
        return events
