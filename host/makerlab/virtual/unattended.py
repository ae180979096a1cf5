"""One program on a virtual board with nobody at its line, in simulated time: from switching on to its end.

    ran = run(ESP32, {"main.py": source, "lab.py": lab}, "main.py", scene, seconds=86_400)
    ran.pieces                     # what it sent, and when by the board's time
    ran.ending                     # how it came to an end

Nothing of the program touches this computer: it runs in the sandbox of the virtual board (4 MB of memory),
and one that computes without end, or never stops printing, is ended. Between two rows nothing happens on a
board but that lab looks whether the next is due and the computer has sent something, a thousand times a
second. Here its time jumps to the next moment at which anything can happen (the next row, a finger on a
button, a timer), so a day takes seconds.
"""

from __future__ import annotations

import logging
import math
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from makerlab.virtual.flash import File, Path
from makerlab.virtual.profile import Profile
from makerlab.virtual.runtime import Stopped
from makerlab.virtual.scene import Scene
from makerlab.virtual.simulated_time import TimedBoard
from makerlab.wire.clock import TICKS_PERIOD
from makerlab.wire.events import Header
from makerlab.wire.header import parse_header

STUCK_S = 8.0
"""Of this computer's time: a program that neither waits nor prints for so long computes without end. A busy
PC runs 3 million loop turns a second."""
LONGEST_S = 120.0
"""Of this computer's time, for all of it."""
LOOK_S = 0.25
"""How often it is looked after, in this computer's time."""
MAX_BYTES = 8 << 20
"""What one run may print: a day at one row a second, twice."""
STOP_WAIT_S = 1.0
"""Board's time for a program that knows the wire to end when asked; then it gets Ctrl-C."""
LAST_WAIT_S = 5.0
"""Board's time after Ctrl-C."""
TURN_S = 0.0002
"""Between two looks of a program at its line when a row may be due: about what a turn of lab's loop takes."""
PATIENT_LOOKS = 50
"""So many of them after a row was due, until it is clear that none comes (`when=changed`)."""
IDLE_LOOKS = 500
"""At least so many looks go over a whole run: what a program does between two rows goes on in small steps."""


_log = logging.getLogger(__name__)


class Ending(Enum):
    """How a program came to an end."""

    ITSELF = "itself"
    """Before its time was up; with a traceback if something was wrong."""
    STOPPED = "stopped"
    """By being asked to, when its time was up."""
    INTERRUPTED = "interrupted"
    """By Ctrl-C, when its time was up: a program that does not know the wire."""
    STUCK = "stuck"
    """It computed without end."""
    LONG = "long"
    """It went on, and took this computer too long."""
    FLOOD = "flood"
    """It printed more than anybody reads."""
    DEAF = "deaf"
    """Not even Ctrl-C ended it."""
    CRASHED = "crashed"
    """The runtime itself failed."""


class Piece(NamedTuple):
    """What was sent at once, at the board's time `at_s` (seconds from its start)."""

    at_s: float
    data: bytes


@dataclass
class Ran:
    """A program's run; `traceback` is what the runtime said of an error, "" for none."""

    pieces: list[Piece] = field(default_factory=list)
    ending: Ending = Ending.ITSELF
    traceback: str = ""
    seconds: float = 0.0
    """Board's time from its start to the program's end."""
    files: dict[str, bytes] = field(default_factory=dict)
    """Those the board has afterwards, outside of folders."""

    @property
    def output(self) -> bytes:
        return b"".join(piece.data for piece in self.pieces)


class _Over(Stopped):
    """The program has ended, or is to be ended."""


def run(
    profile: Profile,
    files: Mapping[str, bytes],
    program: str,
    scene: Scene,
    seconds: float,
    patch: Callable[[dict[str, bytes]], None] = lambda rom: None,
) -> Ran:
    """Run the file `program` of `files` (those on the board) for `seconds` of the board's time, then stop it.

    `patch` may change the modules the board has built in. Raises what VirtualBoard.start raises.
    """
    board = Unattended(profile._replace(programs=(program,)), files, scene, seconds)
    patch(board.rom)
    board.start()
    board.look_after()
    return board.ran


class _Given:
    """A flash with these files at the start, which nothing outlives."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def load(self) -> dict[Path, bytes | None]:
        return {(name,): data for name, data in self._files.items()}

    def put(self, path: Path, data: bytes | None) -> None:
        pass

    def remove(self, path: Path) -> None:
        pass

    def rename(self, old: Path, new: Path) -> None:
        pass


def _sleep_at_once(rom: dict[str, bytes]) -> None:
    """The runtime's sleep_ms() looks at the clock every half millisecond, and its sleep() begins anew after
    an interrupt. The board's own sleep (hardware.power) does neither: that makes no difference to a program,
    and all between a day and its 172 million looks."""
    for name, source in rom.items():
        rom[name] = source.replace(b"from utime import", b"from time import")
    rom["time.py"] = rom["time.py"].replace(b"from time import", b"from utime import") + _SLEEP


_SLEEP = b"""
from _board import ask as _ask


def sleep_ms(ms):
    end = ticks_add(ticks_ms(), ms)
    while ms > 0:
        _ask("power.sleep", ms, 0)
        ms = ticks_diff(end, ticks_ms())


def sleep(seconds):
    sleep_ms(int(1000 * seconds))
"""


class Unattended(TimedBoard):
    """The board of one run."""

    def __init__(self, profile: Profile, files: Mapping[str, bytes], scene: Scene, seconds: float) -> None:
        super().__init__(profile, store=_Given(files), scene=scene, serial=scene.seed)
        _sleep_at_once(self.rom)
        self.ran = Ran()
        self._scene = scene
        self._longest_jump_s = seconds / IDLE_LOOKS
        self._sent_bytes = 0
        self._programs = 0
        self._asked = Ending.ITSELF
        self._was_readable = False
        self._rhythm = _Rhythm()
        self._over = threading.Event()
        self._progress = 0
        """Goes up with everything that shows that the program does not compute without end."""
        self.simulated.plan(seconds, self._stop_politely)

    def look_after(self) -> None:
        """Wait until it is over; end what does not end."""
        seen, still_s, all_s = -1, 0.0, 0.0
        while not self._over.wait(LOOK_S):
            all_s += LOOK_S
            still_s = still_s + LOOK_S if self._progress == seen else 0.0
            seen = self._progress
            if still_s >= STUCK_S or all_s >= LONGEST_S:
                self._ending(Ending.STUCK if still_s >= STUCK_S else Ending.LONG)
                self._end(_Over())
                self._over.wait(STUCK_S)
                break
        self.close()

    # -- its end ----------------------------------------------------------------------------------------

    def _ending(self, how: Ending) -> None:
        """How it will have come to its end; that it was given up is the last word."""
        if self._asked not in (Ending.STUCK, Ending.LONG):
            self._asked = how

    def _stop_politely(self) -> None:
        self._ending(Ending.STOPPED)
        self.uart.send(b"s\n", 0)
        self.simulated.plan(self.simulated.board_s + STOP_WAIT_S, self._press_ctrl_c_now)

    def _press_ctrl_c_now(self) -> None:
        self._ending(Ending.INTERRUPTED)
        self.simulated.plan(self.simulated.board_s + LAST_WAIT_S, self._give_up)
        self._press_ctrl_c()

    def _give_up(self) -> None:
        self._ending(Ending.DEAF)
        raise _Over

    def _main(self) -> None:
        try:
            self._live()
        except _Over:
            pass
        except Exception as error:  # a trap, or a fault of ours: nothing that a lesson's author can mend
            _log.debug("%s crashed", self.profile.key, exc_info=error)
            self._asked = Ending.CRASHED
        self.ran.ending = self._asked
        self.ran.seconds = self.simulated.board_s
        entries = self.flash.root.entries.items()
        self.ran.files = {name: bytes(node.data) for name, node in entries if isinstance(node, File)}
        self._over.set()

    def _next(self, payload: str) -> str:
        self._programs += 1
        if self._programs > 1:
            # Back from the one program; what was wrong has been printed, or waits to be.
            if self._traced is not None:
                traced = len(self.ran.pieces)
                self._flush_trace()
                self.ran.traceback = b"".join(piece.data for piece in self.ran.pieces[traced:]).decode(
                    "utf-8", "replace"
                )
            raise _Over
        return super()._next(payload)

    # -- its line ---------------------------------------------------------------------------------------

    def _say(self, data: bytes) -> None:
        self._progress += 1
        self._sent_bytes += len(data)
        if self._sent_bytes > MAX_BYTES:
            self._asked = Ending.FLOOD
            raise _Over
        self.ran.pieces.append(Piece(self.simulated.board_s - self._booted_at, data))
        self._rhythm.hear(data, self.simulated.board_s - self._booted_at)
        self.simulated.ring()

    def console_readable(self) -> bool:
        """The program looks whether something came: it has nothing else to do just now."""
        self._progress += 1
        if not self.uart.readable() and not self._was_readable:
            self._jump()
        # After it has read something it looks for the rest: then it has other things to do.
        self._was_readable = self.uart.readable()
        return self._was_readable

    def wait(self, ready: Callable[[], bool], until: float | None) -> bool | None:
        self._progress += 1
        if until is not None:
            return super().wait(ready, until)
        # For ever: until the next thing that is planned, and there is always one, the end.
        while not ready():
            came = super().wait(ready, self.simulated.next_alarm_s + TURN_S)
            if came is None:
                return None
        return True

    def _jump(self) -> None:
        clock = self.simulated
        now_s = clock.board_s - self._booted_at
        to_s = min(
            max(self._rhythm.free_until(now_s), now_s + TURN_S),
            now_s + max(self._longest_jump_s, TURN_S),
            self._scene.next_touch(now_s),
            clock.next_alarm_s - self._booted_at,
        )
        clock.board_s += max(0.0, to_s - now_s)
        clock.ring()


class _Rhythm:
    """When the next row is due, learnt from those that came. Until the first has come, none is."""

    def __init__(self) -> None:
        self._line = b""
        self._tick_s = self._period_s = 0.0
        self._due_s = -math.inf
        self._looks = 0

    def hear(self, data: bytes, at_s: float) -> None:
        """What the board sent. To look at its lines is enough: nothing disturbs them on their way here."""
        if b"\n" not in data:
            self._line += data
            return
        *lines, self._line = (self._line + data).split(b"\n")
        for line in lines:
            if match := _ROW.match(line):
                self._take(int(match[1]), at_s)
            elif line.startswith(b"#K1 ") and isinstance(said := parse_header(line), Header):
                self._explain(said)
            elif line.startswith(b"#Z "):
                self._period_s, self._due_s = 0.0, -math.inf

    def _take(self, ticks: int, at_s: float) -> None:
        if self._period_s:
            ago = (round(at_s / self._tick_s) - ticks) % TICKS_PERIOD
            self._due_s = at_s - ago * self._tick_s + self._period_s
            self._looks = 0

    def _explain(self, header: Header) -> None:
        # Not rate_hz: this runtime's floats have more digits than a board's, and than a header may have.
        match = _RATE.fullmatch(header.fields.get("hz", ""))
        rate_hz = float(match[0]) if match else 0.0
        self._tick_s = header.tick_s
        self._period_s = 1 / rate_hz if rate_hz > 0 and not header.is_burst else 0.0

    def free_until(self, now_s: float) -> float:
        """Up to when no row is due; the past when one may be. Called once for every look of the program."""
        if now_s < self._due_s or self._due_s == -math.inf:
            return self._due_s
        self._looks += 1
        if self._looks > PATIENT_LOOKS:
            self._looks = 0
            self._due_s += self._period_s  # none came: it is not one that comes at every beat
        return self._due_s


_ROW = re.compile(rb"[0-9]+ ([0-9]+) ")
_RATE = re.compile(r"[0-9]+(\.[0-9]+)?(e-?[0-9]+)?")
