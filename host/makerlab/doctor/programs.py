"""Which programs hold a serial port, or are likely to."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

WAIT_S = 5.0
LIKELY = {
    "thonny": "Thonny", "mu-editor": "Mu", "mu": "Mu", "arduino ide": "Arduino IDE", "arduino": "Arduino",
    "arduino_debug": "Arduino", "mind+": "Mind+", "mblock": "mBlock", "code": "Visual Studio Code",
    "putty": "PuTTY", "ttermpro": "Tera Term", "sscom": "SSCOM", "esptool": "esptool",
    "chrome": "Chrome", "msedge": "Edge", "uflash": "uFlash", "maker": "maker",
}  # fmt: skip
"""Programs that talk to boards, by the name of their process without .exe."""


def holders(port: str, proc: Path = Path("/proc")) -> tuple[str, ...]:
    """Names of programs for a port in use: on Linux those that have it open, elsewhere those that may."""
    if sys.platform == "linux":
        return tuple(_with_open(os.path.realpath(port), proc))
    return tuple(likely(_running()))


def likely(names: Iterable[str]) -> list[str]:
    """Of running processes those that talk to boards. Pure."""
    known = (LIKELY.get(name.lower().removesuffix(".exe")) for name in names)
    return list(dict.fromkeys(name for name in known if name))


def _with_open(device: str, proc: Path) -> list[str]:
    found = []
    for process in sorted(proc.glob("[0-9]*")):
        with suppress(OSError):  # somebody else's, or it has just ended
            if any(os.path.realpath(one) == device for one in (process / "fd").iterdir()):
                name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
                found.append(f"{LIKELY.get(name.lower(), name)} ({process.name})")
    return found


def _running() -> list[str]:
    command = ["tasklist", "/fo", "csv", "/nh"] if sys.platform == "win32" else ["ps", "-axco", "command"]
    try:
        answer = subprocess.run(command, capture_output=True, errors="replace", timeout=WAIT_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    lines = answer.stdout.splitlines()
    return [row[0] for row in csv.reader(lines) if row] if sys.platform == "win32" else lines
