"""Whatever a board is doing, a session comes to its raw prompt, and is in step with it from then on."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from cutting import BoardLink
from genuine import ESP32, MICROBIT_V1, MICROBIT_V2, PORTS

from makerlab.boards import catalogue
from makerlab.connect import pace_of, reach
from makerlab.errors import BoardSilent, MakerError
from makerlab.files.transfer import BoardFiles
from makerlab.link import Link, open_link
from makerlab.repl import session as session_module
from makerlab.repl.session import Run, Session
from makerlab.virtual.board import VirtualBoard
from makerlab.virtual.profile import PROFILES

LIMIT_S = 30.0
"""For a program to begin: only a broken test waits so long."""

ENDLESS = "while 1:pass\n"
FLOOD = "while 1:print('0123456789'*8)\n"
THREE_TIMES = """\
for i in range(3):
 try:
  print('start',i)
  while 1:pass
 except KeyboardInterrupt:
  print('no')
"""
CATCHES_ALL = """\
import time
print('start')
while 1:
 try:
  n=0
  while n<5000:n+=1
 except:
  print('caught')
"""
ASKS = "while 1:print(input('name? '))\n"
LISTENS = "import sys\nprint('start')\nwhile 1:sys.stdin.read(1)\n"

PROGRAMS = {
    "endless": ENDLESS,
    "flood": FLOOD,
    "three times": THREE_TIMES,
    "catches all": CATCHES_ALL,
    "asks": ASKS,
}
KEYS = {
    "paste mode": b"\x05for i in range(3):\r  print(i)",
    "a line half typed": b"x = (1 +",
    "a block half typed": b"if 1:\r    x = ",
    "raw, half a program": b"\x01x = 'abc",
    "raw, at its prompt": b"\x01",
    "garbage": bytes(range(0x80, 0x100)) + b"\x05\x02'''",
}


@pytest.fixture(scope="module")
def links() -> Iterator[dict[str, Link]]:
    opened: dict[str, Link] = {}
    yield opened
    for link in opened.values():
        link.close()


@pytest.fixture
def link(request: pytest.FixtureRequest, links: dict[str, Link]) -> Link:
    kind = request.param
    if kind not in links:
        links[kind] = open_link(PORTS[kind])
    return links[kind]


every_board = pytest.mark.parametrize("link", [ESP32, MICROBIT_V1, MICROBIT_V2], indirect=True)


def wait_for(run: Run, text: bytes) -> None:
    """Until the program has said `text`."""
    heard = b""
    deadline = time.monotonic() + LIMIT_S
    while text not in heard:
        assert not run.ended
        assert time.monotonic() < deadline, heard
        heard += run.read(0.1).data


def in_step(session: Session) -> None:
    """Both sides mean the same, several times."""
    for number in range(3):
        assert session.exec(f"print({number}+1)") == b"%d\r\n" % (number + 1)


@every_board
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_runs(link: Link, name: str):
    first = Session(link)
    first.enter()
    program = PROGRAMS[name]
    run = first.start(f"print('be'+'gun')\n{program}")
    wait_for(run, b"begun")
    session = Session(link)
    reach(session)  # a Ctrl-C has to meet what catches all within its handler; else the reset button helps
    in_step(session)


@every_board
@pytest.mark.parametrize("name", KEYS)
def test_keys_somebody_left(link: Link, name: str):
    first = Session(link)
    first.enter()
    first.leave()
    link.write(KEYS[name])
    session = Session(link)
    session.enter()
    in_step(session)
    assert b"MicroPython" in session.heard  # the banner names the board


@every_board
def test_who_leaves_in_a_hurry_leaves_the_friendly_prompt(link: Link):
    session = Session(link)
    session.enter()
    session.leave(to_prompt=False)
    link.write(b"print(6*7)\r")
    heard = b""
    while not heard.endswith(b"\r\n42\r\n>>> "):  # with an echo: at the raw prompt there is none
        heard += (chunk := link.read(5.0)).data
        assert chunk.data, heard


@every_board
def test_half_a_program_by_raw_paste(link: Link):
    first = Session(link)
    first.enter()
    link.write(b"\x05A\x01x = 'half a")
    session = Session(link)
    session.enter()
    in_step(session)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_main_py_that_never_ends(name: str):
    """As above, from the moment the board is switched on."""
    board = VirtualBoard(PROFILES["esp32"])
    limits = catalogue().boards["esp32"].limits
    board.start()
    try:
        with BoardLink(board) as link:
            session = Session(link)
            session.enter()
            session.pace = pace_of(limits)
            BoardFiles(session, limits).put({"main.py": PROGRAMS[name].encode()})
            board.reset()
            again = Session(link)
            again.enter()
            in_step(again)
    finally:
        board.close()


def test_another_prompt():
    """A program may change it."""
    with open_link("virtual:esp32?fresh=1") as link:
        first = Session(link)
        first.enter()
        first.exec("import sys\nsys.ps1='? '\n")
        first._do("leave")
        session = Session(link)
        session.enter()
        in_step(session)


@every_board
def test_reset_while_entering(link: Link, monkeypatch: pytest.MonkeyPatch):
    """Answers to the first tries come late, all at once."""
    monkeypatch.setattr(session_module, "ENTER_WAITS_S", (0.0, 0.0, 0.01, 0.3, 1.0, 3.0, 3.0))
    link.reset()
    session = Session(link)
    session.enter()
    in_step(session)


def test_a_board_that_cannot_be_stopped_is_said_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(session_module, "ENTER_WAITS_S", (0.1, 0.1))
    board = VirtualBoard(PROFILES["esp32"])
    board.start()
    try:
        with BoardLink(board) as link:
            session = Session(link)
            session.enter()
            run = session.start("import micropython\nmicropython.kbd_intr(-1)\nprint('deaf')\nwhile 1:pass\n")
            wait_for(run, b"deaf")
            with pytest.raises(BoardSilent):
                Session(link).enter()
    finally:
        board.close()


def test_a_board_that_loses_step_gets_the_program_again(monkeypatch: pytest.MonkeyPatch):
    """Bytes lost in raw paste: the program is sent once more, plainly, and so are all after it."""
    monkeypatch.setattr(session_module, "ANSWER_WAIT_S", 0.3)
    board = VirtualBoard(PROFILES["esp32"])
    board.start()
    try:
        with BoardLink(board) as link:
            session = Session(link)
            session.enter()
            session.pace = pace_of(catalogue().boards["esp32"].limits)
            whole = link._send
            lost: list[bytes] = []

            def lose(data: bytes, timeout_s: float) -> None:
                if len(data) > 100 and not lost:
                    lost.append(data)
                    data = data[:50]
                whole(data, timeout_s)

            monkeypatch.setattr(link, "_send", lose)
            numbers = "".join(f"x{n}={n}\n" for n in range(100))
            assert session.exec(numbers + "print(x99)\n") == b"99\r\n"
            assert lost and not session.pace.raw_paste
    finally:
        board.close()


def test_nobody_at_all(monkeypatch: pytest.MonkeyPatch):
    class Silence(Link):
        def __init__(self) -> None:
            super().__init__("silence")

        def read(self, timeout_s: float):
            return super().read(0)

        def reset(self) -> bool:
            return False

        def _receive(self) -> bytes:
            return b""

        def _send(self, data: bytes, timeout_s: float) -> None:
            pass

        def _shut(self) -> None:
            pass

    monkeypatch.setattr(session_module, "ENTER_WAITS_S", (0.01, 0.01))
    with pytest.raises(MakerError) as caught:
        Session(Silence()).enter()
    assert type(caught.value) is BoardSilent


@every_board
def test_a_restart_is_one_whatever_a_program_left_unread(link: Link):
    """What came too late for a program is no program itself, and does not stand in the way of the reset."""
    session = Session(link)
    session.enter()
    session.exec("left = 1")
    run = session.start("print('start')")
    wait_for(run, b"start")
    while not run.ended:
        run.read(0.1)
    link.write(b"for the program")
    session.restart()
    assert session.exec("print('left' in globals())").strip() == b"False"
