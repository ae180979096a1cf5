"""What is plugged in: every port, what it can be, and what it runs when asked gently."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from makerlab.boards import Board, LookAlike, candidates, catalogue
from makerlab.errors import PortBusy, PortForbidden
from makerlab.labels import store
from makerlab.labels.board_id import of_usb
from makerlab.labels.find import ask_ids
from makerlab.link import open_link
from makerlab.link.ports import PortInfo, list_ports
from makerlab.repl.probe import Found, ask_all

Asker = Callable[[Sequence[str]], dict[str, Found]]


@dataclass(frozen=True)
class Seen:
    """One port. `found` is None when it was not asked, because nothing there could answer."""

    info: PortInfo
    found: Found | None
    id: str = ""
    """See labels.board_id; "" where it is not known without interrupting anybody."""
    label: str = ""

    @property
    def can_be(self) -> list[Board | LookAlike]:
        """What its USB device allows."""
        return candidates(self.info.usb)

    @property
    def board(self) -> Board | LookAlike | None:
        """What it is: what answers at its prompt, else the only thing its USB device can be."""
        if self.found is not None and self.found.machine:
            return catalogue().recognise("", self.found.machine, self.found.kind)
        can_be = self.can_be
        return can_be[0] if len(can_be) == 1 else None

    @property
    def usb_chip(self) -> str:
        """The chip that speaks USB, such as CH340; "" if unknown."""
        usb = self.info.usb
        adapter = catalogue().adapter(usb) if usb is not None else None
        return adapter.chip(usb) if adapter is not None and usb is not None else ""

    def as_json(self) -> dict[str, Any]:
        """For scripts; these fields stay.

        port      "COM3"
        usb       {"id": "1A86:7523", "serial": "", "product": "", "location": "1-2"}, or null
        usb_chip  "CH340", "" if unknown
        can_be    keys of boards.yaml that its USB id allows: ["esp32", "esp32s2", ...]
        label, id what the board is called in the classroom, and the number that never changes; "" if unknown
        board     the key of what it is, null while only the USB id is known and allows several
        runs      "micropython", "circuitpython", "bootloader", "no-firmware", "boot-loop", "program",
                  "silent", "closed" (see problem); null if it was not asked
        version   of what runs: "1.24.1", "" if unknown
        machine   as the board calls itself: "Generic ESP32 module with ESP32", "" if unknown
        problem   why the port could not be asked, in the user's language, else ""
        """
        usb, found, board = self.info.usb, self.found, self.board
        return {
            "port": self.info.port,
            "label": self.label,
            "id": self.id,
            "usb": usb
            and {"id": usb.id, "serial": usb.serial, "product": usb.product, "location": self.info.location},
            "usb_chip": self.usb_chip,
            "can_be": [one.key for one in self.can_be],
            "board": board.key if board else None,
            "runs": found.kind if found else None,
            "version": found.version if found else "",
            "machine": found.machine if found else "",
            "problem": found.error.message if found and found.error else "",
        }


class Change(NamedTuple):
    """A port that came, went, or answers otherwise than before (it was in use)."""

    event: Literal["plugged", "unplugged", "changed"]
    seen: Seen


class Watcher:
    """Looks again and again; `seen` is what is there now, by port."""

    def __init__(
        self,
        listed: Callable[[], Iterable[PortInfo]] = list_ports,
        ask: Asker | None = None,
        ask_ids: Callable[[Sequence[str]], dict[str, str]] = ask_ids,
    ) -> None:
        self.seen: dict[str, Seen] = {}
        self._listed = listed
        self._ask_ids = ask_ids
        self._ask = ask or (lambda ports: ask_all(ports, open_link))

    def look(self, ask_again: bool = False) -> list[Change]:
        """What has changed since the last look. Takes up to 1.5 s when there is somebody new to ask.

        `ask_again`: ask those ports too that another program held, or that were not ours yet.
        """
        now = {info.port: info for info in self._listed()}
        gone = [port for port, seen in self.seen.items() if not _same(now.get(port), seen.info)]
        changes = [Change("unplugged", self.seen.pop(port)) for port in gone]
        new = [port for port in now if port not in self.seen]
        book = store.load()
        held = [port for port, seen in self.seen.items() if ask_again and _held(seen)]
        answers = self._ask([port for port in (*new, *held) if can_answer(now[port])])
        ids = self._ids(now, answers) if len(book) else {}

        def seen_at(port: str) -> Seen:
            board_id = ids.get(port) or of_usb(now[port].usb)
            entry = book.of_id(board_id)
            return Seen(now[port], answers.get(port), board_id, entry.label if entry else "")

        for port in new:
            self.seen[port] = seen_at(port)
            changes.append(Change("plugged", self.seen[port]))
        for port in held:
            seen = seen_at(port)
            if not _held(seen):
                self.seen[port] = seen
                changes.append(Change("changed", seen))
        return changes

    def _ids(self, now: dict[str, PortInfo], answers: dict[str, Found]) -> dict[str, str]:
        """The ids of those boards that wait at their prompt and whose USB side does not tell."""
        waiting = [port for port, found in answers.items() if found.kind == "micropython"]
        return self._ask_ids([port for port in waiting if not of_usb(now[port].usb)])


def survey() -> list[Seen]:
    """All ports that can have a board behind them, asked at the same time; at most 1.5 s."""
    watcher = Watcher()
    watcher.look()
    return list(watcher.seen.values())


def _same(one: PortInfo | None, other: PortInfo) -> bool:
    return one is not None and (one.usb, one.location) == (other.usb, other.location)


def _held(seen: Seen) -> bool:
    return seen.found is not None and isinstance(seen.found.error, PortBusy | PortForbidden)


def can_answer(info: PortInfo) -> bool:
    """Whether asking can bring anything: not where there is no USB device, nor where it can only be
    something without a prompt (opening its port would restart an Arduino)."""
    if info.usb is None:
        return False
    can_be = candidates(info.usb)
    return not can_be or any(one.runtime is not None for one in can_be)
