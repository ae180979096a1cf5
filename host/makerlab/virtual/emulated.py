"""`emulated:microbit-v1`: the genuine micro:bit V1 runtime on an emulated micro:bit (QEMU).

    emulated:microbit-v1            keeps its files between commands, like a board in a drawer
    emulated:microbit-v1/second     another one
    ...?fresh=1                     an empty one that is forgotten afterwards
    ...?baud=9600                   both directions as slow as such a line
    ...?icount=1                    time counted in instructions, for measuring: 64 ns each, about a 16 MHz
                                    Cortex-M0, the same on every computer; real time means nothing then

What QEMU 7.2 does not model: temperature() and the compass never return, the radio is missing, and the UART
takes no time. So input always goes in at the pace of a cable (115200 baud unless `baud` says otherwise):
faster, it would overrun the runtime's receive buffer of 64 bytes.
"""

from __future__ import annotations

import contextlib
import json
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
from urllib.parse import parse_qs

from makerlab.errors import BadAddress, LinkTimeout, MissingTool, PortFailed, PortLost
from makerlab.i18n import N_, _
from makerlab.link.base import Link
from makerlab.virtual.storage import SqliteStore

BOARD = "microbit-v1"
QEMU = "qemu-system-arm"

CABLE_BAUD = 115200
PIECE_BYTES = 32
"""Half the runtime's receive buffer. Pieces of 64 bytes were lost now and then (measured)."""
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
STORED = ("flash",)

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
    board, _mark, query = port.partition(":")[2].partition("?")
    kind, slash, name = board.partition("/")
    try:
        values = {key: value[-1] for key, value in parse_qs(query, strict_parsing=bool(query)).items()}
        baud = int(values.pop("baud")) if "baud" in values else None
    except ValueError:
        raise BadAddress(port=port) from None
    fresh, counted = values.pop("fresh", "0"), values.pop("icount", "0")
    if kind != BOARD or (slash and not name) or values or not {fresh, counted} <= {"0", "1"}:
        raise BadAddress(port=port)
    if baud is not None and not 1200 <= baud <= 1_000_000:
        raise BadAddress(port=port)
    return Options(None if fresh == "1" else name or "default", baud, counted == "1")


def find_tool() -> str | None:
    """QEMU's path, None if it is not installed."""
    return shutil.which(QEMU) or shutil.which(QEMU, path=str(WINDOWS_FOLDER))


class EmulatedLink(Link):
    """The link to one emulated board, which lives and ends with it."""

    def __init__(self, port: str, tool: str, options: Options) -> None:
        super().__init__(port)
        self._store = None if options.name is None else SqliteStore(port, BOARD, options.name)
        self._flash = self._store.load().get(STORED) if self._store else None
        self._tool, self._options = tool, options
        self._input = _Pacer(options.baud or CABLE_BAUD)
        self._output = _Pacer(options.baud) if options.baud else None
        self._swap = threading.Lock()
        try:
            self._machine = _Machine(port, tool, self._flash, options.counted)
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
            self._machine = _Machine(self.port, self._tool, self._flash, self._options.counted)
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

    def _shut(self) -> None:
        self._join()
        with self._swap:
            if self._store:
                self._keep_flash()
            self._machine.end()
            if self._store:
                self._store.close()

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

    def __init__(self, port: str, tool: str, flash: bytes | None, counted: bool) -> None:
        from micropython_microbit_fs import get_bundled_hex

        self.port = port
        self._early = b""
        self._folder = tempfile.TemporaryDirectory(prefix="microbit-", ignore_cleanup_errors=True)
        folder = Path(self._folder.name)
        self._serial: socket.socket | None = None
        self._monitor: socket.socket | None = None
        # QEMU calls us: so there is no moment in which another program could take its port number.
        with socket.create_server(("127.0.0.1", 0)) as serial, socket.create_server(("127.0.0.1", 0)) as qmp:
            command = [
                tool, "-M", "microbit", "-display", "none", "-monitor", "none",
                "-serial", f"tcp:127.0.0.1:{serial.getsockname()[1]},nodelay=on",
                "-qmp", f"tcp:127.0.0.1:{qmp.getsockname()[1]}",
                "-device", "loader,file=runtime.hex",
            ]  # fmt: skip
            try:
                (folder / "runtime.hex").write_text(get_bundled_hex(1).content, encoding="ascii")
                if flash is not None:
                    (folder / "flash.bin").write_bytes(flash)
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
        try:
            self._serial.settimeout(max(0.001, deadline - time.monotonic()))
            self._serial.sendall(data)
        except TimeoutError:
            raise LinkTimeout(port=self.port) from None
        except (OSError, ValueError):
            raise PortLost(port=self.port) from None

    def flash(self) -> bytes | None:
        """The part of the flash where files are, with the board stopped for good; None if QEMU is gone."""
        # memsave, not pmemsave: the chip's flash is in the processor's address space only.
        asked = self._ask("stop") and self._ask(
            "memsave", val=FLASH_START, size=FLASH_SIZE, filename="saved.bin"
        )
        try:
            data = (Path(self._folder.name) / "saved.bin").read_bytes() if asked else b""
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

    def _ask(self, command: str, **arguments: object) -> bool:
        """Have QEMU's monitor do something; whether it did."""
        assert self._monitor is not None
        line = json.dumps({"execute": command, "arguments": arguments})
        try:
            self._monitor.settimeout(MONITOR_WAIT_S)
            self._monitor.sendall(line.encode() + b"\n")
            reply = b""
            while data := self._monitor.recv(MAX_READ_BYTES):
                reply += data
                *lines, reply = reply.split(b"\n")
                for answer in lines:  # greetings and events come in between
                    said: dict[str, Any] = json.loads(answer)
                    if "return" in said or "error" in said:
                        return "return" in said
        except (OSError, ValueError):
            pass
        return False


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
