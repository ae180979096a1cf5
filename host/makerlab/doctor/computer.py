"""Look at this computer: its disk, its network, its Python, its tools."""

from __future__ import annotations

import importlib.util
import shutil
import struct
import sys
import tempfile
import urllib.request
from pathlib import Path

from makerlab.boards import catalogue
from makerlab.doctor.facts import Disk, Network, Python
from makerlab.doctor.rules import PACKAGES, QEMU
from makerlab.errors import BadFile, FileProblem, MakerError, system_reason
from makerlab.firmware_images import download
from makerlab.firmware_images.store import LEDGER, ImageStore
from makerlab.paths import data_dir
from makerlab.virtual.emulated import find_tool

NETWORK_S = 5.0
"""For the place with the images to answer; who waits longer has no network to speak of."""


def disk() -> Disk:
    """The disk where images and data are kept."""
    folder = data_dir()
    problem = ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"maker doctor")
    except OSError as error:
        problem = system_reason(error)
    there = next(one for one in (folder, *folder.parents) if one.exists())
    return Disk(str(folder), shutil.disk_usage(there).free, problem)


def network(address: str = "") -> Network:
    """Try to begin fetching an image from the first place there is (or `address`)."""
    if not address:
        board = next(one for one in catalogue().boards.values() if not one.images[0].bundled)
        address = catalogue().image_sources[0].address + board.images[0].file
    scheme = address.partition(":")[0]
    proxy = urllib.request.getproxies().get(scheme, "")
    try:
        download.check(address, NETWORK_S)
    except MakerError as error:
        return Network(address, proxy, error)
    return Network(address, proxy)


def python() -> Python:
    """The Python that runs this."""
    return Python((sys.version_info.major, sys.version_info.minor), struct.calcsize("P") * 8)


def missing_tools() -> tuple[str, ...]:
    """Packages and programs that are not here."""
    packages = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    return (*packages, *([] if find_tool() else [QEMU]))


def changed_images() -> tuple[str, ...]:
    """Kept images that are not what they were; or the record of them, if it was damaged."""
    store = ImageStore()
    try:
        return tuple(file for file in store.records() if store.state(file) == "changed")
    except BadFile:
        return (LEDGER,)
    except FileProblem:
        return ()  # the disk's own finding says it


def braille() -> bool:
    """Whether brltty is installed."""
    return shutil.which("brltty") is not None or Path("/usr/lib/udev/rules.d/85-brltty.rules").exists()
