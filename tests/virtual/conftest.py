"""Virtual boards for tests: the genuine runtime, compiled once for the whole session."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable, Iterator

import pytest

from makerlab.virtual.board import VirtualBoard
from makerlab.virtual.profile import ESP32, Profile
from makerlab.virtual.scene import Scene

PATIENCE_S = 20.0
"""Far more than anything here takes; only a broken test waits so long."""


@pytest.fixture(scope="session", autouse=True)
def maker_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A home of their own for this session's compiled runtime and boards."""
    with pytest.MonkeyPatch.context() as patch:
        home = str(tmp_path_factory.mktemp("home"))
        patch.setenv("MAKER_HOME", home)
        yield home


class Terminal:
    """Somebody at the board's serial line."""

    def __init__(self, board: VirtualBoard) -> None:
        self.board = board
        self.unread = b""

    def send(self, data: str | bytes) -> None:
        data = data.encode() if isinstance(data, str) else data
        assert self.board.write(data) == len(data)

    def expect(self, text: bytes | str) -> bytes:
        """Everything up to and with `text`."""
        text = text.encode() if isinstance(text, str) else text
        deadline = time.monotonic() + PATIENCE_S
        while text not in self.unread:
            assert time.monotonic() < deadline, f"{text!r} did not come, but {self.unread!r}"
            self.unread += self.board.read(0.2)
        before, self.unread = self.unread.split(text, 1)
        return before + text

    def raw(self) -> None:
        """To the raw prompt."""
        self.send("\r\x03\x01")
        self.expect("raw REPL; CTRL-B to exit\r\n>")

    def begin(self, program: str) -> None:
        """Start a program at the raw prompt."""
        self.send(textwrap.dedent(program).encode() + b"\x04")
        self.expect("OK")

    def end(self) -> tuple[str, str]:
        """What the program started with `begin` prints, and its traceback."""
        output = self.expect("\x04")[:-1]
        error = self.expect("\x04>")[:-2]
        return output.decode().replace("\r\n", "\n"), error.decode().replace("\r\n", "\n")

    def run(self, program: str) -> str:
        """What a program prints at the raw prompt; it must not fail."""
        self.begin(program)
        output, error = self.end()
        assert not error, error
        return output

    def fails(self, program: str) -> str:
        """The last line of the traceback of a program."""
        self.begin(program)
        return self.end()[1].strip().rpartition("\n")[2]


MakeBoard = Callable[..., Terminal]


def plugging() -> Iterator[MakeBoard]:
    boards: list[VirtualBoard] = []

    def make(
        *, profile: Profile = ESP32, wait: bool = True, scene: Scene | None = None, **options: object
    ) -> Terminal:
        board = VirtualBoard(profile, scene=scene, **options)  # type: ignore[arg-type]
        boards.append(board)
        board.start()
        terminal = Terminal(board)
        if wait:
            terminal.expect(">>> ")
        return terminal

    yield make
    for board in boards:
        board.close()


@pytest.fixture
def plug() -> Iterator[MakeBoard]:
    """Plug a board in: `plug()`, or with arguments of VirtualBoard; at its friendly prompt then."""
    yield from plugging()


@pytest.fixture(scope="module")
def plug_for_all() -> Iterator[MakeBoard]:
    """The same for a board that all tests of a file use."""
    yield from plugging()


@pytest.fixture
def raw(plug: MakeBoard) -> Terminal:
    """A fresh board at its raw prompt."""
    terminal = plug()
    terminal.raw()
    return terminal
