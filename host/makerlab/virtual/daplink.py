"""The drive of a virtual micro:bit: a folder that behaves as DAPLink's drive does.

with plug("virtual:microbit-v2/second") as drive:        # or emulated:microbit-v1/second
    (drive.folder / "any.hex").write_bytes(hex)          # the folder vanishes, and comes back

What is written onto it is what the board at that port has from then on: an emulated V1 starts from the very
hex, a virtual V2 has the files that are in it (its runtime is makerlab's own). A file that DAPLink would
refuse is refused the same way, by a FAIL.TXT. What else can go wrong is asked for with `Faults`.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from makerlab.boards import MICROBIT_SERIAL_CHARS, catalogue
from makerlab.errors import BadAddress, BadImage, PortBusy, UsageProblem, WrongImage
from makerlab.flash.daplink import DETAILS, FAIL, MAINTENANCE, write_failure
from makerlab.flash.drive import FILE_NAME
from makerlab.flash.microbit_hex import RuntimeHex, read_runtime, split
from makerlab.i18n import _
from makerlab.virtual import address, emulated
from makerlab.virtual.storage import SqliteStore

LABEL = "MICROBIT"
LOOK_S = 0.005
"""Between two looks into the folder."""
SILENCE_S = 0.5
"""A file that grows no more and has no end is given up; DAPLink waits 20 s for that."""
AWAY_S = 0.05
"""How long the drive stays away; DAPLink's 2.5 s are for Windows, which has to notice."""
END_RECORD = b":00000001FF"
DAMAGED, INCOMPATIBLE, CHIP_SILENT, TIMED_OUT = 522, 529, 507, 504
"""What it gives as reasons of its own (flash.daplink.CAUSES)."""
BOARD_IDS = {"emulated:microbit-v1": "9901", "virtual:microbit-v2": "9904"}
"""The virtual boards with a drive, and how their Unique IDs begin."""

Program = Callable[[bytes], int]
"""Gets a whole file onto the board; 0, or the number of the error."""


@dataclass(frozen=True)
class Faults:
    """What goes wrong.

    refusals      numbers of the errors that the first transfers end with, one each
    maintenance   the board was plugged in with its reset button held down
    unplugged     somebody pulls the cable while a file is on its way
    stays_away    the drive does not come back after a file (the serial port is still there)
    full          there is no room on it for FILE_NAME (only where the system has /dev/full)
    away_s        how long it stays away after a file
    """

    refusals: tuple[int, ...] = ()
    maintenance: bool = False
    unplugged: bool = False
    stays_away: bool = False
    full: bool = False
    away_s: float = AWAY_S


class DaplinkDrive:
    """One drive, in the folder `parent`/MICROBIT while it is mounted.

    unique_id   in its DETAILS.TXT; `program` gets what is written onto it
    about       more lines for DETAILS.TXT
    """

    def __init__(
        self, parent: Path, unique_id: str, program: Program, faults: Faults | None = None, about: str = ""
    ) -> None:
        self.faults = faults or Faults()
        self.label = MAINTENANCE if self.faults.maintenance else LABEL
        self.folder = parent / self.label
        self.unique_id = unique_id
        self.plugged = True
        self.transfers = 0
        """Files that were taken or refused so far."""
        self._parent, self._program, self._about = parent, program, about
        self._remounts = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._live, name=f"drive {unique_id[:4]}", daemon=True)
        self._mount(0)
        self._thread.start()

    def __enter__(self) -> DaplinkDrive:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Unplug it."""
        self.plugged = False
        self._stop.set()
        self._thread.join()

    def _live(self) -> None:
        while not self._stop.wait(LOOK_S):
            file = next((f for f in self.folder.iterdir() if f.suffix.lower() == ".hex"), None)
            if file is None or self.faults.full:
                continue
            content = self._take(file)
            if self.faults.unplugged:
                self.plugged = False
                self._unmount()
                return
            refusals = self.faults.refusals
            if content is None:
                code = TIMED_OUT
            elif self.transfers < len(refusals):
                code = refusals[self.transfers]
            else:
                code = self._program(content)
            self.transfers += 1
            self._unmount()
            if self.faults.stays_away or self._stop.wait(self.faults.away_s):
                return
            self._remounts += 1
            self._mount(code)

    def _take(self, file: Path) -> bytes | None:
        """The content of a file that is being written, once its end is there; None if it never comes."""
        content, quiet_s = b"", 0.0
        while END_RECORD not in content[-2 * len(END_RECORD) :] and not self.faults.unplugged:
            if quiet_s > SILENCE_S or self._stop.wait(LOOK_S):
                return None
            now = b""
            with contextlib.suppress(OSError):
                now = file.read_bytes()
            quiet_s = 0.0 if len(now) != len(content) else quiet_s + LOOK_S
            content = now
        return content

    def _mount(self, code: int) -> None:
        # Made beside it and moved there in one step: a drive appears with all that is on it.
        made = Path(tempfile.mkdtemp(dir=self._parent))
        (made / "MICROBIT.HTM").write_text("<!doctype html>\n", encoding="utf-8")
        mode = "Bootloader" if self.faults.maintenance else "Interface"
        (made / DETAILS).write_bytes(
            "\r\n".join(
                (
                    "# DAPLink Firmware - see https://mbed.com/daplink",
                    f"Unique ID: {self.unique_id}",
                    f"HIC ID: {self.unique_id[-8:]}",
                    "Auto Reset: 1",
                    f"Daplink Mode: {mode}",
                    f"{mode} Version: 0257",
                    f"Remount count: {self._remounts}",
                    f"URL: https://microbit.org/device/?id={self.unique_id[:4]}&v=0257",
                    self._about,
                )
            ).encode()
        )
        if code:
            (made / FAIL).write_bytes(write_failure(code).encode())
        if self.faults.full:
            (made / FILE_NAME).symlink_to("/dev/full")
        made.rename(self.folder)

    def _unmount(self) -> None:
        gone = Path(tempfile.mkdtemp(dir=self._parent)) / "gone"
        while True:
            try:
                self.folder.rename(gone)
                return
            except PermissionError:  # Windows: whoever writes has not closed the file yet
                if self._stop.wait(LOOK_S):
                    return


class PluggedDrive(DaplinkDrive):
    """The drive of the named board at `port`, with a folder of its own that ends with it."""

    def __init__(self, port: str, faults: Faults | None = None) -> None:
        where = _where(port)
        self.board = catalogue().boards[where.kind]
        self._home = tempfile.TemporaryDirectory(prefix="drive-", ignore_cleanup_errors=True)
        super().__init__(Path(self._home.name), unique_id_of(port), Programmer(port), faults)

    def __enter__(self) -> PluggedDrive:
        return self

    def close(self) -> None:
        super().close()
        self._home.cleanup()


def plug(port: str, faults: Faults | None = None) -> PluggedDrive:
    """Plug in the drive of the virtual micro:bit at `port`. Raises BadAddress for what is none, UsageProblem
    for a fresh one: nothing written onto that could ever be seen."""
    return PluggedDrive(port, faults)


def has_drive(port: str) -> bool:
    """Whether the virtual board at `port` has a drive, so is a micro:bit."""
    return _kind(port) in BOARD_IDS


def unique_id_of(port: str) -> str:
    """The Unique ID of a named virtual micro:bit: always the same for the same name."""
    where = _where(port)
    digest = hashlib.sha256(f"{where.kind}/{where.name}".encode()).hexdigest().upper()
    return (BOARD_IDS[_kind(port)] + digest)[:MICROBIT_SERIAL_CHARS]


class Programmer:
    """Gets files onto the board at a port, as the chip behind the USB plug does."""

    def __init__(self, port: str) -> None:
        self.port = port
        self._where = _where(port)
        self._board = catalogue().boards[self._where.kind]

    def __call__(self, content: bytes) -> int:
        """0, or the number of the error."""
        try:
            runtime = read_runtime(content, "", self._board, self.port)
        except WrongImage:
            return INCOMPATIBLE
        except BadImage:
            return DAMAGED
        try:
            self._store(runtime)
        except PortBusy:
            return CHIP_SILENT
        return 0

    def _store(self, runtime: RuntimeHex) -> None:
        assert self._where.name is not None
        store = SqliteStore(self.port, self._where.kind, self._where.name)
        try:
            for path in store.load():
                store.remove(path)
            if self._where.kind == emulated.BOARD:
                end = emulated.FLASH_START + emulated.FLASH_SIZE
                text, files = split(runtime, emulated.FLASH_START, end)
                store.put(emulated.RUNTIME, f"{runtime.release}\n{text}".encode("ascii"))
                store.put(emulated.STORED, files)
            else:
                for name, data in runtime.files.items():
                    store.put((name,), data)
        finally:
            store.close()


def _kind(port: str) -> str:
    return re.split("[/?]", port.lower())[0]


def _where(port: str) -> address.Address:
    if not has_drive(port):
        raise BadAddress(port=port)
    where = address.parse(port, ("scene", "seed", "display", "icount"))
    if where.name is None:
        raise UsageProblem(
            problem=_("{port} forgets everything at once, so flashing it makes no sense.").format(port=port),
            advice=_("Give it a name: {port}").format(port=port.partition("?")[0] + "/my-board"),
        )
    return where
