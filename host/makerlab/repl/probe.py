"""What runs on a board, found out gently: a running program is never stopped.

At MicroPython's and CircuitPython's friendly prompt, and in their raw REPL, Ctrl-B prints the banner, which
names version and board, and runs nothing. A program that reads its input sees one stray character; any
other program goes on undisturbed and shows no prompt, which is an answer too.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from makerlab.errors import BoardSilent, BootLoop, LinkError, NotMicroPython
from makerlab.i18n import _
from makerlab.link.base import Link

LISTEN_S = 0.15
"""Heard before anything is asked: a board in a boot loop or with a talking program shows itself."""
ANSWER_S = 0.55
"""For the banner after Ctrl-B: 100 characters take 10 ms at 115200 baud; a busy hub or PC adds the rest."""
STARTING_S = 0.6
"""Added when the chip is seen to start: an ESP32 without firmware starts every 0.3 s."""
ASK_S = 1.5
"""All ports together, each in its own thread: whoever has not answered by then is silent."""

CTRL_B = b"\x02"
MAX_HEARD = 64 << 10
"""Bytes looked at; a flood at 921600 baud brings no more in the time there is."""

Kind = Literal[
    "micropython", "circuitpython", "bootloader", "no-firmware", "boot-loop", "program", "silent", "closed"
]


@dataclass(frozen=True)
class Found:
    """What was seen at a port.

    kind      micropython, circuitpython: at its prompt;
              bootloader: the chip's own loader waits for an image;
              no-firmware: the chip starts and finds nothing to run;
              boot-loop: it starts again and again;
              program: something talks and shows no prompt;
              silent: nothing was heard (a silent program, or nothing that knows a prompt);
              closed: the port could not be opened or broke off (`error`)
    version   of the runtime, such as "1.24.1"; "" if unknown
    machine   as the banner says it, such as "Generic ESP32 module with ESP32"; "" if unknown
    text      the last whole line heard from a program; "" otherwise
    """

    kind: Kind
    version: str = ""
    machine: str = ""
    text: str = ""
    error: LinkError | None = None


_BANNER = re.compile(rb"(Adafruit CircuitPython|MicroPython) v?(\S+) on [0-9-]{10}; ([^\r\n]+)\r?\n")
# The first line of every start, from the ROM of the ESP32 family and of the ESP8266.
_START = re.compile(rb"rst:0x[0-9a-f]+ \(|rst cause:[0-9]+, boot mode")
_ROM_WAITS = re.compile(rb"waiting for download\r?\n")
_NOTHING_TO_RUN = re.compile(rb"invalid header: 0x|flash read err, \d+|No bootable app partitions")
_PROMPT = re.compile(rb"(?:^|[\r\n])>>> $")


def understand(heard: bytes) -> Found:
    """What the bytes heard from a board say about what runs on it. Pure."""
    if banners := list(_BANNER.finditer(heard)):
        runtime, version, machine = banners[-1].groups()
        kind: Kind = "circuitpython" if b"Circuit" in runtime else "micropython"
        return Found(kind, _readable(version), _readable(machine))
    if _PROMPT.search(heard):
        return Found("micropython")
    if _ROM_WAITS.search(heard):
        return Found("bootloader")
    if _NOTHING_TO_RUN.search(heard):
        return Found("no-firmware")
    if len(_START.findall(heard)) >= 2:
        return Found("boot-loop")
    lines = [line for line in _readable(heard).splitlines() if line.strip()]
    if not lines:
        return Found("silent")
    # The first and the last line may be cut off; with three or more, one in between is whole.
    return Found("program", text=(lines[-2] if len(lines) > 2 else lines[-1]).strip()[:80])


def _readable(data: bytes) -> str:
    """The text in `data` without control characters (but line ends) and without what is no UTF-8."""
    text = data.decode("utf-8", "ignore")
    return "".join(char for char in text if char.isprintable() or char in "\r\n")


def silence_error(port: str, heard: bytes) -> BoardSilent:
    """Why a board showed no prompt although its program was interrupted, out of what it said meanwhile."""
    found = understand(heard)
    if found.kind == "boot-loop":
        return BootLoop(port=port)
    if found.kind in ("bootloader", "no-firmware", "circuitpython"):
        return NotMicroPython(port=port, found=describe(found))
    if found.kind == "program":
        return NotMicroPython(port=port, found=_("it says “{text}”").format(text=found.text))
    return BoardSilent(port=port)


def describe(found: Found) -> str:
    """`found` in the user's language, in a few words."""
    if found.error is not None:
        return found.error.message
    texts: dict[Kind, str] = {
        "micropython": "MicroPython " + found.version,
        "circuitpython": "CircuitPython " + found.version,
        "bootloader": _("the chip's bootloader, waiting for an image"),
        "no-firmware": _("no firmware"),
        "boot-loop": _("starts again and again"),
        "program": _("a program is running"),
        "silent": _("no prompt (a program may be running)"),
        "closed": "",
    }
    return texts[found.kind].strip()


# -- asking a board ----------------------------------------------------------------------------------------


def ask(link: Link) -> Found:
    """Ask the board behind `link` what it runs; takes at most LISTEN_S + ANSWER_S + STARTING_S.

    Raises LinkError when the port breaks off.
    """
    return understand(hear(link))


def hear(link: Link) -> bytes:
    """The same, as the bytes that were heard."""
    heard = _hear(link, LISTEN_S, lambda _heard: False)
    link.write(CTRL_B)
    heard += _hear(link, ANSWER_S, lambda answer: bool(_PROMPT.search(answer)))
    if _START.search(heard) and understand(heard).kind == "program":
        heard += _hear(link, STARTING_S, lambda more: bool(_PROMPT.search(more)))
    return heard


def _hear(link: Link, for_s: float, enough: Callable[[bytes], bool]) -> bytes:
    heard = b""
    deadline = time.monotonic() + for_s
    while (left := deadline - time.monotonic()) > 0 and len(heard) < MAX_HEARD and not enough(heard):
        heard += link.read(left).data
    return heard


def ask_all(
    ports: Sequence[str], open_link: Callable[[str], Link], within_s: float = ASK_S
) -> dict[str, Found]:
    """What runs on each of `ports`, asked at the same time; a port that takes longer counts as silent."""
    answers: dict[str, Found] = {}

    def visit(port: str) -> None:
        try:
            with open_link(port) as link:
                answers[port] = ask(link)
        except LinkError as error:
            answers[port] = Found("closed", error=error)

    # Daemons: a driver that never comes back from opening a port must not keep the command from ending.
    threads = [threading.Thread(target=visit, args=(port,), daemon=True) for port in ports]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + within_s
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return {port: answers.get(port, Found("silent")) for port in ports}
