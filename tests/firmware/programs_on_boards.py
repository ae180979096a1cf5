"""Programs on genuine runtimes, read line by line: fixtures for the tests of lab and of the experiments."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from makerlab.files.strip import strip
from makerlab.link.open import open_link
from makerlab.repl.session import Session
from makerlab.resources import firmware_dir
from makerlab.virtual.emulated import INSTALL, find_tool

WAIT_S = 20.0
"""Before a program counts as hanging; nothing here takes a second on an idle computer."""
PIECE_BYTES = 240
"""Of a module in one statement: the V1 has little memory."""


@pytest.fixture(scope="module")
def esp32() -> Iterator[Session]:
    """A virtual ESP32 with lab."""
    with open_link("virtual:esp32?fresh=1") as link:
        yield _with_lab(Session(link), "lab.py")


@pytest.fixture(scope="module")
def v1() -> Iterator[Session]:
    """An emulated micro:bit V1 with its lab. Its time is counted in instructions: the same everywhere."""
    if find_tool() is None:
        pytest.skip(INSTALL["linux"])
    with open_link("emulated:microbit-v1?fresh=1&icount=1") as link:
        yield _with_lab(Session(link), "lab_microbit_v1.py")


def _with_lab(session: Session, edition: str) -> Session:
    session.enter()
    store(session, "lab.py", edition)
    return session


def store(session: Session, name: str, edition: str) -> None:
    """Put a file of firmware/lab on a board, under this name there."""
    source = strip((firmware_dir() / "lab" / edition).read_text(encoding="utf-8")).encode()
    session.exec(f"f = open({name!r}, 'wb')")
    for at in range(0, len(source), PIECE_BYTES):
        session.exec(f"f.write({source[at : at + PIECE_BYTES]!r})")
    session.exec("f.close()")


class Program:
    """A program that runs on a board that was reset before."""

    def __init__(self, session: Session, source: str) -> None:
        session.restart()
        self._run = session.start(source)
        self._text = b""

    def send(self, data: bytes) -> None:
        self._run.write(data)

    def until(self, beginning: str) -> list[str]:
        """All lines up to the next one that begins so."""
        lines: list[str] = []
        while not lines or not lines[-1].startswith(beginning):
            assert not self._run.ended or b"\n" in self._text, (lines, self._run.traceback)
            lines += self._lines(just_one=True)
        return lines

    def interrupt(self) -> None:
        """Ctrl-C."""
        assert self._run.stop(lambda chunk: self._keep(chunk.data))

    def rest(self) -> list[str]:
        """All lines up to the program's end."""
        lines = self._lines()
        while not self._run.ended:
            lines += self._lines()
        return lines + self._lines()

    @property
    def traceback(self) -> str:
        """What the program ended with; "" if nothing was wrong."""
        return self._run.traceback

    def _keep(self, data: bytes) -> None:
        self._text += data

    def _lines(self, just_one: bool = False) -> list[str]:
        deadline = time.monotonic() + WAIT_S
        while b"\n" not in self._text and not self._run.ended:
            self._keep(self._run.read(0.2).data)
            assert time.monotonic() < deadline, "the program says nothing more"
        count = 1 if just_one else self._text.count(b"\n")
        *whole, self._text = self._text.split(b"\r\n", count)
        return [line.decode() for line in whole]


def rows(lines: list[str]) -> list[list[str]]:
    """Those of `lines` that are rows, as words."""
    return [line.split() for line in lines if line[:1].isdigit()]
