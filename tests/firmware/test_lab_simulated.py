"""lab.py in simulated time: the wire to the letter, pacing without drift, commands at a planned moment."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import Any

import pytest
from golden_program import EXPECTED, SOURCE, kept
from simulated_board import SimulatedBoard

from makerlab.wire.decoder import Decoder
from makerlab.wire.events import End, Gap, Header, Mark, Samples, Status, Text


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> SimulatedBoard:
    return SimulatedBoard(monkeypatch, [])


def stop_after(board: SimulatedBoard, rows: int, value: Any = 7) -> Any:
    """A function to read that lets the computer say stop in row number `rows`."""
    left = iter(range(rows - 1, -1, -1))

    def read() -> Any:
        if next(left) == 0:
            board.commands.insert(0, (0, b"s\n"))
        return value

    return read


def test_the_golden_vectors_come_out_to_the_letter(board):
    exec(SOURCE, {"print": board.print})
    assert kept(board.lines) == EXPECTED


def test_a_whole_run_is_what_the_host_expects(board):
    board.lab.channel("温度", "°C", stop_after(board, 200, 21.37), 0.1)
    board.lab.channel("steps", "", lambda: True)
    board.lab.run(25, "实验")
    decoder = Decoder()
    events = decoder.feed(board.sent) + decoder.close()
    header = events[0]
    assert isinstance(header, Header) and (header.name, header.rate_hz) == ("实验", 25)
    assert [(c.name, c.unit, c.scale) for c in header.channels] == [("温度", "°C", 0.1), ("steps", "", 1)]
    taken = [row for event in events if isinstance(event, Samples) for row in event.rows]
    assert [row[0] for row in taken] == list(range(1, 201))
    assert {row[2:] for row in taken} == {(214, 1)}
    assert [line.split()[-2] for line in board.lines if line.startswith("#K1")] == ["1", "129"]
    assert events[-1] == End(200)
    assert {type(event) for event in events} == {Header, Status, Samples, End}


@pytest.mark.parametrize("hz", [0.5, 3, 7, 10, 60, 99.9, 333, 1000, 7000])
def test_the_mean_rate_is_exact_and_does_not_drift(board, hz):
    """However long a sleep really takes, and at periods that are no whole microseconds."""
    random = Random(hz)
    board.sleep_takes_us = lambda us: us + random.randrange(900)
    rows = 400
    board.lab.channel("a", "", stop_after(board, rows))
    board.lab.run(hz)
    tick_s = 1e-6 if hz > 100 else 1e-3
    times = [row[1] * tick_s for row in board.rows]
    assert len(times) == rows
    for index, at in enumerate(times):
        assert at - times[0] == pytest.approx(index / hz, abs=tick_s + 20e-6)
    assert {line for line in board.lines if line.startswith("#S")} == {"#S late=0 free=4512"}


def test_the_time_the_first_header_takes_is_not_missing_before_row_two(board):
    board.byte_us = 87  # 115200 baud
    board.lab.channel("a", "", stop_after(board, 3))
    board.lab.run(10)
    assert [after[1] - before[1] for before, after in pairwise(board.rows)] == [100, 100]


def test_a_line_without_an_end_does_not_fill_the_memory(board):
    computer = board.lab._Computer()
    board.commands.append((0, bytes(100_000)))
    assert computer.command() is None
    assert len(computer._line) <= board.lab._LONGEST_COMMAND


def test_rows_that_are_missed_are_left_out_and_counted(board):
    """One row late and no burst afterwards; the rows that follow are where they would have been."""

    def slow_once() -> int:
        if board.us < 150_000:
            return 1
        if board.us < 250_000:
            board.busy(470_000)
        return 2

    board.commands += [(1_440_000, b"h\n"), (1_450_000, b"s\n")]
    board.lab.channel("a", "", slow_once)
    board.lab.run(10)
    times = [row[1] for row in board.rows]
    steps = [b - a for a, b in pairwise(times)]
    assert steps == [100, 100, 470, 30] + [100] * (len(steps) - 4)
    assert [row[0] for row in board.rows] == list(range(1, len(times) + 1))
    assert board.lines[-2:] == ["#S late=3 free=4512", f"#Z {len(times)}"]


def test_stop_pause_go_rate_and_header(board):
    board.commands += [
        (1_050_000, b"p\n"),
        (2_000_000, b"h"), (2_001_000, b"\n"),  # in two pieces
        (3_333_000, b"g\r\n"),
        (4_000_000, b"r 20\n"),
        (5_000_000, b"r 0\nr\nr x\nr 1e9\nr nan\n\n\xff\nnonsense that is longer than any command s\n"),
        (5_500_000, b"s\n"),
    ]  # fmt: skip
    board.lab.channel("a", "", lambda: 1)
    board.lab.run(10)
    times = [row[1] for row in board.rows]
    assert times[:11] == [times[0] + 100 * index for index in range(11)]
    assert times[11] == pytest.approx(3333, abs=2)  # at once when it goes on
    headers = [line.split() for line in board.lines if line.startswith("#K1")]
    assert [(words[2], words[-2]) for words in headers] == [("hz=10", "1"), ("hz=10", "12"), ("hz=20", "19")]
    assert times[18] == pytest.approx(4000, abs=2)
    assert times[18:] == [times[18] + 50 * index for index in range(len(times) - 18)]
    assert times[-1] == pytest.approx(5500, abs=51)
    assert {line for line in board.lines if line.startswith("#S")} == {"#S late=0 free=4512"}  # a pause is no delay
    assert board.lines[-1] == f"#Z {len(times)}"


def test_ctrl_c_in_the_middle_of_a_row_leaves_it_counted(board, monkeypatch):
    whole = board.lab.print

    def interrupted(*values: object) -> None:
        if values and str(values[0]).startswith("5 "):
            board.sent += str(values[0])[:4].encode()
            raise KeyboardInterrupt
        whole(*values)

    monkeypatch.setattr(board.lab, "print", interrupted)
    board.lab.channel("a", "", lambda: 1)
    board.lab.run(10)
    decoder = Decoder()
    events = decoder.feed(board.sent) + decoder.close()
    assert Gap(4, 1) in events and events[-1] == End(5)


def test_one_channel_fails_while_the_others_go_on(board):
    answers = iter([1, OSError("no"), OSError("no"), float("nan"), 2, OSError("again"), 3])

    def unsteady() -> Any:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    board.lab.channel("unsteady", "", unsteady)
    board.lab.channel("steady", "", stop_after(board, 7, -5))
    board.lab.run(10)
    rows = [line.split()[2:4] for line in board.lines if line[0].isdigit()]
    assert rows == [[value, "-5"] for value in ("1", "-", "-", "-", "2", "-", "3")]
    faults = [line.split(" ", 2)[2] for line in board.lines if line.startswith("#F")]
    assert faults == ["unsteady no", "unsteady again"]  # once for each time it fails, not once a row


def test_a_mistake_in_the_program_is_not_swallowed(board):
    board.lab.channel("a", "", lambda: "warm")
    with pytest.raises(TypeError, match="reads a returned 'warm'"):
        board.lab.run(10)
    assert board.lines[-1] == "#Z 0"


def test_an_event_is_one_line_with_the_time_of_the_rows(board):
    def read() -> int:
        if board.us > 500_000:
            board.lab.event("lid\r\nopened ")
            board.commands.append((0, b"s\n"))
        return 1

    board.lab.channel("a", "", read)
    board.lab.run(1000)
    decoder = Decoder()
    marks = [event for event in decoder.feed(board.sent) if isinstance(event, Mark)]
    assert [mark.text for mark in marks] == ["lid opened"]
    assert marks[0].ticks == pytest.approx(500_000, abs=1200)
    assert not any(isinstance(event, Text) for event in Decoder().feed(board.sent))


@pytest.mark.parametrize(
    "call",
    [
        lambda lab: lab.channel("", "lx", int),
        lambda lab: lab.channel("a b", "lx", int),
        lambda lab: lab.channel("a,b", "lx", int),
        lambda lab: lab.channel("a/b", "lx", int),
        lambda lab: lab.channel("a", "l x", int),
        lambda lab: lab.channel("a", "lx,", int),
        lambda lab: lab.channel("a", "lx", int, 0),
        lambda lab: lab.channel("a", "lx", int, -0.1),
        lambda lab: lab.run(),
        lambda lab: (lab.channel("a", "", int), lab.run(0)),
        lambda lab: (lab.channel("a", "", int), lab.run(-1)),
        lambda lab: (lab.channel("a", "", int), lab.run(20000)),
        lambda lab: (lab.channel("a", "", int), lab.run(10, "my lab")),
    ],
)
def test_what_cannot_be_sent_is_refused_before_anything_is(board, call):
    with pytest.raises(ValueError, match=r"[\u4e00-\u9fff]"):
        call(board.lab)
    assert board.sent == b""


def test_a_channel_defined_again_takes_the_place_of_the_old_one(board):
    board.lab.channel("a", "V", lambda: 1)
    board.lab.channel("a", "mV", stop_after(board, 1, 2))
    board.lab.run(10)
    assert "c=a/mV/1 " in board.lines[0] and board.rows[0][2] == 2
