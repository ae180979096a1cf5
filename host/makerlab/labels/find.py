"""From a label to the port where its board is now, and from a port to its board's id."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from makerlab.boards import Board, candidates
from makerlab.errors import LinkError, MakerError
from makerlab.i18n import N_
from makerlab.labels import board_id, store
from makerlab.labels.book import Entry
from makerlab.link import open_link
from makerlab.link.base import Link
from makerlab.link.ports import PortInfo, list_ports, look_up
from makerlab.repl.identity import ask_unique_id
from makerlab.repl.probe import ask_all
from makerlab.repl.session import Session
from makerlab.syntax import literal

ASK = b"__import__('machine').unique_id()\r"
"""At the friendly prompt, for boards that nobody should interrupt. It defines no name on the board."""
_ANSWER = re.compile(rb"unique_id\(\)\r\n(b(['\"]).*?\2)\r\n")
ANSWER_S = 0.4
WITHIN_S = 1.0
"""For all boards together, each in its own thread."""


class BoardNotHere(MakerError):
    what = N_("The board {label} is not plugged in, or cannot be recognised while its program runs.")
    todo = N_("Plug it in; or end its program with its reset button, or name its port: maker boards")


class AnotherBoard(MakerError):
    what = N_("The board on {port} is not {label}.")
    todo = N_("See which board is where: maker boards. Let it show itself: maker label blink {label}")


def id_at(port: str) -> str:
    """The id of the board at `port`, as far as it can be known without opening it; "" if it must be asked."""
    if known := board_id.of_address(port):
        return known
    if "://" in port:
        return ""
    info, _not_there = look_up(port)
    return board_id.of_usb(info.usb) if info is not None else ""


def id_of(session: Session) -> str:
    """The id of the board in this session: known from its port, else asked."""
    return id_at(session.port) or board_id.read(ask_unique_id(session))


def ports_of(entries: Sequence[Entry]) -> list[str]:
    """Where the boards with these labels are now, all looked for at once. Boards at their prompt are asked;
    no program is stopped.

    A board that is none of those may be one whose program runs: then the port where it was seen last is
    taken, and whoever talks to it compares (AnotherBoard). Raises BoardNotHere.
    """
    if all(board_id.of_address(entry.id) for entry in entries):
        return [entry.id for entry in entries]
    infos = list_ports()
    found = {board_id.of_usb(info.usb): info.port for info in infos}
    silent: list[str] = []
    if not all(entry.id in found or board_id.of_address(entry.id) for entry in entries):
        unknown = [info.port for info in infos if _must_be_asked(info)]
        kinds = {port: one.kind for port, one in ask_all(unknown, open_link).items()}
        at_prompt = [port for port in unknown if kinds[port] == "micropython"]
        found |= {answer: port for port, answer in ask_ids(at_prompt).items()}
        silent = [port for port in unknown if kinds[port] not in ("micropython", "closed")]
    found.pop("", None)
    return [_place(entry, found, silent) for entry in entries]


def _place(entry: Entry, found: Mapping[str, str], silent: Sequence[str]) -> str:
    """Where one board is: `found` by its id, or else, on `silent` ports, where it was last."""
    if board_id.of_address(entry.id):
        return entry.id
    if entry.id in found:
        return _seen(entry, found[entry.id])
    if entry.port in silent or "://" in entry.port:
        return entry.port
    raise BoardNotHere(label=entry.label)


def ask_ids(ports: Sequence[str], open_: Callable[[str], Link] = open_link) -> dict[str, str]:
    """The ids of boards that wait at their friendly prompt, asked at the same time; "" for no answer."""
    answers = dict.fromkeys(ports, "")

    def visit(port: str) -> None:
        try:
            with open_(port) as link:
                answers[port] = ask_id(link)
        except LinkError:
            return

    threads = [threading.Thread(target=visit, args=(port,), daemon=True) for port in ports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WITHIN_S)
    return dict(answers)


def ask_id(link: Link) -> str:
    """The id of the board behind `link`, which must wait at its friendly prompt."""
    link.write(ASK)
    heard = b""
    while chunk := link.read(ANSWER_S).data:
        heard += chunk
        if found := _ANSWER.search(heard):
            try:
                return board_id.read(bytes(literal(found[1].decode("ascii"))).hex())
            except (ValueError, SyntaxError, UnicodeDecodeError):
                return ""
    return ""


def _must_be_asked(info: PortInfo) -> bool:
    """Whether an ESP can be there whose USB side does not tell which."""
    boards = [one for one in candidates(info.usb) if isinstance(one, Board)]
    return not board_id.of_usb(info.usb) and any(one.family == "esp32" for one in boards)


def _seen(entry: Entry, port: str) -> str:
    """Remember where the board is, for the next time when it cannot be asked."""
    if entry.port != port:
        store.save(store.load().with_entry(replace(entry, port=port)))
    return port
