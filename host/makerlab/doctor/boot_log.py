"""What an ESP32 prints when it starts, and what that says about it. Pure.

The lines are those of the chips' ROM, of ESP-IDF's bootloader and of its panic handler, as people report them
(esp-idf issues 11441, 13208, 13302; esptool issue 553; esp-hal issue 3102).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_START = re.compile(rb"rst:0x[0-9a-f]+ \((\w+)\)")
_BROWN_OUT = re.compile(rb"Brownout detector was triggered|rst:0x[0-9a-f]+ \(\w*BROWN_?OUT\w*\)")
_EMPTY = re.compile(rb"invalid header: 0xffffffff")
_NOT_OURS = re.compile(
    rb"invalid header: 0x(?!ffffffff)[0-9a-f]{8}|has invalid magic byte|No bootable app partitions"
    rb"|is not bootable|Checksum failed|can't run on lower chip revision|flash read err, \d+"
)
_WRONG_CHIP = re.compile(rb"mismatch chip ID, expected (\d+), found (\d+)")
_PANIC = re.compile(rb"Guru Meditation Error: Core\s+\d panic'ed \(([^)]*)\)")
_WAITING = re.compile(rb"waiting for download")
CHIPS = {
    0: "ESP32",
    2: "ESP32-S2",
    9: "ESP32-S3",
    5: "ESP32-C3",
    13: "ESP32-C6",
    16: "ESP32-H2",
    18: "ESP32-P4",
}
"""ESP-IDF's esp_chip_id_t."""
LOOP_STARTS = 2
"""In the second or two that are listened: one may be from plugging it in."""


@dataclass(frozen=True)
class BootLog:
    """starts        how often it started, and `reason`: the last cause, as its ROM calls it
    brown_out     its voltage broke down
    empty         there is nothing in its flash
    not_ours      there is something in its flash that its ROM or bootloader cannot start
    wrong_chip    the numbers of this chip and of the one that the image is for (ESP-IDF's esp_chip_id_t)
    panic         why its program crashed, "" if it did not
    waiting       it is in its bootloader: its BOOT button was held, or something is wired to that pin
    """

    starts: int = 0
    reason: str = ""
    brown_out: bool = False
    empty: bool = False
    not_ours: bool = False
    wrong_chip: tuple[int, int] | None = None
    panic: str = ""
    waiting: bool = False

    @property
    def loops(self) -> bool:
        return self.starts >= LOOP_STARTS


def read(heard: bytes) -> BootLog:
    """What was heard from a board, looked through for these lines."""
    starts = _START.findall(heard)
    chip = _WRONG_CHIP.search(heard)
    panic = _PANIC.search(heard)
    return BootLog(
        len(starts),
        starts[-1].decode("ascii") if starts else "",
        _BROWN_OUT.search(heard) is not None,
        _EMPTY.search(heard) is not None,
        _NOT_OURS.search(heard) is not None,
        (int(chip[1]), int(chip[2])) if chip else None,
        panic[1].decode("ascii", "replace") if panic else "",
        _WAITING.search(heard) is not None,
    )
