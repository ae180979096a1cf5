"""The raw REPL as a state machine without input or output: bytes in, events and bytes out.

Three ways to hand a program to a board, one machine: raw paste with its window, the plain raw REPL for
boards that do not know raw paste, and that same plain way in small paced pieces for boards whose receive
buffer is smaller than a program. Protocol: MicroPython documentation, "The MicroPython Interactive
Interpreter Mode", and shared/runtime/pyexec.c. No clock, no thread and no port in here: `session.py` owns
those.

Two tables say everything. `REPLIES` holds what the board may say in each state and what follows;
`COMMANDS` holds what may be asked of it in each state.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

CTRL_A, CTRL_B, CTRL_C, CTRL_D = b"\x01", b"\x02", b"\x03", b"\x04"
RAW_BANNER = b"raw REPL; CTRL-B to exit\r\n>"
ASK_RAW_PASTE = b"\x05A\x01"

MAX_TRACEBACK = 16 << 10
"""Bytes: the deepest recursion a board stands prints less. What is longer was never a traceback, but a
stray 04 in garbage, and is given back as output."""


_LIKE_A_TRACEBACK = re.compile(
    rb"(?:[^\x00-\x08\x0b\x0c\x0e-\x1f]*\n)?[A-Za-z_][\w.]*(?:: ?[^\x00-\x1f]*)?\r?\n"
)
"""Text whose last line names an error: all that comes between two 04s when a program failed. Binary data has
such a pair, with `>` behind it, in every 64 KB or so."""


class State(Enum):
    """Where the conversation stands."""

    UNKNOWN = auto()  # anything may be running on the board
    APPROACHING = auto()  # friendly prompt asked for, and raw REPL at once after it
    ENTERING = auto()  # raw REPL asked for, its banner not seen yet
    RAW = auto()  # at the raw prompt: a program may be sent
    RESTARTING = auto()  # soft reset asked for
    ASKING = auto()  # raw paste asked for
    GRANTING = auto()  # raw paste granted, its window size on the way
    PASTING = auto()  # sending the program, as far as the window allows
    PASTED = auto()  # all sent, the board's acknowledgement on the way
    SENDING = auto()  # sending the program in the plain way
    RUNNING = auto()  # the program runs; what arrives is its output
    FAILING = auto()  # its output ended; what arrives is its traceback, if any
    FINISHING = auto()  # its traceback ended; the raw prompt is on the way
    LEAVING = auto()  # friendly REPL asked for
    FRIENDLY = auto()  # at the friendly prompt


@dataclass(frozen=True)
class Prompt:
    """The raw prompt is there: the board waits for a program."""


@dataclass(frozen=True)
class Started:
    """The board took the whole program and runs it."""


@dataclass(frozen=True)
class Output:
    """Bytes the program wrote, in the pieces they arrived in."""

    data: bytes


@dataclass(frozen=True)
class Finished:
    """The program ended; `traceback` is what it left on the error side, empty when all went well."""

    traceback: bytes


@dataclass(frozen=True)
class Friendly:
    """The friendly prompt `>>> ` is there."""


@dataclass(frozen=True)
class Noise:
    """Bytes that arrived while another reply was expected: boot messages, the rest of an old program."""

    data: bytes


Event = Prompt | Started | Output | Finished | Friendly | Noise


class Send(NamedTuple):
    """Bytes to write now, and the seconds to let the board digest them before asking for more."""

    data: bytes
    pause_s: float = 0.0


class Pace(NamedTuple):
    """How fast a board takes a program.

    raw_paste       whether to ask for raw paste at all
    in_flight       raw paste: at most so many bytes beyond what the board has acknowledged to have read;
                    below one window, which is all a board acknowledges, pieces of that size with rests
    piece, pause_s  plain way: so many bytes, then so many seconds of rest
    """

    raw_paste: bool = True
    in_flight: int = 64
    piece: int = 32
    pause_s: float = 0.010


CAREFUL = Pace()
"""For a board not known yet: 32 bytes every 10 ms is what a micro:bit V1 (64-byte buffer) stands."""


class Reply(NamedTuple):
    """One line of the table: when `seen` arrives (a number: so many bytes; b"": whatever comes), go to
    `then`. What came before `seen` is output, traceback or noise, as the state has it."""

    seen: bytes | int
    then: State
    action: str = ""


REPLIES: dict[State, tuple[Reply, ...]] = {
    # By way of the friendly prompt: a raw banner before it answers somebody who was here before.
    State.APPROACHING: (Reply(b">>> ", State.ENTERING),),
    State.ENTERING: (Reply(RAW_BANNER, State.RAW, "prompt"),),
    State.RESTARTING: (Reply(b"soft reboot\r\n", State.ENTERING),),
    State.ASKING: (
        Reply(b"R\x01", State.GRANTING),
        Reply(b"R\x00", State.SENDING, "no_raw_paste"),
        Reply(RAW_BANNER, State.SENDING, "no_raw_paste"),  # firmware from before raw paste
    ),
    State.GRANTING: (Reply(2, State.PASTING, "window"),),
    State.PASTING: (
        Reply(b"\x01", State.PASTING, "credit"),
        Reply(CTRL_D, State.RUNNING, "cut_short"),  # the board has read enough: a syntax error
    ),
    State.PASTED: (Reply(b"\x01", State.PASTED), Reply(CTRL_D, State.RUNNING, "started")),
    State.SENDING: (Reply(b"OK", State.RUNNING, "started"),),
    State.RUNNING: (Reply(CTRL_D, State.FAILING),),
    State.FAILING: (Reply(CTRL_D, State.FINISHING),),
    State.FINISHING: (
        Reply(b">", State.RAW, "finished"),
        Reply(b"", State.RUNNING, "not_the_end"),  # anything else at once: the 04s were garbage
    ),
    State.LEAVING: (Reply(b">>> ", State.FRIENDLY, "friendly"),),
}

COMMANDS: dict[str, dict[State, tuple[bytes, State]]] = {
    # Ctrl-C twice, because the first may only end a sleep; CR first, because a plain Ctrl-C in the middle
    # of a half-typed line is echoed by some boards only.
    "interrupt": dict.fromkeys(State, (b"\r" + CTRL_C + CTRL_C, State.UNKNOWN)),
    # A program that catches every Ctrl-C is ended by one that arrives while it handles another.
    "insist": dict.fromkeys(State, (CTRL_C * 4, State.UNKNOWN)),
    # Ctrl-B shows the banner, at the friendly prompt as well as on the way to it.
    "approach": dict.fromkeys(State, (CTRL_B + CTRL_A, State.APPROACHING)),
    "enter": dict.fromkeys(State, (CTRL_A, State.ENTERING)),
    # Ctrl-C first: what a program that failed left unread of its input would else be run, and no reset made.
    "restart": {State.RAW: (CTRL_C + CTRL_D, State.RESTARTING)},
    "leave": dict.fromkeys(State, (CTRL_B, State.LEAVING)),
    # A running program is stopped without leaving the conversation: its end is still to be read.
    "stop": {State.RUNNING: (CTRL_C, State.RUNNING)},
}


class WrongMoment(Exception):
    """A command was given in a state that does not allow it: a bug in the caller, never the board's."""


class RawRepl:
    """The host's side of one conversation.

    Feed what arrives to `receive`, act with `command` and `program`, and write what `to_send` gives until
    it gives None.
    """

    def __init__(self, pace: Pace = CAREFUL) -> None:
        self.pace = pace
        self.state = State.UNKNOWN
        self._buffer = b""
        self._outbox: list[Send] = []
        self._program = b""
        self._sent = 0
        self._window = 0
        self._credits = 0
        self._traceback = b""

    # -- what the host wants -------------------------------------------------------------------------

    def command(self, name: str) -> None:
        """Do one of `COMMANDS`. Raises WrongMoment when the state does not allow it."""
        moves = COMMANDS[name]
        if self.state not in moves:
            raise WrongMoment(f"{name} while {self.state.name}")
        data, self.state = moves[self.state]
        if name != "stop":
            self._buffer = b""
        self._outbox = [Send(data)]

    def program(self, source: bytes, *, plainly: bool = False) -> None:
        """Hand `source` (UTF-8) to the board and run it, the best way it can take it (or the plain way)."""
        if self.state is not State.RAW:
            raise WrongMoment(f"program while {self.state.name}")
        if CTRL_D in source or CTRL_C in source:
            raise WrongMoment("control characters cannot be sent as a program")
        self._program, self._sent, self._traceback = source, 0, b""
        if self.pace.raw_paste and not plainly:
            self._outbox.append(Send(ASK_RAW_PASTE))
            self.state = State.ASKING
        else:
            self.state = State.SENDING

    def to_send(self) -> Send | None:
        """The next bytes to write, or None when the board has to say something first."""
        if self._outbox:
            return self._outbox.pop(0)
        if self.state is State.PASTING:
            return self._next_pasted()
        if self.state is State.SENDING:
            return self._next_piece()
        return None

    def _next_pasted(self) -> Send | None:
        if self._sent == len(self._program):
            self.state = State.PASTED
            return Send(CTRL_D)
        # Two windows are granted at the start (the size itself, then one credit); every later credit says
        # that the board has read one more. So what it has surely read is all but the first credit.
        read = self._window * max(0, self._credits - 1)
        granted = self._window * (1 + self._credits)
        allowed = min(granted, read + max(self.pace.in_flight, self._window))
        room = min(allowed - self._sent, max(self.pace.in_flight, 1))
        if room <= 0:
            return None
        data = self._program[self._sent : self._sent + room]
        self._sent += len(data)
        return Send(data, self.pace.pause_s if self.pace.in_flight < self._window else 0.0)

    def _next_piece(self) -> Send | None:
        whole = self._program + CTRL_D
        data = whole[self._sent : self._sent + self.pace.piece]
        self._sent += len(data)
        if not data:
            return None
        # No rest after the last piece: the board's answer comes next.
        return Send(data, self.pace.pause_s if self._sent < len(whole) else 0.0)

    # -- what the board says -------------------------------------------------------------------------

    def receive(self, data: bytes) -> list[Event]:
        """Take bytes from the board, in pieces of any size; give what they mean, in order."""
        self._buffer += data
        events: list[Event] = []
        while self._buffer and self._step(events):
            pass
        return events

    def _step(self, events: list[Event]) -> bool:
        """Take one reply out of the buffer; False when more bytes are needed."""
        replies = REPLIES.get(self.state)
        if replies is None:
            self._set_aside(len(self._buffer), events)
            return False
        found: tuple[int, int, Reply] | None = None
        for reply in replies:
            if isinstance(reply.seen, int):
                start, length = (0, reply.seen) if len(self._buffer) >= reply.seen else (-1, 0)
            else:
                start, length = self._buffer.find(reply.seen), len(reply.seen)
            if start >= 0 and (found is None or start < found[0]):
                found = start, length, reply
        if found is None:
            self._set_aside(len(self._buffer) - self._possible_beginning(replies), events)
            return False
        start, length, reply = found
        self._set_aside(start, events)
        taken, self._buffer = self._buffer[:length], self._buffer[length:]
        self.state = reply.then
        if reply.action:
            getattr(self, "_on_" + reply.action)(taken, events)
        return True

    def _possible_beginning(self, replies: tuple[Reply, ...]) -> int:
        """How many bytes at the buffer's end may be the beginning of an expected reply."""
        longest = 0
        for reply in replies:
            if isinstance(reply.seen, int):
                longest = max(longest, min(reply.seen, len(self._buffer)))
                continue
            for length in range(min(len(reply.seen) - 1, len(self._buffer)), longest, -1):
                if self._buffer.endswith(reply.seen[:length]):
                    longest = length
                    break
        return longest

    def _set_aside(self, count: int, events: list[Event]) -> None:
        """Take `count` bytes that come before a reply: output, traceback or noise, by the state."""
        if count <= 0:
            return
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        if self.state is State.RUNNING:
            events.append(Output(data))
        elif self.state is State.FAILING:
            self._traceback += data
            if len(self._traceback) > MAX_TRACEBACK:
                self._on_not_the_end(b"", events)
                self.state = State.RUNNING
        else:
            events.append(Noise(data))

    # -- actions of the table ------------------------------------------------------------------------

    def _on_prompt(self, _taken: bytes, events: list[Event]) -> None:
        events.append(Prompt())

    def _on_no_raw_paste(self, _taken: bytes, _events: list[Event]) -> None:
        # For the whole connection: asking again would only cost time.
        self.pace = self.pace._replace(raw_paste=False)

    def _on_window(self, taken: bytes, _events: list[Event]) -> None:
        self._window, self._credits = int.from_bytes(taken, "little"), 0

    def _on_credit(self, _taken: bytes, _events: list[Event]) -> None:
        self._credits += 1

    def _on_cut_short(self, _taken: bytes, events: list[Event]) -> None:
        self._outbox.append(Send(CTRL_D))
        events.append(Started())

    def _on_started(self, _taken: bytes, events: list[Event]) -> None:
        events.append(Started())

    def _on_finished(self, taken: bytes, events: list[Event]) -> None:
        if not self._traceback or _LIKE_A_TRACEBACK.fullmatch(self._traceback):
            events.append(Finished(self._traceback))
            return
        self.state = State.RUNNING
        self._on_not_the_end(b"", events)
        events.append(Output(taken))

    def _on_not_the_end(self, _taken: bytes, events: list[Event]) -> None:
        second = CTRL_D if self.state is State.RUNNING else b""
        events.append(Output(CTRL_D + self._traceback + second))
        self._traceback = b""

    def _on_friendly(self, _taken: bytes, events: list[Event]) -> None:
        events.append(Friendly())
