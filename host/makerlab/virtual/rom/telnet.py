"""The server's half of RFC 2217 (pure): a serial port over telnet, with its rate and its two wires.

conversation = Conversation()
for event in conversation.receive(data): ...      # Data, Lines, Baud, Purge
socket.send(conversation.to_send())
socket.send(escape(what_the_board_says))
"""

from __future__ import annotations

import struct
from typing import NamedTuple

SE, SB, WILL, WONT, DO, DONT, IAC = 240, 250, 251, 252, 253, 254, 255
BINARY, SUPPRESS_GO_AHEAD, COM_PORT = 0, 3, 44
AGREED = frozenset({BINARY, SUPPRESS_GO_AHEAD, COM_PORT})
"""Telnet options that are agreed to in both directions; all others are refused."""
SET_BAUDRATE, SET_DATASIZE, SET_PARITY, SET_STOPSIZE, SET_CONTROL, PURGE_DATA = 1, 2, 3, 4, 5, 12
ANSWER = 100
"""An answer has the number of what it answers, and this."""
DTR_ON, DTR_OFF, RTS_ON, RTS_OFF = 8, 9, 11, 12
MAX_OPTION_BYTES = 64
"""Of one subnegotiation; the longest there is has 6."""


class Data(NamedTuple):
    """Bytes for the board."""

    data: bytes


class Lines(NamedTuple):
    """The two wires, as they are now: True is asserted."""

    dtr: bool
    rts: bool


class Baud(NamedTuple):
    """The client's rate."""

    baud: int


class Purge(NamedTuple):
    """What the board said and the client has not got yet is to be forgotten."""


Event = Data | Lines | Baud | Purge


def escape(data: bytes) -> bytes:
    """What the board says, as it goes over the connection."""
    return data.replace(b"\xff", b"\xff\xff")


class Conversation:
    """One client, from its connecting to its end; any byte may be the last of a piece."""

    def __init__(self) -> None:
        self._out = bytearray(bytes([IAC, WILL, BINARY, IAC, DO, BINARY, IAC, WILL, COM_PORT]))
        self._we = {BINARY, COM_PORT}
        self._they = {BINARY}
        self._rest = b""
        self._dtr = self._rts = False

    def to_send(self) -> bytes:
        """Answers since the last call."""
        data = bytes(self._out)
        self._out.clear()
        return data

    def receive(self, data: bytes) -> list[Event]:
        """What the client wants, in order."""
        data = self._rest + data
        self._rest = b""
        events: list[Event] = []
        plain = bytearray()
        at = 0
        while at < len(data):
            mark = data.find(IAC, at)
            if mark < 0:
                plain += data[at:]
                break
            plain += data[at:mark]
            size = _length(data, mark)
            if size is None:
                self._rest = data[mark:][-MAX_OPTION_BYTES:]
                break
            command = data[mark + 1 : mark + size]
            at = mark + size
            if command == b"\xff":
                plain += command
                continue
            if plain:
                events.append(Data(bytes(plain)))
                plain.clear()
            if command[0] == SB:
                events += self._option(command[1:-2].replace(b"\xff\xff", b"\xff"))
            elif len(command) == 2:
                self._negotiate(*command)
        if plain:
            events.append(Data(bytes(plain)))
        return events

    def _negotiate(self, verb: int, option: int) -> None:
        mine, yes, no = (self._we, WILL, WONT) if verb in (DO, DONT) else (self._they, DO, DONT)
        if verb in (DONT, WONT):
            mine.discard(option)
        elif option not in AGREED:
            self._out += bytes([IAC, no, option])
        elif option not in mine:
            mine.add(option)
            self._out += bytes([IAC, yes, option])

    def _option(self, option: bytes) -> list[Event]:
        if len(option) < 3 or option[0] != COM_PORT:
            return []
        number, value = option[1], option[2:]
        self._out += bytes([IAC, SB, COM_PORT, number + ANSWER]) + escape(value) + bytes([IAC, SE])
        if number == SET_BAUDRATE and len(value) == 4:
            (baud,) = struct.unpack("!I", value)
            return [Baud(baud)] if baud else []
        if number == SET_CONTROL and value[0] in (DTR_ON, DTR_OFF, RTS_ON, RTS_OFF):
            if value[0] in (DTR_ON, DTR_OFF):
                self._dtr = value[0] == DTR_ON
            else:
                self._rts = value[0] == RTS_ON
            return [Lines(self._dtr, self._rts)]
        return [Purge()] if number == PURGE_DATA else []


class PlainConversation(Conversation):
    """A client without telnet: all it sends is for the board."""

    def __init__(self) -> None:
        super().__init__()
        self._out.clear()

    def receive(self, data: bytes) -> list[Event]:
        return [Data(data)]


def _length(data: bytes, mark: int) -> int | None:
    """Bytes of the telnet command at `mark`, None when it is not all there."""
    if len(data) < mark + 2:
        return None
    command = data[mark + 1]
    if command in (WILL, WONT, DO, DONT):
        return 3 if len(data) >= mark + 3 else None
    if command != SB:
        return 2
    at = mark + 2
    while (at := data.find(IAC, at)) >= 0 and at + 1 < len(data):
        if data[at + 1] == SE:
            return at + 2 - mark
        at += 2
    return None
