"""Look at serial ports: open each, listen, and ask gently what is there."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from makerlab.boards import Board, candidates
from makerlab.doctor.facts import Port, Skipped
from makerlab.doctor.programs import holders
from makerlab.errors import MakerError, PortBusy, PortFailed, PortForbidden, PortLost
from makerlab.labels.board_id import of_address
from makerlab.link import open_link
from makerlab.link.base import Link
from makerlab.link.ports import PortInfo, list_ports, look_up, ports_without_boards
from makerlab.repl.probe import hear, understand
from makerlab.survey import can_answer

LOG_S = 1.5
"""Listened on after a chip was seen to start: an ESP32 in a loop starts every 0.3 to 1 s."""
WITHIN_S = 6.0
"""All ports together, each in its own thread."""

DIAGNOSED = (PortBusy, PortForbidden, PortFailed, PortLost)
"""What the rules have more to say about than the error itself."""

Opener = Callable[[str], Link]


def ports(only: str = "", open_: Opener = open_link) -> tuple[Port, ...]:
    """All ports that can have a board, asked at the same time; or the one named, whose board is reset when it
    says nothing.

    What is wrong with a name itself is raised: BadAddress, NotABoardPort, PortMissing, UsageProblem, ...
    """
    infos = [_named(only)] if only else [info for info in list_ports() if info.usb is not None]
    found = [_known(info) for info in infos]
    asked = [port for port, info in zip(found, infos, strict=True) if only or can_answer(info)]
    seen: dict[str, Port] = {port.name: port for port in found}

    def visit(port: Port) -> None:
        seen[port.name] = _visited(port, open_, press_reset=bool(only))

    threads = [threading.Thread(target=visit, args=(port,), daemon=True) for port in asked]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + WITHIN_S
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    if only and isinstance(error := seen[only].error, MakerError) and not isinstance(error, DIAGNOSED):
        raise error
    return tuple(seen[port.name] for port in found)


def skipped() -> tuple[Skipped, ...]:
    """The ports that are never opened."""
    return tuple(Skipped(port, reason.kind) for port, reason in ports_without_boards() if reason.refuse)


def _named(port: str) -> PortInfo:
    info = None if "://" in port or of_address(port) else look_up(port)[0]
    return info or PortInfo(port, "", None)


def _known(info: PortInfo) -> Port:
    can_be: Sequence[str] = [one.key for one in candidates(info.usb) if isinstance(one, Board)]
    return Port(info.port, info.usb, info.description, info.location, tuple(can_be))


def _visited(port: Port, open_: Opener, press_reset: bool) -> Port:
    try:
        with open_(port.name) as link:
            heard = listen(link, press_reset)
    except PortBusy as error:
        return replace(port, error=error, holders=holders(port.name))
    except PortForbidden as error:
        group, member = group_of(port.name)
        return replace(port, error=error, group=group, member=member)
    except MakerError as error:
        return replace(port, error=error)
    found = understand(heard)
    return replace(port, heard=heard, kind=found.kind, version=found.version)


def listen(link: Link, press_reset: bool = False) -> bytes:
    """What comes from a board: by itself, after it was asked, and for some time more if it is just starting.

    `press_reset`: a board that says nothing is reset, and what it prints then is heard.
    """
    heard = hear(link)
    starting = b"rst:0x" in heard
    if starting or (press_reset and understand(heard).kind == "silent" and link.reset()):
        heard += _hear_on(link)
    return heard


def _hear_on(link: Link) -> bytes:
    heard = b""
    deadline = time.monotonic() + LOG_S
    while (left := deadline - time.monotonic()) > 0:
        heard += link.read(left).data
    return heard


def group_of(port: str) -> tuple[str, bool]:
    """The group that may open a port, and whether this user is in it according to the system's lists; ("",
    False) where there are no groups."""
    if sys.platform == "win32":
        return "", False
    import grp
    import pwd

    try:
        group = grp.getgrgid(Path(port).stat().st_gid)
        user = pwd.getpwuid(os.getuid()).pw_name
    except (OSError, KeyError):
        return "", False
    return group.gr_name, user in group.gr_mem
