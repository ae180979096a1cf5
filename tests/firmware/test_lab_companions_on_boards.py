"""blocks, burst and logbook on the genuine runtimes, seen from the computer's end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from programs_on_boards import WAIT_S, store, v1

from makerlab.link.open import open_link
from makerlab.repl.session import Run, Session
from makerlab.wire.decoder import Decoder
from makerlab.wire.events import End, Event, Fault, Gap, Header, Mark, Samples, Status, Text
from makerlab.wire.stream import StreamDecoder

__all__ = ["v1"]  # fixtures

MAX_V1_BYTES = 1600
MODULES = ("lab.py", "blocks.py", "burst.py", "logbook.py")


@pytest.fixture(scope="module", params=["virtual:esp32?fresh=1", "virtual:microbit-v2?fresh=1"])
def board(request: pytest.FixtureRequest) -> Iterator[Session]:
    """MicroPython in WebAssembly; as a micro:bit with its flat files and its uart."""
    with open_link(request.param) as link:
        session = Session(link)
        session.enter()
        for name in MODULES:
            store(session, name, name)
        yield session


@pytest.fixture(scope="module")
def v1_with_blocks(v1: Session) -> Session:
    store(v1, "blocks.py", "blocks_microbit_v1.py")
    return v1


class Stream:
    """What a program sends, decoded as `maker run` does it."""

    def __init__(self, session: Session, source: str) -> None:
        session.restart()
        self.run: Run = session.start(source)
        self.events: list[Event] = []
        self._decoder = StreamDecoder()

    def until(self, rows: int) -> None:
        """So many rows are there."""
        deadline = time.monotonic() + WAIT_S
        while len(self.rows) < rows:
            assert not self.run.ended and time.monotonic() < deadline, (self.events, self.run.traceback)
            self._read()

    def stop(self) -> None:
        self.run.write(b"s\n")
        self.rest()

    def rest(self) -> None:
        deadline = time.monotonic() + WAIT_S
        while not self.run.ended:
            assert time.monotonic() < deadline
            self._read()
        self.events += self._decoder.close()

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        return [row for event in self.events if isinstance(event, Samples) for row in event.rows]

    def only(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def _read(self) -> None:
        chunk = self.run.read(0.2)
        self.events += self._decoder.feed(chunk.data, chunk.at)


EVERY_BYTE = """
from blocks import channel, event, run
n = -300
def up():
    global n
    n += 1
    if n == 5:
        event('打开盖子')
    if n in (20, 21):
        raise OSError('no answer')
    return n * 111
channel('up', '', up)
channel('escaped', '', lambda: (0x04C0, -0x2440, 0x04DB, -0x3FDC)[n % 4])
run({hz})
"""


@pytest.mark.parametrize("hz", [25, 500])
def test_blocks_arrive_whole(board: Session, hz: int) -> None:
    """Every byte goes through, the three that are escaped as well: none is taken for a line end, or for the
    end of the output."""
    source = EVERY_BYTE.format(hz=hz) if hz == 500 else EVERY_BYTE.format(hz=hz).replace("-300", "-20")
    stream = Stream(board, source)
    stream.until(400 if hz == 500 else 50)
    stream.stop()
    assert stream.run.traceback == ""
    first = -299 if hz == 500 else -19
    header = stream.events[0]
    assert isinstance(header, Header) and header.form == "block"
    assert [row[0] for row in stream.rows] == list(range(1, len(stream.rows) + 1))
    for seq, _ticks, up, escaped in stream.rows:
        n = first + seq - 1
        assert up == (None if n in (20, 21) else n * 111 if abs(n * 111) < 32768 else None)
        assert escaped == (0x04C0, -0x2440, 0x04DB, -0x3FDC)[n % 4]
    assert [mark.text for mark in stream.only(Mark)] == ["打开盖子"]
    assert {fault.text for fault in stream.only(Fault)} <= {"no answer", "out of range"}
    assert not stream.only(Gap) and not stream.only(Text)
    assert stream.events[-1] == End(len(stream.rows)) and isinstance(stream.events[-2], Status)


def test_a_burst_arrives_whole(board: Session) -> None:
    stream = Stream(
        board,
        "from burst import burst\nn = 0\ndef read():\n global n\n n += 1\n return n\n"
        "while True:\n burst('sound', '', read, 300, 2000)\n",
    )
    stream.until(700)
    stream.stop()
    assert "KeyboardInterrupt" in stream.run.traceback
    assert isinstance(header := stream.events[0], Header) and header.is_burst
    assert [row[2] for row in stream.rows] == [row[0] for row in stream.rows]
    assert stream.events[-1] == End(len(stream.rows)) and not stream.only(Gap) and not stream.only(Text)


LOGGED = """
from logbook import channel, run
n = 0
def up():
    global n
    n += 1
    if n == {rows}:
        raise KeyboardInterrupt
    return n
channel('up', '', up)
channel('down', '', lambda: -n)
run(200, 'fridge')
"""


def test_a_logbook_is_in_the_files(board: Session) -> None:
    for _start in (1, 2):
        stream = Stream(board, LOGGED.format(rows=30))
        stream.rest()
        assert stream.run.traceback == "" and not stream.rows
    names = board.exec("import os\nprint(' '.join(sorted(os.listdir())))").decode().split()
    names = [name for name in names if name.startswith("log-")]
    data = b"".join(
        board.exec(f"with open({name!r}) as f: print(f.read(), end='')").replace(b"\r\n", b"\n")
        for name in names
    )
    decoder = Decoder()
    events = decoder.feed(data) + decoder.close()
    rows = [row for event in events if isinstance(event, Samples) for row in event.rows]
    assert [row[0] for row in rows] == [*range(1, 30)] * 2
    assert all(row[2:] == (row[0], -row[0]) for row in rows)
    assert events[-1] == End(29) and not any(isinstance(event, Gap | Text) for event in events)


CHANGES = """
from lab import changed, channel, event_when, run, tare
n = 0
def door():
    global n
    n += 1
    return n // 10
channel('door', '', door)
event_when('thirty', lambda: n >= 30)
run(200, when=changed, idle=lambda: None)
"""


def test_rows_on_change_and_events_by_themselves(board: Session) -> None:
    stream = Stream(board, CHANGES)
    stream.until(3)
    stream.run.write("m 标 记\nt door\n".encode())
    stream.until(6)
    stream.stop()
    assert stream.run.traceback == ""
    assert [row[2] for row in stream.rows[:3]] == [0, 1, 2]
    texts = [mark.text for mark in stream.only(Mark)]
    assert (
        "thirty" in texts and "标 记" in texts and any(text.startswith("tare 归零 door ") for text in texts)
    )
    assert not stream.only(Gap) and not stream.only(Text)


# -- the V1 ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["import blocks", "from blocks import channel, event, run"])
def test_the_v1_edition_leaves_memory_for_the_program(v1_with_blocks: Session, how: str) -> None:
    v1 = v1_with_blocks
    v1.restart()
    used = v1.exec(
        f"import gc\ngc.collect()\nbefore = gc.mem_free()\n{how}\ngc.collect()\nprint(before - gc.mem_free())"
    )
    assert int(used) <= MAX_V1_BYTES


def test_blocks_of_a_v1_arrive_whole_and_on_time(v1_with_blocks: Session) -> None:
    """450 rows of three channels a second, in the board's own time, counted in instructions; what the line
    adds to that is in bench/firmware.py."""
    source = EVERY_BYTE.format(hz=450).replace("run(", "channel('c', '', lambda: 1)\nrun(")
    stream = Stream(v1_with_blocks, source)
    stream.until(500)
    stream.stop()
    assert stream.run.traceback == ""
    assert [row[0] for row in stream.rows] == list(range(1, len(stream.rows) + 1))
    for seq, _ticks, up, escaped, _one in stream.rows:
        n = seq - 300
        assert up == (None if n in (20, 21) else n * 111 if abs(n * 111) < 32768 else None)
        assert escaped == (0x04C0, -0x2440, 0x04DB, -0x3FDC)[n % 4]
    assert [fault.text for fault in stream.only(Fault)] == ["no answer"]
    assert [mark.text for mark in stream.only(Mark)] == ["打开盖子"]
    assert not stream.only(Gap) and not stream.only(Text)
    assert stream.events[-1] == End(len(stream.rows))
    first, last = stream.rows[10], stream.rows[-1]
    assert (last[0] - first[0]) / (last[1] - first[1]) * 1000 == pytest.approx(450, rel=0.01)


def test_a_v1_pauses_changes_its_rate_and_shows_its_header(v1_with_blocks: Session) -> None:
    stream = Stream(
        v1_with_blocks, "from blocks import channel, run\nchannel('a', '', lambda: 1)\nrun(100)\n"
    )
    stream.until(20)
    stream.run.write(b"p\n")
    stream.run.write(b"r 5\n")
    stream.run.write(b"g\n")
    stream.until(40)
    stream.stop()
    assert [header.rate_hz for header in stream.only(Header)] == [100, 5]
    assert not stream.only(Gap) and stream.events[-1] == End(len(stream.rows))


@pytest.mark.parametrize("name", ["burst", "logbook"])
def test_a_v1_says_what_it_has_no_memory_for(v1: Session, name: str) -> None:
    store(v1, f"{name}.py", f"{name}_microbit_v1.py")
    v1.restart()
    run = v1.start(f"import {name}")
    while not run.ended:
        run.read(0.2)
    assert "要用 micro:bit V2" in run.traceback
