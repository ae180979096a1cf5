"""The drives of micro:bits on this computer: found, written to, awaited.

Which drive belongs to which board is said by the Unique ID in its DETAILS.TXT, which is the USB serial number
of the board's serial port too. Its name says nothing: with thirty boards there are thirty MICROBITs.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from makerlab.errors import InMaintenance, NoDrive, PortLost, WriteFailed, system_reason
from makerlab.flash.daplink import DETAILS, FAIL, MAINTENANCE, Details, Failure, read_details, read_failure
from makerlab.i18n import N_, _

FILE_NAME = "MAKER.HEX"
"""What is written to the drive; DAPLink looks at how a name ends."""
MAX_TEXT_BYTES = 4096
"""Of DETAILS.TXT and FAIL.TXT: DAPLink makes each in one sector of 512."""

BACK_WAIT_S = 30.0
"""From the last byte written until the drive is back: DAPLink gives up a transfer after 20 s of silence,
stays away for 2.5 s and mounts again, and Windows takes its time to notice (vfs_manager.c)."""
UNPLUGGED_S = 8.0
"""Drive and serial port both gone for so long: somebody pulled the cable. Firmware up to 0243 takes the whole
USB device away while it mounts again, for about 3 s."""
LOOK_S = 0.5
"""Between two looks at the drives: each reads a file of every drive, of those being written to as well."""

DRIVE_REMOVABLE = 2
SEM_FAILCRITICALERRORS = 1
"""Windows shows no box "There is no disk in the drive" then."""
NAME_CHARS = 64
FAT_TYPES = frozenset({"vfat", "msdos", "fat", "exfat", "fuseblk"})
"""Kinds of file system that a DAPLink drive can be mounted as on Linux."""

_AGAIN = N_("Unplug it, plug it in again, and flash it again.")


class Volume(NamedTuple):
    """A place where a removable drive is mounted, and the drive's name ("" where the system does not say)."""

    folder: Path
    label: str


class Drive(NamedTuple):
    """The drive of one micro:bit (or of something else with DAPLink)."""

    volume: Volume
    details: Details

    @property
    def folder(self) -> Path:
        return self.volume.folder

    @property
    def in_maintenance(self) -> bool:
        """Whether DAPLink's bootloader runs: it takes DAPLink itself only, no program."""
        return self.details.mode == "bootloader" or self.volume.label.upper() == MAINTENANCE

    def failure(self) -> Failure | None:
        """What FAIL.TXT says; None if there is none, so the last file was taken."""
        text = _read_text(self.folder / FAIL)
        return None if text is None else read_failure(text)


Find = Callable[[], list[Drive]]
T = TypeVar("T")


class Shared(Generic[T]):
    """A look around that many threads share: at most one every LOOK_S, whoever asks. Thirty boards that each
    looked at thirty drives for themselves would read 1,800 files a second."""

    def __init__(self, look: Callable[[], T]) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._seen: tuple[float, T] | None = None

    def __call__(self) -> T:
        """What was seen, at most LOOK_S ago."""
        with self._lock:
            if self._seen is None or time.monotonic() - self._seen[0] >= LOOK_S:
                self._seen = (time.monotonic(), self._look())
            return self._seen[1]


def find_drives(volumes: Callable[[], Iterable[Volume]] | None = None) -> list[Drive]:
    """All drives with a DETAILS.TXT of DAPLink, those in maintenance mode too."""
    found = []
    for volume in (volumes or _volumes)():
        text = _read_text(volume.folder / DETAILS)
        details = read_details(text) if text else None
        if details is not None:
            found.append(Drive(volume, details))
    return found


def drive_of(unique_id: str, drives: Iterable[Drive]) -> Drive | None:
    """The one drive of the board with this Unique ID (USB serial number)."""
    return next((drive for drive in drives if drive.details.unique_id == unique_id.upper()), None)


def need_drive(port: str, unique_id: str, find: Find) -> Drive:
    """As `drive_of`. Raises NoDrive, or InMaintenance."""
    drive = drive_of(unique_id, find())
    if drive is None:
        raise NoDrive(
            port=port,
            problem=_("none with its number was found"),
            advice=_("Look whether a drive MICROBIT is there; if not, plug the board in with another cable."),
        )
    if drive.in_maintenance:
        raise InMaintenance(port=port)
    return drive


def send(port: str, drive: Drive, data: bytes) -> None:
    """Write a hex onto the drive, in one go and through to the board.

    Whether the board took it is not known then: a drive that vanishes while its file is being closed is the
    usual way, so an error there says nothing. Raises NoDrive when it cannot have arrived: the drive cannot be
    written to, or is full.
    """
    written = 0
    try:
        with (drive.folder / FILE_NAME).open("wb", buffering=0) as file:
            rest = memoryview(data)
            while rest:
                written += (count := file.write(rest))
                rest = rest[count:]
            os.fsync(file.fileno())
    except OSError as error:
        if not written or error.errno == errno.ENOSPC:
            raise NoDrive(port=port, problem=system_reason(error), advice=_(_AGAIN)) from None


def wait_back(port: str, before: Drive, find: Find, plugged: Callable[[], bool]) -> Drive:
    """The drive once it has mounted again after a file was written to it; `before` is how it was.

    `plugged` tells whether the board's serial port is there. Raises PortLost when the board was unplugged,
    WriteFailed when the drive does not come back, InMaintenance.
    """
    unique_id = before.details.unique_id
    now = time.monotonic()
    deadline, last_seen = now + BACK_WAIT_S, now
    away = False
    while now < deadline:
        drive = drive_of(unique_id, find())
        if drive is None:
            away = True
            if plugged():
                last_seen = now
            elif now - last_seen > UNPLUGGED_S:
                raise PortLost(port=port)
        else:
            last_seen = now
            if away or _mounted_again(before, drive):
                if drive.in_maintenance:
                    raise InMaintenance(port=port)
                return drive
        time.sleep(LOOK_S)
        now = time.monotonic()
    problem = _("its drive did not come back within {seconds:.0f} s").format(seconds=BACK_WAIT_S)
    raise WriteFailed(port=port, detail=problem)


def _mounted_again(before: Drive, drive: Drive) -> bool:
    """Whether the drive is not the one from before the write any more: it counts its mounts, and the file
    that was written is never on a new one."""
    if before.details.remounts is not None and drive.details.remounts is not None:
        return drive.details.remounts != before.details.remounts
    return not (drive.folder / FILE_NAME).exists() and (drive.folder / DETAILS).exists()


def _read_text(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return file.read(MAX_TEXT_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError):
        return None


# -- where removable drives are -----------------------------------------------------------------------------


def _volumes() -> list[Volume]:
    if sys.platform == "win32":
        return windows_volumes(ctypes.windll.kernel32)
    if sys.platform == "darwin":
        return folder_volumes(Path("/Volumes"))
    try:
        return linux_volumes(Path("/proc/mounts").read_text(encoding="utf-8", errors="surrogateescape"))
    except OSError:
        return []


def windows_volumes(kernel32: Any) -> list[Volume]:
    """The removable drives with a letter. Asks no others: a network drive may take a minute to say no."""
    kernel32.SetErrorMode(SEM_FAILCRITICALERRORS)
    letters = kernel32.GetLogicalDrives()
    found = []
    for number in range(26):
        root = f"{chr(ord('A') + number)}:\\"
        if not letters >> number & 1 or kernel32.GetDriveTypeW(root) != DRIVE_REMOVABLE:
            continue
        label = ctypes.create_unicode_buffer(NAME_CHARS)
        # Fails for a card reader without a card.
        if kernel32.GetVolumeInformationW(root, label, NAME_CHARS, None, None, None, None, 0):
            found.append(Volume(Path(root), label.value))
    return found


def folder_volumes(parent: Path) -> list[Volume]:
    """Each folder in `parent` as a drive of that name, as on macOS."""
    try:
        return [Volume(folder, folder.name) for folder in sorted(parent.iterdir()) if folder.is_dir()]
    except OSError:
        return []


def linux_volumes(mounts: str) -> list[Volume]:
    """The FAT drives in /proc/mounts. Where a desktop mounted them (/media/ada/MICROBIT1), the folder has the
    drive's name, with a number if there are several; elsewhere nothing says it."""
    found = []
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3 or fields[2] not in FAT_TYPES:
            continue
        folder = Path(_unescaped(fields[1]))
        by_desktop = folder.parts[:2] == ("/", "media") or folder.parts[:3] == ("/", "run", "media")
        found.append(Volume(folder, folder.name.rstrip("0123456789") if by_desktop else ""))
    return found


def _unescaped(text: str) -> str:
    r"""/proc/mounts writes a space as \040."""
    head, *parts = text.split("\\")
    return head + "".join(chr(int(part[:3], 8)) + part[3:] for part in parts)
