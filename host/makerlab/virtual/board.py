"""A virtual board: genuine MicroPython in a thread of its own, behind a byte stream.

board = VirtualBoard(ESP32)
board.start()
board.write(b"\\x03"); board.read(0.5)
board.reset(); board.close()
"""

from __future__ import annotations

import contextlib
import logging
import re
import struct
import threading
from collections.abc import Callable
from importlib import resources
from typing import NoReturn

from wasmtime import WasmtimeError

from makerlab.virtual import artifact, scenes
from makerlab.virtual.clock import Alarm, Clock
from makerlab.virtual.flash import File, Flash, FlashError, Store, resolve
from makerlab.virtual.hardware import Hardware, Refused
from makerlab.virtual.hardware.power import POWER_ON, RESET, SOFT
from makerlab.virtual.lineedit import CTRL_C, CTRL_D, LineEditor
from makerlab.virtual.profile import Profile
from makerlab.virtual.pyexec import SOFT_REBOOT, Command, Do, End, Interrupted, Pause, Pyexec
from makerlab.virtual.runtime import RECURSION_STACK_BYTES, THREAD_STACK_BYTES, Guest, Stopped, poke_all
from makerlab.virtual.scene import Scene
from makerlab.virtual.uart import Uart
from makerlab.virtual.wasi import ROM, Wasi

CTRL_C_PATIENCE_S = 4.0
"""A guest that has not taken up Ctrl-C after this is inside a long operation of the runtime itself (which
does not look), and is reset."""
CRASH_PAUSE_S = 1.0
"""Before a board that crashed starts again, so that one which always crashes does not take a whole core."""
CLOSE_WAIT_S = 1.0
NUDGE_S = 0.002
"""After which a guest that has not taken up everything is asked again: more events came at once than its
queue holds, or it was asked in the moment between looking and going on, in which that is not noticed."""

_log = logging.getLogger(__name__)

_ARGUMENTS = "import sys; sys.path[:] = ['', '.frozen', '/lib', '/{rom}']; import _start"
_STUCK = b"\r\nCtrl-C did not end it.\r\nRebooting...\r\n"


class _SoftReset(Stopped):
    pass


class _HardReset(Stopped):
    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class _Closed(Stopped):
    pass


class VirtualBoard:
    """One board. `write`, `read`, `reset` and `close` are for any thread.

    `store` keeps its flash beyond its life. `scene` is what its sensors see. With `baud`, the line is paced
    like a real one. `on_output` (optional) is called, from the board's threads, when there is something to
    read.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        store: Store | None = None,
        scene: Scene | None = None,
        baud: float | None = None,
        clock: Clock | None = None,
        serial: int = 0,
    ) -> None:
        self.profile = profile
        self.clock = clock or Clock()
        self.uart = Uart(self.clock, baud, profile.rx_bytes)
        self.uart.on_interrupt = self._interrupt
        self.flash = Flash(profile.flash_bytes, profile.layout, store)
        self.rom = _rom(profile.key)
        self.hardware = Hardware(self, scene or scenes.default(serial), serial)
        self.reset_cause = POWER_ON
        self.guest: Guest
        self._changed = self.uart.changed
        self._stop: Stopped | None = None
        self._ctrl_c = False
        self._scheduled: list[tuple[int, int]] = []
        self._patience: Alarm | None = None
        self._impatient = False
        self._nudging = False
        self._traced: bytearray | None = None
        self._input: LineEditor | None = None
        self._booted_at = self.clock.now()
        self._rtc_s = 0.0
        self._pyexec = Pyexec(_Console(self), profile, self._has_file)
        self._thread = threading.Thread(target=self._main, name=f"virtual {profile.key}", daemon=True)

    # -- for whoever holds the board ------------------------------------------------------------------

    def start(self) -> None:
        """Plug the board in. Raises ImportError or artifact.WrongArtifact when its runtime is missing."""
        from makerlab.virtual.runtime import module

        module()
        with _stack_size:
            before = threading.stack_size(THREAD_STACK_BYTES)
            try:
                self._thread.start()
            finally:
                threading.stack_size(before)

    def write(self, data: bytes, timeout_s: float = 5.0) -> int:
        """Send to the board; how many bytes it took within `timeout_s`."""
        return self.uart.send(data, timeout_s)

    def read(self, timeout_s: float) -> bytes:
        """What the board has sent, waiting up to `timeout_s` for it."""
        return self.uart.receive(timeout_s)

    def reset(self, cause: str = RESET) -> None:
        """Press its reset button (or have the watchdog do it)."""
        self._end(_HardReset(cause))

    def restart(self, cause: str) -> NoReturn:
        """Reset it from inside its program."""
        raise _HardReset(cause)

    def close(self) -> None:
        """Pull its plug; harmless when it is out already."""
        self._end(_Closed())
        self.uart.close()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(CLOSE_WAIT_S)

    # -- its life, in its thread ------------------------------------------------------------------------

    def _main(self) -> None:
        while True:
            try:
                self._live()
            except _Closed:
                break
            except _SoftReset:
                self.reset_cause = SOFT
                self._say(SOFT_REBOOT)
            except _HardReset as reset:
                self.reset_cause = reset.cause
                self._power_on()
            except Exception as error:  # a trap, or a fault of ours: the host must live on
                self._crash(error)
            if self._closing():
                break
        self._save()

    def _live(self) -> None:
        """From a start to a reset: always ends with an exception."""
        heap = str(self.profile.heap_bytes)
        program = _ARGUMENTS.format(rom=ROM)
        wasi = Wasi(self, ["micropython", "-X", f"heapsize={heap}", "-c", program])
        self._life = self._pyexec.life()
        self._began = False
        self.guest = Guest(wasi.functions(), self._on_epoch)
        kind = self.profile
        for at, data in artifact.personality(kind.platform, kind.machine, kind.errno):
            self.guest.write(at, data)
        try:
            self.guest.run()
        finally:
            self._after_guest()
        raise _SoftReset

    def _after_guest(self) -> None:
        with self._changed:
            self._scheduled.clear()
            self._ctrl_c = False
            self.uart.interrupt_char = -1
        self._flush_trace()
        self.hardware.reset()
        self._save()

    def _crash(self, error: Exception) -> None:
        _log.debug("%s crashed", self.profile.key, exc_info=error)
        kind = "stack" if isinstance(error, WasmtimeError) and "stack" in str(error) else "trap"
        self._say(self.profile.crash % kind.encode())
        self.reset_cause = RESET
        self._power_on()
        deadline = self.clock.now() + CRASH_PAUSE_S
        with self._changed:
            while self._stop is None and (left := deadline - self.clock.now()) > 0:
                self.clock.wait(self._changed, left)

    def _power_on(self) -> None:
        with self._changed:
            self.uart.forget()
        self._pyexec.raw = False
        self._booted_at = self.clock.now()
        self._rtc_s = 0.0

    def _save(self) -> None:
        with contextlib.suppress(FlashError):  # a full disk: the guest was told so when it wrote
            self.flash.save_all()

    def _end(self, why: Stopped) -> None:
        with self._changed:
            if not isinstance(self._stop, _Closed):
                self._stop = why
            self._changed.notify_all()
        self._poke()

    def _closing(self) -> bool:
        """Forget a reset that has been carried out; True if the board is to end."""
        with self._changed:
            if isinstance(self._stop, _Closed):
                return True
            self._stop = None
            return False

    # -- interrupts -------------------------------------------------------------------------------------

    def _interrupt(self) -> None:
        """Ctrl-C arrived (called by whoever sent it)."""
        with self._changed:
            if self.uart.interrupt_char >= 0:  # else the program has ended in the meantime
                self._press_ctrl_c()

    def _press_ctrl_c(self) -> None:
        """The program is to get a KeyboardInterrupt."""
        with self._changed:
            self._ctrl_c = True
            if self._patience is None:
                self._patience = self.clock.at(self.clock.now() + CTRL_C_PATIENCE_S, self._lose_patience)
            self._changed.notify_all()
        self._poke()

    def _lose_patience(self) -> None:
        self._patience = None
        self._impatient = True
        self._poke()

    def _poke(self) -> None:
        """Have the guest look at what other threads asked for."""
        poke_all()
        with self._changed:
            if not self._nudging:
                self._nudging = True
                self.clock.at(self.clock.now() + NUDGE_S, self._nudge)

    def _nudge(self) -> None:
        with self._changed:
            waiting = self._stop or self._impatient or self._ctrl_c or self._scheduled
            self._nudging = bool(waiting) and self._thread.is_alive()
            if self._nudging:
                self.clock.at(self.clock.now() + NUDGE_S, self._nudge)
        if waiting:
            poke_all()

    def schedule(self, function: int, argument: int) -> None:
        """Have the guest call the object at address `function` with the small int `argument`, soon; as an
        interrupt handler would (micropython.schedule). For any thread."""
        with self._changed:
            if (function, argument) not in self._scheduled:  # one that the guest did not get to is enough
                self._scheduled.append((function, argument))
            self._changed.notify_all()
        self._poke()

    def _on_epoch(self) -> None:
        """In the guest's thread, between two of its instructions."""
        with self._changed:
            self._check()

    def _check(self) -> bool:
        """Carry out what other threads asked for (the caller holds `changed`); True if the guest was
        interrupted. Raises Stopped."""
        if self._stop is not None:
            raise self._stop
        if self._impatient:
            self._impatient = False
            if self.guest.read_word(artifact.PENDING_EXCEPTION):
                self.uart.put(_STUCK)
                raise _HardReset(RESET)
        interrupted = self._ctrl_c or bool(self._scheduled)
        if self._ctrl_c:
            self._ctrl_c = False
            # As mp_sched_keyboard_interrupt does: an exception without a traceback, raised at the next jump.
            self.guest.write(artifact.KEYBOARD_INTERRUPT + 4, bytes(8))
            self.guest.write_word(artifact.PENDING_EXCEPTION, artifact.KEYBOARD_INTERRUPT)
            self._look_soon()
        while self._scheduled:
            length, start = self.guest.read(artifact.SCHEDULE_STATE + 2, 2)
            if length >= artifact.SCHEDULE_DEPTH:
                break
            function, argument = self._scheduled.pop(0)
            at = artifact.SCHEDULE_QUEUE + 8 * ((start + length) % artifact.SCHEDULE_DEPTH)
            self.guest.write_word(at, function)
            self.guest.write_word(at + 4, (2 * argument + 1) & 0xFFFFFFFF)
            self.guest.write(artifact.SCHEDULE_STATE + 2, bytes([length + 1]))
            self._look_soon()
        return interrupted

    def _look_soon(self) -> None:
        """Have the interpreter look for what is pending, unless it is doing so now."""
        state = self.guest.read(artifact.SCHEDULE_STATE, 2)
        if state == artifact.SCHEDULE_IDLE.to_bytes(2, "little"):
            self.guest.write(artifact.SCHEDULE_STATE, artifact.SCHEDULE_PENDING.to_bytes(2, "little"))

    def _has_pending(self) -> bool:
        """Whether the guest has an interrupt to see to that came just before it began to wait."""
        if self.guest.read_word(artifact.PENDING_EXCEPTION):
            return True
        state, length = struct.unpack("<hB", self.guest.read(artifact.SCHEDULE_STATE, 3))
        return bool(state == artifact.SCHEDULE_PENDING and length)

    def interrupts(self, on: bool) -> None:
        """Whether Ctrl-C is an interrupt or a character like others."""
        with self._changed:
            self.uart.interrupt_char = CTRL_C if on else -1
            if not on:
                self._ctrl_c = False
                if self._patience is not None:
                    self._patience.cancel()
                    self._patience = None
                if self.guest.read_word(artifact.PENDING_EXCEPTION) == artifact.KEYBOARD_INTERRUPT:
                    self.guest.write_word(artifact.PENDING_EXCEPTION, 0)

    # -- what the guest asks for (see wasi.Board) ---------------------------------------------------------

    def _set_interrupt_char(self, payload: str) -> None:
        """micropython.kbd_intr: which character interrupts this program, -1 for none."""
        try:
            char = int(payload)
        except ValueError:
            char = -1
        with self._changed:
            self.uart.interrupt_char = char if 0 <= char < 256 else -1

    def uptime_s(self) -> float:
        return self.clock.now() - self._booted_at

    def wall_s(self) -> float:
        return self._rtc_s + self.uptime_s()

    def set_wall_s(self, seconds: float) -> None:
        self._rtc_s = seconds - self.uptime_s()

    def wait(self, ready: Callable[[], bool], until: float | None) -> bool | None:
        with self._changed:
            while True:
                if self._check() or self._has_pending():
                    return None
                if ready():
                    return True
                left = None if until is None else until - self.clock.now()
                if left is not None and left <= 0:
                    return False
                self.clock.wait(self._changed, left)

    def console_readable(self) -> bool:
        return self.uart.readable()

    def console_read(self, count: int, stops: bytes = b"") -> bytes | None:
        if self.wait(self.uart.readable, None) is None:
            return None
        with self._changed:
            return self.uart.take(count, stops)

    def console_write(self, data: bytes) -> None:
        if self._traced is not None:
            self._traced += data
        else:
            self._say(data)

    def _say(self, data: bytes) -> None:
        sent = 0
        while sent < len(data):
            with self._changed:
                while not self.uart.writable() and not isinstance(self._stop, (_Closed, _HardReset)):
                    self.clock.wait(self._changed, None)
                if self._stop is not None and not self.uart.writable():
                    return  # nobody takes it, and the board is going down
                sent += self.uart.put(data[sent:])
            self.uart.on_output()

    def source_read(self, count: int) -> bytes | None:
        try:
            return self._pyexec.source_read(count)
        except Interrupted:
            with self._changed:
                self._ctrl_c = True
                self._check()
            return None
        except Pause:
            return None

    def source_close(self) -> None:
        self._pyexec.source_close()

    def host_call(self, name: str, payload: str) -> str:
        if name == "next":
            return self._next(payload)
        if name == "trace":
            self.interrupts(False)
            self._pyexec.before_error()
            self._traced = bytearray()
            return ""
        if name == "input":
            return self._read_line(payload)
        if name == "kbd_intr":
            self._set_interrupt_char(payload)
            return ""
        if name == "modules":
            return " ".join(sorted(self._modules()))
        if name == "flash.size":
            return f"{self.flash.layout.block} {self.flash.blocks} {self.flash.free}"
        try:
            return self.hardware.call(name, payload)
        except Refused as refused:
            if refused.kind == "OSError":
                raise OSError(self.profile.errno[refused.text], refused.text) from None
            raise

    def _read_line(self, prompt: str) -> str:
        """A line typed for a program's input(); "P" when the guest should look at what is pending first."""
        if self._input is None:
            self._input = LineEditor()
            self._say(self._input.begin(prompt.encode("utf-8")))
        while True:
            data = self.console_read(1)
            if not data:
                return "P"
            echo, key = self._input.feed(data[0])
            if echo:
                self._say(echo)
            if key in (0, CTRL_C, CTRL_D):
                text, self._input = self._input.text, None
                if key == CTRL_C:  # the program had made it a character like others
                    self._press_ctrl_c()
                return "D" if key == CTRL_D else "=" + text.decode("ascii", "replace")

    # -- the prompt ---------------------------------------------------------------------------------------

    def _next(self, payload: str) -> str:
        self.interrupts(False)
        self._input = None
        self._pyexec.failure = ""
        self._flush_trace()
        if not self._began:
            self._begin(payload)
            send: Callable[[], Command] = lambda: next(self._life)  # noqa: E731
        else:
            end = End(payload) if payload in ("0", "1", "x") else End.FAILED
            if end is End.EXIT:
                self._pyexec.before_error()
            send = lambda: self._life.send(end)  # noqa: E731
        try:
            command = send()
        except StopIteration:
            raise _SoftReset from None
        if command.do is Do.FILE:
            self.interrupts(True)
        return command.do.value + command.text

    def _begin(self, kbd_intr: str) -> None:
        """The guest's start-up module is there; `kbd_intr` is the address of its function of that name."""
        self._began = True
        self._pyexec.banner = self._banner()
        self.guest.write_word(artifact.STACK_LIMIT, RECURSION_STACK_BYTES)
        self.guest.write_word(artifact.KBD_INTR, int(kbd_intr))
        # Who needs them has them by now; a program of such a name would never be found beside it.
        for name in ("host", *self.profile.absent):
            self.guest.write_word(artifact.MODULES[name], 0)

    def _banner(self) -> bytes:
        return b"MicroPython %s; %s\r\n" % (artifact.VERSION, self.profile.machine.encode())

    def _modules(self) -> set[str]:
        """What help('modules') names."""
        inside = set(artifact.MODULES) - {"host", *self.profile.absent}
        return inside | {name[:-3] for name in self.rom if not name.startswith("_")}

    def _flush_trace(self) -> None:
        """Print a traceback without the lines of the modules that stand for what a board has built in."""
        if self._traced is not None:
            traced, self._traced = bytes(self._traced), None
            ours = b'  File "/' + ROM.encode() + b"/"
            text = b"".join(line for line in traced.splitlines(True) if not line.startswith(ours))
            self._pyexec.failure = _failure(text.decode("utf-8", "replace"))
            self._say(text)

    def _has_file(self, name: str) -> bool:
        return isinstance(self.flash.file_at(resolve(name)), File)


class _Console:
    """The serial line as the prompts see it: waits until there is something."""

    def __init__(self, board: VirtualBoard) -> None:
        self._board = board

    def get(self, count: int, stops: bytes = b"") -> bytes | None:
        return self._board.console_read(count, stops) or None

    def put(self, data: bytes) -> None:
        self._board._say(data)

    def interrupts(self, on: bool) -> None:
        self._board.interrupts(on)


def _failure(traceback: str) -> str:
    """ "line 3 NameError name 'x' isn't defined"; "" for Ctrl-C, which is no failure."""
    kind, _colon, text = traceback.strip().rpartition("\n")[2].partition(": ")
    if kind == "KeyboardInterrupt":
        return ""
    lines = _LINE.findall(traceback)
    return " ".join([*([f"line {lines[-1]}"] if lines else []), kind, *([text] if text else [])])


_LINE = re.compile(r'^  File ".*", line (\d+)', re.MULTILINE)

_stack_size = threading.Lock()


def _rom(key: str) -> dict[str, bytes]:
    """The modules a kind of board has built in: guest/common, and guest/<key> over it."""
    found: dict[str, bytes] = {}
    for folder in ("common", key):
        for entry in (resources.files("makerlab.virtual") / "guest" / folder).iterdir():
            if entry.name.endswith(".py"):
                found[entry.name] = entry.read_bytes()
    return found
