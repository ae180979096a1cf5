"""A REPL conversation with one board over a link: the state machine driven with deadlines.

with open_link("COM3") as link:
    session = Session(link)
    session.enter()
    print(session.exec("print(1 + 1)"))
"""

from __future__ import annotations

import time
from collections.abc import Callable

from makerlab.errors import ProgramError, ReplError
from makerlab.link.base import Chunk, Link
from makerlab.repl.machine import (
    CAREFUL,
    Event,
    Finished,
    Friendly,
    Noise,
    Output,
    Pace,
    Prompt,
    RawRepl,
    Started,
    State,
)
from makerlab.repl.probe import silence_error
from makerlab.repl.traceback import TYPED, program_error

ENTER_WAITS_S = (0.25, 0.4, 0.7, 0.7, 0.7, 0.7, 0.7)
"""How long each try to reach the raw prompt waits for it. In the first, everything is sent in one go, and an
idle board answers in 20 ms; one that loses what follows Ctrl-C too closely, or is just starting (0.5 s), gets
it again. A program that catches KeyboardInterrupt needs three."""
ENTER_GENTLY = 2
"""Tries with two Ctrl-C; in those after them many more come, at all sorts of moments."""
BURSTS, BURST_REST_S = 25, 0.003
ENTER_STRAIGHT_S = 0.1
"""For the raw prompt without the friendly one before it, which a program may have changed (sys.ps1)."""
IN_STEP_WAIT_S = 0.5
"""For the answer to a question that only tells whether both sides are in step."""
IN_STEP_NUMBER = 70_700
"""The first of the numbers asked for: what no other output is likely to be."""
RESTART_WAIT_S = 5.0
"""For the raw prompt after a soft reset; an ESP32 with Wi-Fi in its boot.py takes 2 s."""
ANSWER_WAIT_S = 3.0
"""For one step of sending a program: the board only has to read and to compile meanwhile."""
EXEC_WAIT_S = 10.0
"""For a short helper program to end, unless its caller knows better."""
STOP_WAIT_S = 2.0
"""For a program to end after Ctrl-C, before Ctrl-C is sent again."""
STOP_TRIES = 3
MAX_KEPT_NOISE = 4 << 10
"""Bytes of unexpected output kept, to tell what a board runs that never shows a prompt."""


class Session:
    """A conversation with the board behind `link`, which stays the caller's to close.

    Every method raises LinkError when the cable or port fails, and ReplError or BoardSilent when the board
    does not keep to the protocol in time.
    """

    def __init__(self, link: Link, pace: Pace = CAREFUL) -> None:
        self.link = link
        self.port = link.port
        self.lives = 0
        """How often the board's memory was emptied by `restart`, or may have been before `enter`: what was
        defined there before is not to be relied on."""
        self.heard = b""
        """What came before the last `enter` reached its prompt: the rest of a program, and the banner."""
        self._repl = RawRepl(pace)
        self._noise = b""

    @property
    def pace(self) -> Pace:
        """How fast the board takes programs; set it once the board is known."""
        return self._repl.pace

    @pace.setter
    def pace(self, pace: Pace) -> None:
        # A board that was seen not to know raw paste is not asked again, whatever its data sheet says.
        asked_in_vain = not self._repl.pace.raw_paste
        self._repl.pace = pace._replace(raw_paste=False) if asked_in_vain else pace

    @property
    def at_prompt(self) -> bool:
        """Whether the board waits at the raw prompt."""
        return self._repl.state is State.RAW

    # -- to the raw prompt and back ------------------------------------------------------------------

    def enter(self) -> None:
        """Stop whatever runs and come to the raw prompt.

        An idle board is there in 20 ms. One whose program catches Ctrl-C, or prints without end, takes some
        tries, 4 s at most; then BoardSilent is raised (or what its output shows: NotMicroPython, BootLoop).
        """
        self.lives += 1
        self._noise = b""
        for attempt, wait_s in enumerate(ENTER_WAITS_S):
            self._do("interrupt")
            if attempt >= ENTER_GENTLY:
                for _burst in range(BURSTS):
                    self._do("insist")
                    self._receive(BURST_REST_S)
            if attempt:
                self._wait_quiet(0.02)
            if self._reached("approach", wait_s, attempt):
                return
            if attempt and self._reached("enter", ENTER_STRAIGHT_S, attempt):
                return
        raise silence_error(self.port, self._noise)

    def _reached(self, command: str, wait_s: float, attempt: int) -> bool:
        """Ask for the raw prompt; whether it came, and is the answer to this try."""
        self._do(command)
        if self._wait_for(Prompt, wait_s) is None or (attempt and not self._in_step(attempt)):
            return False
        self.heard = self._noise
        return True

    def _in_step(self, attempt: int) -> bool:
        """Whether the prompt seen is the answer to the last try. The answers to those before may be late,
        and what they asked for may still happen: only the answer to a question of its own is believed."""
        self._repl.program(b"print(%d)" % (IN_STEP_NUMBER + attempt), plainly=True)
        self._flush()
        output = b""
        deadline = time.monotonic() + IN_STEP_WAIT_S
        while (left := deadline - time.monotonic()) > 0:
            _chunk, events = self._receive(left)
            output += b"".join(event.data for event in events if isinstance(event, Output))
            if any(isinstance(event, Finished) for event in events):
                return output.strip() == b"%d" % (IN_STEP_NUMBER + attempt)
        return False

    def restart(self) -> None:
        """Soft reset: an empty heap, no variables, boot.py run but not main.py; back at the raw prompt."""
        if self._repl.state is not State.RAW:
            self.enter()
        self.lives += 1
        self._do("restart")
        if self._wait_for(Prompt, RESTART_WAIT_S) is None:
            self.enter()  # a boot.py that waits for something: stop it

    def leave(self, *, to_prompt: bool = True) -> None:
        """Back to the friendly prompt, for the next person or program at this port.

        Who says no more here need not wait for it (`to_prompt`): the banner before it takes 15 ms, and the
        board has obeyed when that begins.
        """
        self._do("leave")
        self._wait_for(Friendly if to_prompt else (Friendly, Noise), ANSWER_WAIT_S)

    # -- programs ------------------------------------------------------------------------------------

    def exec(self, source: str, wait_s: float = EXEC_WAIT_S) -> bytes:
        """Run a short program and return what it printed (board line ends, CR LF).

        Raises ProgramError with the board's traceback, ReplError if it does not end within `wait_s`
        seconds of silence.
        """
        run = self.start(source)
        pieces: list[bytes] = []
        heard = time.monotonic()
        while not run.ended:
            chunk = run.read(0.1)
            if chunk.data:
                pieces.append(chunk.data)
                heard = chunk.at
            elif time.monotonic() - heard > wait_s:
                run.stop()
                raise ReplError(port=self.port, detail=_no_end(source))
        if run.traceback:
            raise program_error(run.traceback, TYPED, source)
        return b"".join(pieces)

    def start(self, source: str, *, plainly: bool = False) -> Run:
        """Hand a program to the board; it runs when this returns.

        `source` is sent as it is: strip it first if the board is small. Should the board lose step while it
        takes the program, it gets it once more, from then on as carefully as can be. `plainly`: not by raw
        paste, whose questions and answers take longer than a program of one line.
        """
        if self._repl.state is not State.RAW:
            self.enter()
        run = self._hand_over(source.encode("utf-8"), plainly)
        if run is None:
            # Nothing has run: only a whole program does.
            self.be_careful()
            self.enter()
            run = self._hand_over(source.encode("utf-8"))
        if run is None:
            raise ReplError(port=self.port, detail="no answer to a program")
        return run

    def be_careful(self) -> None:
        """For the rest of this session send programs in the paced plain way only: raw paste lost bytes."""
        self._repl.pace = CAREFUL._replace(raw_paste=False)

    def _hand_over(self, source: bytes, plainly: bool = False) -> Run | None:
        """Send a program at the raw prompt; None when the board does not take it."""
        self._repl.program(source, plainly=plainly)
        deadline = time.monotonic() + ANSWER_WAIT_S
        while True:
            before = self._repl.state
            if self._flush():
                deadline = time.monotonic() + ANSWER_WAIT_S
            chunk, events = self._receive(max(0.0, min(0.05, deadline - time.monotonic())))
            for index, event in enumerate(events):
                if isinstance(event, Started):
                    self._flush()
                    return Run(self, events[index + 1 :], chunk.at)
            if chunk.data and self._repl.state is not before:
                deadline = time.monotonic() + ANSWER_WAIT_S
            if time.monotonic() > deadline:
                return None

    # -- driving the machine -------------------------------------------------------------------------

    def _do(self, command: str) -> None:
        self._repl.command(command)
        self._flush()

    def _flush(self) -> bool:
        """Write all the machine has to say now; True if there was anything."""
        wrote = False
        while (send := self._repl.to_send()) is not None:
            self.link.write(send.data)
            wrote = True
            if send.pause_s:
                time.sleep(send.pause_s)
        return wrote

    def _receive(self, timeout_s: float) -> tuple[Chunk, list[Event]]:
        chunk = self.link.read(timeout_s)
        events = self._repl.receive(chunk.data)
        for event in events:
            if isinstance(event, Noise):
                self._noise = (self._noise + event.data)[-MAX_KEPT_NOISE:]
        return chunk, events

    def _wait_for(self, kind: type[Event] | tuple[type[Event], ...], timeout_s: float) -> Event | None:
        """The next event of `kind`, None after `timeout_s`."""
        deadline = time.monotonic() + timeout_s
        while (left := deadline - time.monotonic()) > 0:
            _chunk, events = self._receive(left)
            for event in events:
                if isinstance(event, kind):
                    return event
        return None

    def _wait_quiet(self, quiet_s: float, at_most_s: float = 0.3) -> None:
        """Take what arrives until nothing did for `quiet_s`: the answer to Ctrl-C, of no interest."""
        deadline = time.monotonic() + at_most_s
        while time.monotonic() < deadline:
            chunk, _events = self._receive(quiet_s)
            if not chunk.data:
                return


class Run:
    """A program that runs on the board; made by `Session.start`."""

    def __init__(self, session: Session, early: list[Event], at: float) -> None:
        self.session = session
        self.port = session.port
        self._early = early
        self._early_at = at
        self.ended = False
        self.traceback = ""
        """What the board printed on the error side, once `ended`; empty when all went well."""

    def read(self, timeout_s: float) -> Chunk:
        """What the program has written, waiting up to `timeout_s` for it; empty data when nothing came or
        the program has ended. The time is that of the bytes' arrival."""
        if self._early:
            events, at = self._early, self._early_at
            self._early = []
        elif self.ended:
            return Chunk(b"", time.monotonic())
        else:
            chunk, events = self.session._receive(timeout_s)
            at = chunk.at
        return Chunk(self._take(events), at)

    def write(self, data: bytes) -> None:
        """Send `data` to the program's standard input."""
        if not self.ended:
            self.session.link.write(data)

    def stop(self, keep: Callable[[Chunk], None] | None = None) -> bool:
        """Ctrl-C until the program has ended; what it still wrote goes to `keep`.

        False when it did not end: then the board needs its reset button.
        """
        for _try in range(STOP_TRIES):
            if self.ended:
                return True
            if self.session._repl.state is State.RUNNING:
                self.session._do("stop")
            deadline = time.monotonic() + STOP_WAIT_S
            while not self.ended and time.monotonic() < deadline:
                chunk = self.read(0.05)
                if chunk.data and keep is not None:
                    keep(chunk)
        return self.ended

    def error(self, name: str, source: str) -> ProgramError | None:
        """The traceback as an error that speaks of file `name`, whose text is `source`; None if there is
        none, or if it only says that Ctrl-C stopped the program."""
        last_line = self.traceback.rstrip().rpartition("\n")[2]
        if not last_line or last_line.startswith("KeyboardInterrupt"):
            return None
        return program_error(self.traceback, name, source)

    def _take(self, events: list[Event]) -> bytes:
        output = b""
        for event in events:
            if isinstance(event, Output):
                output += event.data
            elif isinstance(event, Finished):
                self.ended = True
                self.traceback = event.traceback.decode("utf-8", "replace").replace("\r\n", "\n")
        return output


def _no_end(source: str) -> str:
    return "no end: " + source.strip().splitlines()[0][:40] if source.strip() else "no end"
