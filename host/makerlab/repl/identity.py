"""What a board at the raw prompt is: it is asked, never guessed from its USB bridge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from makerlab.errors import NotMicroPython, ReplError
from makerlab.repl.probe import understand
from makerlab.repl.session import Session
from makerlab.syntax import literal

# Runs on every MicroPython since 1.9 (micro:bit V1); each line printed is one Python literal.
_ASK = """\
import sys
print(repr((sys.implementation[0],sys.platform)))
try:
 import os
 print(repr(tuple(os.uname())))
except (ImportError,AttributeError):
 print('()')
"""
_ASK_UNIQUE_ID = """\
try:
 import machine
 print(repr(bytes(machine.unique_id())))
except (ImportError,AttributeError):
 print("b''")
"""

_NAMES = {"circuitpython": "CircuitPython"}
"""Of other Pythons for boards, as they are written."""


@dataclass(frozen=True)
class Identity:
    """What a board says of itself: `platform` as sys.platform ("esp32", "microbit"; "" if only its banner was
    seen), `machine` and `version` as its banner ("Generic ESP32 module with ESP32", "1.27.0")."""

    platform: str
    machine: str
    version: str


def ask_identity(session: Session) -> Identity:
    """What the board is: from the banner it showed when the session entered, else it is asked.

    Raises NotMicroPython when another Python answers, ReplError for nonsense.
    """
    found = understand(session.heard)
    if found.kind in ("micropython", "circuitpython") and found.machine:
        if found.kind == "circuitpython":
            raise NotMicroPython(port=session.port, found=_NAMES[found.kind])
        return Identity("", found.machine, found.version)
    (implementation, platform), uname = _values(session, _ASK, 2)
    if implementation != "micropython":
        raise NotMicroPython(port=session.port, found=_NAMES.get(implementation, implementation))
    version, machine = (uname[3], uname[4]) if len(uname) > 4 else ("", "")
    return Identity(platform, machine, version.split(" on ")[0].lstrip("v"))


def ask_unique_id(session: Session) -> str:
    """The chip's own number in hex, as machine.unique_id gives it; "" if it has none."""
    (number,) = _values(session, _ASK_UNIQUE_ID, 1)
    return bytes(number).hex()


def _values(session: Session, program: str, count: int) -> list[Any]:
    lines = session.exec(program).decode("utf-8", "replace").split("\r\n")
    try:
        return [literal(line) for line in lines[:count]]
    except (ValueError, SyntaxError) as error:
        raise ReplError(port=session.port, detail="unreadable answer about the board") from error
