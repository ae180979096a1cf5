"""`emulated:microbit-v1`: the genuine micro:bit V1 runtime on an emulated micro:bit (QEMU).

    emulated:microbit-v1            keeps its files between commands, like a board in a drawer
    emulated:microbit-v1/second     another one
    ...?fresh=1                     an empty one that is forgotten afterwards
    ...?baud=9600                   both directions as slow as such a line
    ...?icount=1                    time counted in instructions, for measuring: 64 ns each, about a 16 MHz
                                    Cortex-M0, the same on every computer; real time means nothing then

What QEMU 7.2 does not model: temperature() and the compass never return, the radio is missing, and the UART
takes no time. So input always goes in at the pace of a cable (115200 baud unless `baud` says otherwise), and
never before the piece in front of it has arrived: faster, or when this computer is too busy to let QEMU run,
it would overrun the runtime's receive buffer of 64 bytes.
"""

from __future__ import annotations

import contextlib
import json
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

from makerlab.errors import BadAddress, LinkTimeout, MissingTool, NoVirtualBoard, PortFailed, PortLost
from makerlab.i18n import N_, _
from makerlab.link.base import Link
from makerlab.virtual import address
from makerlab.virtual.storage import SqliteStore

BOARD = "microbit-v1"
QEMU = "qemu-system-arm"

CABLE_BAUD = 115200
PIECE_BYTES = 32
"""Half the runtime's receive buffer. Pieces of 64 bytes were lost now and then (measured)."""
RECEIVED = {"1.1.1": 0x20002F24}
"""Where that release of the runtime counts what has come in: two 16-bit numbers modulo RX_BYTES, where its
interrupt puts the next byte and where its program takes the next one (found by sending and looking)."""
RX_BYTES = 64
ROOM_WAIT_S = 0.5
"""For a program to take input. After that more is sent all the same and lost, as on a cable."""
START_WAIT_S = 10.0
"""For QEMU to connect; 0.05 s on an idle PC, seconds on one that virus scanning keeps busy."""
BOOT_WAIT_S = 2.0
"""For the prompt (0.05 s). A main.py of the user's may keep it from ever coming, so this is no error."""
MONITOR_WAIT_S = 5.0
END_WAIT_S = 3.0
POLL_S = 0.1
MAX_READ_BYTES = 1 << 16

FLASH_START, FLASH_SIZE = 0x38800, 0x7800
"""Where the runtime of release 1.1.1 keeps its files: the rest of 256 KB (micropython_microbit_fs,
get_device_info)."""
ERASED_FLASH = b"\xff" * FLASH_SIZE
"""What flash holds that nothing was written to. QEMU's is full of zeros, in which the runtime cannot mark
its spare page: the first time it tidied up its file system (filesystem.c, filesystem_sweep) it took a page of
files for that one, and every file was damaged."""
STORED = ("flash",)
RUNTIME = ("runtime.hex",)
"""Where a named board keeps its files, and what was flashed onto it (daplink.py) if something was: a line
with the runtime's release, and the hex."""
CTRL_C = b"\x03"

INSTRUCTION_COUNT = ("-icount", "shift=6,align=off,sleep=off")

INSTALL = {
    "win32": N_(
        "Install QEMU: winget install SoftwareFreedomConservancy.QEMU (or from https://www.qemu.org)."
    ),
    "darwin": N_("Install QEMU: brew install qemu"),
    "linux": N_("Install QEMU: sudo apt install qemu-system-arm (the package's name on Debian and Ubuntu)."),
}
WINDOWS_FOLDER = Path("C:/Program Files/qemu")
"""Its installer does not put QEMU on the PATH."""

# QEMU must not outlive us, however we end, and there is no way to say so that works everywhere. So another
# Python starts it and ends it as soon as its own standard input ends, which the operating system sees to.
_KEEPER = """\
import os, subprocess, sys, threading
machine = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
threading.Thread(target=lambda: (os.read(0, 1), machine.kill()), daemon=True).start()
os._exit(machine.wait())
"""


class Options(NamedTuple):
    """What the address says: `baud` None for no pacing of output, `name` None for a fresh board."""

    name: str | None = "default"
    baud: int | None = None
    counted: bool = False


def open(port: str) -> EmulatedLink:
    """Switch an emulated micro:bit on; at its prompt when this returns, after about 0.1 s.

    Raises BadAddress, MissingTool without QEMU, PortBusy when this board is in use, PortFailed.
    """
    options = parse(port)
    tool = find_tool()
    if tool is None:
        install = INSTALL.get(sys.platform, INSTALL["linux"])
        raise MissingTool(port=port, tool=QEMU, install=_(install))
    return EmulatedLink(port, tool, options)


def parse(port: str) -> Options:
    """The options in an address. Raises BadAddress for any that does not exist."""
    where = address.parse(port, ("icount",))
    counted = where.options.get("icount", "0")
    if where.kind != BOARD:
        raise NoVirtualBoard(port=port, known=", ".join(address.WITHOUT_HARDWARE))
    if counted not in ("0", "1"):
        raise BadAddress(port=port)
    return Options(where.name, where.baud, counted == "1")


def find_tool() -> str | None:
    """QEMU's path, None if it is not installed."""
    return shutil.which(QEMU) or shutil.which(QEMU, path=str(WINDOWS_FOLDER))


class EmulatedLink(Link):
    """The link to one emulated board, which lives and ends with it."""

    def __init__(self, port: str, tool: str, options: Options) -> None:
        super().__init__(port)
        self._store = None if options.name is None else SqliteStore(port, BOARD, options.name)
        kept = self._store.load() if self._store else {}
        self._flash, self._flashed = kept.get(STORED), kept.get(RUNTIME)
        self._tool, self._options = tool, options
        self._input = _Pacer(options.baud or CABLE_BAUD)
        self._output = _Pacer(options.baud) if options.baud else None
        self._swap = threading.Lock()
        try:
            self._machine = self._switch_on()
        except BaseException:
            if self._store:
                self._store.close()
            raise
        self._start()

    def reset(self) -> bool:
        # A new machine with the old one's flash: QEMU's own reset puts back the flash it started with.
        with self._swap:
            self._keep_flash()
            self._machine.end()
            self._machine = self._switch_on()
        return True

    def _receive(self) -> bytes:
        machine = self._machine
        at_once = PIECE_BYTES if self._output else MAX_READ_BYTES
        try:
            data = machine.receive(at_once)
        except PortLost:
            with self._swap:  # waits while a reset is under way
                if self._machine is not machine:
                    return b""
            raise
        if data and self._output:
            self._output.wait(len(data))
        return data

    def _send(self, data: bytes, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s + len(data) * self._input.byte_s
        for start in range(0, len(data), PIECE_BYTES):
            piece = data[start : start + PIECE_BYTES]
            self._machine.send(piece, deadline)
            self._input.wait(len(piece))
            self._machine.wait_for_room()

    def _shut(self) -> None:
        self._join()
        with self._swap:
            if self._store:
                self._keep_flash()
            self._machine.end()
            if self._store:
                self._store.close()

    def _switch_on(self) -> _Machine:
        return _Machine(self.port, self._tool, self._flashed, self._flash, self._options.counted)

    def _keep_flash(self) -> None:
        if (flash := self._machine.flash()) is None:
            return
        self._flash = flash
        if self._store is None:
            return
        with contextlib.suppress(OSError):  # a full disk: this board forgets, the measurement is not hurt
            self._store.put(STORED, flash)


class _Pacer:
    """Lets bytes pass no faster than a serial line would (ten bits each)."""

    def __init__(self, baud: int) -> None:
        self.byte_s = 10 / baud
        self._free_at = 0.0

    def wait(self, count: int) -> None:
        now = time.monotonic()
        self._free_at = max(self._free_at, now) + count * self.byte_s
        time.sleep(self._free_at - now)


class _Machine:
    """One QEMU process from power-on to power-off, and its two connections: the board's serial line and
    QEMU's monitor (QMP, one JSON object a line)."""

    def __init__(
        self, port: str, tool: str, flashed: bytes | None, flash: bytes | None, counted: bool
    ) -> None:
        release, runtime = _runtime(flashed)
        self.port = port
        self._early = b""
        self._folder = tempfile.TemporaryDirectory(prefix="microbit-", ignore_cleanup_errors=True)
        folder = Path(self._folder.name)
        self._serial: socket.socket | None = None
        self._monitor: socket.socket | None = None
        self._asking = threading.Lock()
        self._received_at = RECEIVED.get(release)
        self._put: int | None = None  # where the next byte will arrive, None if that is not sure
        self._deaf = False  # the program there does not read: it was waited for once already
        self._arriving: set[int] = set()
        # QEMU calls us: so there is no moment in which another program could take its port number.
        with socket.create_server(("127.0.0.1", 0)) as serial, socket.create_server(("127.0.0.1", 0)) as qmp:
            command = [
                tool, "-M", "microbit", "-display", "none", "-monitor", "none",
                "-serial", f"tcp:127.0.0.1:{serial.getsockname()[1]},nodelay=on",
                "-qmp", f"tcp:127.0.0.1:{qmp.getsockname()[1]}",
                "-device", "loader,file=runtime.hex",
            ]  # fmt: skip
            try:
                (folder / "runtime.hex").write_bytes(runtime)
                (folder / "flash.bin").write_bytes(ERASED_FLASH if flash is None else flash)
                command += ["-device", f"loader,file=flash.bin,addr={FLASH_START:#x},force-raw=on"]
                if counted:
                    command += INSTRUCTION_COUNT
                self._process = _start(command, folder)
            except OSError as error:
                self._folder.cleanup()
                raise PortFailed(port=port, detail=str(error)) from error
            try:
                self._serial, self._monitor = self._accept(serial), self._accept(qmp)
            except PortFailed:
                self.end()
                raise
        self._serial.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._ask("qmp_capabilities")
        self._boot()

    def receive(self, at_most: int) -> bytes:
        """What the board has sent, waiting POLL_S for it. Raises PortLost when QEMU has ended."""
        if self._early:
            data, self._early = self._early, b""
            return data
        assert self._serial is not None
        try:
            if not select.select([self._serial], [], [], POLL_S)[0]:
                return b""
            data = self._serial.recv(at_most)
        except (OSError, ValueError):
            data = b""
        if not data:
            raise PortLost(port=self.port)
        return data

    def send(self, data: bytes, deadline: float) -> None:
        """Raises LinkTimeout or PortLost."""
        assert self._serial is not None
        if self._put is None and (received := self._received()) is not None:
            self._put = received[0]
        if self._put is not None:
            # A Ctrl-C may be an interrupt, which takes no place in the buffer, or a character like others.
            least = len(data) - data.count(CTRL_C)
            self._arriving = {(self._put + count) % RX_BYTES for count in range(least, len(data) + 1)}
        try:
            self._serial.settimeout(max(0.001, deadline - time.monotonic()))
            self._serial.sendall(data)
        except TimeoutError:
            raise LinkTimeout(port=self.port) from None
        except (OSError, ValueError):
            raise PortLost(port=self.port) from None

    def wait_for_room(self) -> None:
        """Until what was sent has arrived in the runtime's buffer and another piece fits behind it."""
        deadline = time.monotonic() + ROOM_WAIT_S
        while (received := self._received()) is not None:
            put, taken = received
            has_room = (put - taken) % RX_BYTES < RX_BYTES - PIECE_BYTES
            if put in self._arriving and (has_room or self._deaf):
                self._put = put if len(self._arriving) == 1 else None
                self._deaf = not has_room
                return
            if time.monotonic() > deadline:
                self._deaf = not has_room
                break
        self._put = None

    def _received(self) -> tuple[int, int] | None:
        """The runtime's two counters (see RECEIVED); None if they cannot be had."""
        if self._received_at is None:
            return None
        words = self._ask("human-monitor-command", **{"command-line": f"x /1wx {self._received_at:#x}"})
        match = re.search(r": 0x([0-9a-f]{4})([0-9a-f]{4})", str(words))
        return (int(match[2], 16), int(match[1], 16)) if match else None

    def flash(self) -> bytes | None:
        """The part of the flash where files are, with the board stopped for good; None if QEMU is gone."""
        # memsave, not pmemsave: the chip's flash is in the processor's address space only.
        if self._ask("stop") is None:
            return None
        if self._ask("memsave", val=FLASH_START, size=FLASH_SIZE, filename="saved.bin") is None:
            return None
        try:
            data = (Path(self._folder.name) / "saved.bin").read_bytes()
        except OSError:
            return None
        return data if len(data) == FLASH_SIZE else None

    def end(self) -> None:
        """Switch off."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(END_WAIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for connection in (self._serial, self._monitor):
            if connection is not None:
                connection.close()
        self._folder.cleanup()

    def _accept(self, server: socket.socket) -> socket.socket:
        server.settimeout(POLL_S)
        deadline = time.monotonic() + START_WAIT_S
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(TimeoutError):
                return server.accept()[0]
        raise PortFailed(port=self.port, detail=self._complaint() or f"{QEMU} does not start")

    def _complaint(self) -> str:
        """The last line that QEMU wrote on its error side."""
        log = Path(self._folder.name) / "errors.txt"
        return log.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]

    def _boot(self) -> None:
        deadline = time.monotonic() + BOOT_WAIT_S
        seen = b""
        while b">>> " not in seen and time.monotonic() < deadline:
            seen += self.receive(MAX_READ_BYTES)
        self._early = seen

    def _ask(self, command: str, **arguments: object) -> object | None:
        """Have QEMU's monitor do something; what it answers, None if it refuses or is gone."""
        assert self._monitor is not None
        line = json.dumps({"execute": command, "arguments": arguments})
        with self._asking, contextlib.suppress(OSError, ValueError):
            self._monitor.settimeout(MONITOR_WAIT_S)
            self._monitor.sendall(line.encode() + b"\n")
            reply = b""
            while data := self._monitor.recv(MAX_READ_BYTES):
                reply += data
                *lines, reply = reply.split(b"\n")
                for answer in lines:  # greetings and events come in between
                    said: dict[str, Any] = json.loads(answer)
                    if "return" in said or "error" in said:
                        return said.get("return")
        return None


def _runtime(flashed: bytes | None) -> tuple[str, bytes]:
    """Release and hex of what was flashed (see RUNTIME); of the runtime in the package if nothing was."""
    if flashed is not None:
        release, _newline, runtime = flashed.partition(b"\n")
        return release.decode("ascii"), runtime
    from micropython_microbit_fs import get_bundled_hex

    bundled = get_bundled_hex(1)
    return bundled.version, bundled.content.encode("ascii")


def _start(command: list[str], folder: Path) -> subprocess.Popen[bytes]:
    """QEMU under its keeper. The keeper's standard input is what keeps it alive."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    with (folder / "errors.txt").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _KEEPER, *command],
            cwd=folder,  # so that every file name QEMU gets is plain ASCII, whatever the user is called
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=log,
            # Ctrl-C in the terminal is meant for the program on the board, not for the board.
            start_new_session=True,
            creationflags=flags,
        )
