"""Links that break off in the middle of a transfer, over a genuine board that lives on (or does not)."""

from __future__ import annotations

import contextlib
from random import Random

from makerlab.boards import catalogue
from makerlab.connect import pace_of
from makerlab.errors import LinkError, PortLost
from makerlab.files.transfer import BoardFiles
from makerlab.link.base import Link
from makerlab.repl.session import Session
from makerlab.virtual.board import VirtualBoard
from makerlab.virtual.flash import File, resolve
from makerlab.virtual.profile import PROFILES

LIMITS = catalogue().boards["esp32"].limits
READ_S = 0.005


class BoardLink(Link):
    """A link to a board that outlives it. After `budget` bytes (None: never) it breaks."""

    def __init__(self, board: VirtualBoard, budget: int | None = None) -> None:
        super().__init__("test")
        self._board = board
        self._budget = budget
        self.sent = 0
        self._start()

    def reset(self) -> bool:
        self._board.reset()
        return True

    def _receive(self) -> bytes:
        return self._board.read(READ_S)

    def _send(self, data: bytes, timeout_s: float) -> None:
        room = len(data) if self._budget is None else max(0, self._budget - self.sent)
        self._board.write(data[:room], timeout_s)
        self.sent += len(data[:room])
        if room < len(data):
            raise PortLost(port=self.port)

    def _shut(self) -> None:
        self._join()


def files_over(link: Link) -> BoardFiles:
    """The files of the board behind `link`, entered."""
    session = Session(link)
    session.enter()
    session.pace = pace_of(LIMITS)
    return BoardFiles(session, LIMITS)


def on_flash(board: VirtualBoard, name: str) -> bytes | None:
    """What a board's flash holds under a name, looked at from outside."""
    found = board.flash.file_at(resolve(name))
    return bytes(found.data) if isinstance(found, File) else None


class Cuts:
    """An ESP32 whose `sync` from old to new files is cut off again and again, at a random byte; every other
    time its power goes with the link. Counts what is found on the flash afterwards."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._board = VirtualBoard(PROFILES["esp32"])
        names = ("main.py", "boot.py", "lib/sensor.py", "lib/deep/er.py", "data.bin", "温度.py")
        self._old = {name: random.randbytes(random.randrange(9000)) for name in names}
        self._new = {name: random.randbytes(random.randrange(9000)) for name in names}
        self._bytes = 0
        self.old = self.mixed = self.new = self.torn = self.repaired = 0

    def __enter__(self) -> Cuts:
        self._board.start()
        with BoardLink(self._board) as link:
            files_over(link).sync(self._old)
        with BoardLink(self._board) as link:
            files_over(link).sync(self._new)
            self._bytes = link.sent
        return self

    def __exit__(self, *_error: object) -> None:
        self._board.close()

    def cut_once(self) -> None:
        with BoardLink(self._board) as link:
            files_over(link).sync(self._old)
        cut = self._random.randrange(self._bytes)
        with BoardLink(self._board, cut) as link, contextlib.suppress(LinkError):
            files_over(link).sync(self._new)
        if self._random.random() < 0.5:
            self._board.reset()
        self._judge()
        with BoardLink(self._board) as link:
            files_over(link).sync(self._new)
        found = {name: on_flash(self._board, name) for name in self._new}
        stages = [on_flash(self._board, folder + "maker.tmp") for folder in ("", "lib/", "lib/deep/")]
        self.repaired += found == self._new and stages == [None] * 3

    def _judge(self) -> None:
        found = {name: on_flash(self._board, name) for name in self._new}
        is_new = [found[name] == data for name, data in self._new.items()]
        is_old = [found[name] == data for name, data in self._old.items()]
        if not all(map(any, zip(is_new, is_old, strict=True))):
            self.torn += 1
        elif all(is_new):
            self.new += 1
        elif all(is_old):
            self.old += 1
        else:
            self.mixed += 1
