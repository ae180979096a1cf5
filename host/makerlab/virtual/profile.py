"""What makes one kind of virtual board out of the runtime all of them share. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from makerlab.virtual.flash import FLAT, FOLDERS, Layout


class Profile(NamedTuple):
    """One kind of virtual board.

    Its guest files, the modules a board of this kind has built in, lie in guest/common and guest/<key>.
    """

    key: str
    """Key in boards.yaml; `virtual:<key>` is the port."""
    platform: str
    """sys.platform."""
    machine: str
    """End of the banner and of os.uname(): honest, and still an ESP32 to programs that look for one."""
    heap_bytes: int
    """The heap, with what the guest files take of it: on a real board they are not in RAM."""
    flash_bytes: int
    layout: Layout
    """How files lie on the flash."""
    rx_bytes: int
    """What the board's receive buffer holds; more is lost when the line is a real (paced) one."""
    paste_bytes: int
    """MICROPY_REPL_STDIN_BUFFER_MAX: raw paste's window is half of it."""
    absent: tuple[str, ...]
    """Modules of the runtime that a board of this kind does not have (artifact.MODULES)."""
    errno: dict[str, int]
    """What the board's C library calls the errors of MicroPython's module errno."""
    programs: tuple[str, ...]
    """Files run one after the other when the board starts."""
    exit_restarts: bool
    """Whether SystemExit in one of them starts the board anew; else the prompt follows, as after any end."""
    crash: bytes
    """What the board says when its runtime crashes, with %s for the kind of crash."""
    prelude: str = ""
    """Run instead of the programs, before the friendly prompt, when there are none."""
    lament: str = ""
    """Run when one of the programs failed, with {text} for a few words about the error, quoted."""
    display: bool = False
    """Whether it has lamps to look at (hardware.screen)."""
    wiring: Mapping[str, str] = {}
    """What is soldered to which pin: a quantity of the scene (scene.QUANTITIES)."""


ESP32 = Profile(
    key="esp32",
    platform="esp32",
    machine="Virtual ESP32 module (makerlab) with ESP32",
    heap_bytes=256 << 10,  # about what a board without extra memory has free after start: 160 to 200 KB
    flash_bytes=2 << 20,  # partition "vfs" of the images for 4 MB boards (partitions-4MiB.csv)
    layout=FOLDERS,
    rx_bytes=259,  # ports/esp32/mphalport.c: a ring buffer of 260, of which one stays free
    paste_bytes=256,  # shared/runtime/pyexec.c
    absent=(),
    errno={
        "EPERM": 1, "ENOENT": 2, "EIO": 5, "EBADF": 9, "EAGAIN": 11, "ENOMEM": 12, "EACCES": 13,
        "EEXIST": 17, "ENODEV": 19, "EISDIR": 21, "EINVAL": 22, "EOPNOTSUPP": 95, "EADDRINUSE": 112,
        "ECONNABORTED": 113, "ECONNRESET": 104, "ENOBUFS": 105, "ENOTCONN": 128, "ETIMEDOUT": 116,
        "ECONNREFUSED": 111, "EHOSTUNREACH": 118, "EALREADY": 120, "EINPROGRESS": 119,
    },  # newlib, sys/errno.h
    programs=("boot.py", "main.py"),
    exit_restarts=True,
    crash=b"\r\nGuru Meditation Error: the runtime crashed (%s).\r\nRebooting...\r\n",
)  # fmt: skip

MICROBIT_V2 = Profile(
    key="microbit-v2",
    platform="microbit",
    machine="micro:bit v2.1.2, virtual (makerlab), with nRF52833",
    heap_bytes=(64 << 10) + (50 << 10),  # codal_port/main.c, and what the guest files take
    flash_bytes=20_480,  # what the runtime leaves for files, in blocks (codal_port/filesystem.ld)
    layout=FLAT,
    rx_bytes=127,  # codal_app/main.cpp: a ring buffer of 128, of which one stays free
    paste_bytes=256,  # shared/runtime/pyexec.c
    absent=(
        "_asyncio", "binascii", "cmath", "deflate", "framebuf", "hashlib", "heapq", "io", "json", "platform",
        "re", "select", "uctypes", "vfs",
    ),
    errno={
        "EPERM": 1, "ENOENT": 2, "EIO": 5, "EBADF": 9, "EAGAIN": 11, "ENOMEM": 12, "EACCES": 13,
        "EEXIST": 17, "ENODEV": 19, "EISDIR": 21, "EINVAL": 22, "EOPNOTSUPP": 95, "EADDRINUSE": 98,
        "ECONNABORTED": 103, "ECONNRESET": 104, "ENOBUFS": 105, "ENOTCONN": 107, "ETIMEDOUT": 110,
        "ECONNREFUSED": 111, "EHOSTUNREACH": 113, "EALREADY": 114, "EINPROGRESS": 115,
    },  # py/mperrno.h
    programs=("main.py",),
    exit_restarts=False,
    crash=b"\r\nThe runtime crashed (%s).\r\n",
    prelude="from microbit import *",
    lament="__import__('_habits').lament({text})",
    display=True,
    wiring={"P5": "button", "P11": "button_b"},
)  # fmt: skip

PROFILES = {profile.key: profile for profile in (ESP32, MICROBIT_V2)}
