"""What makes one kind of virtual board out of the runtime all of them share. Data only."""

from __future__ import annotations

from typing import NamedTuple


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
    flash_bytes: int
    flash_block_bytes: int
    rx_bytes: int
    """What the board's receive buffer holds; more is lost when the line is a real (paced) one."""
    paste_bytes: int
    """MICROPY_REPL_STDIN_BUFFER_MAX: raw paste's window is half of it."""
    absent: tuple[str, ...]
    """Modules of the runtime that a board of this kind does not have (artifact.MODULES)."""
    errno: dict[str, int]
    """What the board's C library calls the errors of MicroPython's module errno."""


ESP32 = Profile(
    key="esp32",
    platform="esp32",
    machine="Virtual ESP32 module (makerlab) with ESP32",
    heap_bytes=256 << 10,  # about what a board without extra memory has free after start: 160 to 200 KB
    flash_bytes=2 << 20,  # partition "vfs" of the images for 4 MB boards (partitions-4MiB.csv)
    flash_block_bytes=4096,
    rx_bytes=259,  # ports/esp32/mphalport.c: a ring buffer of 260, of which one stays free
    paste_bytes=256,  # shared/runtime/pyexec.c
    absent=(),
    errno={
        "EPERM": 1, "ENOENT": 2, "EIO": 5, "EBADF": 9, "EAGAIN": 11, "ENOMEM": 12, "EACCES": 13,
        "EEXIST": 17, "ENODEV": 19, "EISDIR": 21, "EINVAL": 22, "EOPNOTSUPP": 95, "EADDRINUSE": 112,
        "ECONNABORTED": 113, "ECONNRESET": 104, "ENOBUFS": 105, "ENOTCONN": 128, "ETIMEDOUT": 116,
        "ECONNREFUSED": 111, "EHOSTUNREACH": 118, "EALREADY": 120, "EINPROGRESS": 119,
    },  # newlib, sys/errno.h
)  # fmt: skip

PROFILES = {profile.key: profile for profile in (ESP32,)}
