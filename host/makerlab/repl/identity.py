"""What a board at the raw prompt is: it is asked, never guessed from its USB bridge."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from makerlab.errors import NotMicroPython, ReplError
from makerlab.repl.session import Session

# Runs on every MicroPython since 1.9 (micro:bit V1); each line printed is one Python literal.
_ASK = """\
import sys
print(repr((sys.implementation[0],sys.platform)))
try:
 import os
 print(repr(tuple(os.uname())))
except (ImportError,AttributeError):
 print('()')
try:
 import machine
 print(repr(bytes(machine.unique_id())))
except (ImportError,AttributeError):
 print(repr(b''))
"""

NAMES = {"circuitpython": "CircuitPython"}
"""Of other Pythons for boards, as they are written."""


@dataclass(frozen=True)
class Identity:
    """What a board says of itself: `platform` as sys.platform ("esp32", "microbit"), `machine` and
    `version` as os.uname ("Generic ESP32 module with ESP32"), `unique_id` in hex ("" if it has none)."""

    platform: str
    machine: str
    version: str
    unique_id: str


def ask_identity(session: Session) -> Identity:
    """Ask the board. Raises NotMicroPython when another Python answers, ReplError for nonsense."""
    lines = session.exec(_ASK).decode("utf-8", "replace").split("\r\n")
    try:
        (implementation, platform), uname, unique_id = (ast.literal_eval(line) for line in lines[:3])
    except (ValueError, SyntaxError) as error:
        raise ReplError(port=session.port, detail="unreadable answer about the board") from error
    if implementation != "micropython":
        raise NotMicroPython(port=session.port, found=NAMES.get(implementation, implementation))
    version, machine = (uname[3], uname[4]) if len(uname) > 4 else ("", "")
    return Identity(platform, machine, version, unique_id.hex())
