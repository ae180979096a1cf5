"""lab.py in simulated time: the wire to the letter, pacing without drift, commands at a planned moment."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import Any
from zlib import crc32

import pytest
from golden_program import EXPECTED, SOURCE, golden, kept
from simulated_board import SimulatedBoard

from makerlab.wire.decoder import Decoder
from makerlab.wire.events import End, Fault, Gap, Header, Mark, Samples, Status, Text


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


@pytest.mark.parametrize("hz", [0.016667, 0.5, 3, 7, 10, 60, 99.9, 333, 1000, 7000])
def test_the_mean_rate_is_exact_and_does_not_drift(board, hz):
    """However long a sleep really takes, and at periods that are no whole microseconds."""
    random = Random(hz)
    board.sleep_takes_us = lambda us: us + random.randrange(900)
    rows = 400 if hz >= 0.5 else 20
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
    computer = board.lab.Computer()
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
    assert {line for line in board.lines if line.startswith("#S")} == {
        "#S late=0 free=4512"
    }  # a pause is no delay
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


# -- rows only when they are wanted ----------------------------------------------------------------------


def test_rows_only_when_something_has_changed(board):
    answers = iter([5, 5, 6, 6, 6, OSError("gone"), OSError("gone"), 6, 8, 8])

    def read() -> int:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    board.lab.channel("small", "", lambda: board.us // 1_000_000, change=5)  # never changes so much
    board.lab.channel("steps", "", stop_after(board, 10, 0))
    board.lab.channel("door", "", read)
    board.lab.run(10, "door", when=board.lab.changed)
    rows = [line.split() for line in board.lines if line[0].isdigit()]
    assert [row[4] for row in rows] == ["5", "6", "-", "6", "8"]
    assert [row[0] for row in rows] == ["1", "2", "3", "4", "5"]
    assert [int(row[1]) - int(rows[0][1]) for row in rows] == [0, 200, 500, 700, 800]
    assert " w=change c=" in board.lines[0]


def test_rows_only_when_something_happens(board):
    pressed = iter([False, True, False, False, True] + [False] * 99)
    board.commands.append((950_000, b"s\n"))
    board.lab.channel("a", "", lambda: 1)
    board.lab.run(10, when=lambda: next(pressed))
    assert [row[0] for row in board.rows] == [1, 2]
    assert board.rows[1][1] - board.rows[0][1] == 300
    assert " w=event c=" in board.lines[0] and board.lines[-1] == "#Z 2"


def test_a_key_that_bounces_is_one_event(board):
    down = [(200, 203), (205, 206), (208, 300), (600, 640)]  # milliseconds
    board.lab.event_when("key", lambda: any(a <= board.us / 1000 < b for a, b in down))
    board.commands.append((950_000, b"s\n"))
    board.lab.channel("a", "", lambda: 1)
    board.lab.run(10)
    times = [int(line.split()[1]) for line in board.lines if line.startswith("#E")]
    assert times == [pytest.approx(200, abs=3), pytest.approx(600, abs=3)]


def test_tare_and_marks(board):
    board.commands += [
        (1_050_000, b"t weight nothing\n"),
        (2_050_000, b"t\n"),
        (3_050_000, "m 打开 盖子\n".encode()),
        (3_060_000, b"m\n"),
        (3_070_000, b"m \xff\n"),
        (3_500_000, b"s\n"),
    ]
    board.lab.channel("weight", "g", lambda: 207)
    board.lab.channel("light", "lx", lambda: 50)
    board.lab.run(10)
    values = [tuple(row[2:4]) for row in board.rows]
    assert values == [(207, 50)] * 11 + [(0, 50)] * 10 + [(0, 0)] * (len(values) - 21)
    texts = [line.split(" ", 2)[2] for line in board.lines if line.startswith("#E")]
    assert texts == [
        "tare 归零 weight 207", "tare 归零 weight 207", "tare 归零 light 50", "打开 盖子", "mark 标记"
    ]  # fmt: skip


@pytest.mark.parametrize("hz", [10, 1000])
def test_what_is_to_be_done_all_the_time_is_done_often(board, hz):
    """For a watchdog: between two calls lies a row, or little more than a millisecond; at a rate that
    leaves no time at all, too."""
    fed: list[int] = []
    board.byte_us = 87
    board.lab.channel("a", "", stop_after(board, 30))
    board.lab.run(hz, idle=lambda: fed.append(board.us))
    assert max(after - before for before, after in pairwise(fed)) < 25_000


def test_memory_is_cleaned_up_where_it_delays_no_row(board):
    board.collect_us = 8_000
    board.lab.channel("a", "", stop_after(board, 50))
    board.lab.run(10)
    times = [row[1] for row in board.rows]
    assert times == [times[0] + 100 * index for index in range(50)]
    assert len(board.collected) >= 49


def test_no_time_to_clean_up_memory_is_no_reason_to_be_late(board):
    board.collect_us = 8_000
    board.lab.channel("a", "", stop_after(board, 50))
    board.lab.run(200)
    assert len(board.collected) == 1 and board.lines[-2] == "#S late=0 free=4512"


def test_a_rate_too_high_is_the_highest_possible(board):
    """Not a fraction of what was asked: one row after the other, whatever the period."""
    board.lab.channel("a", "", stop_after(board, 60, 1))
    board.lab.channel("b", "", lambda: board.busy(5_500) or 1)
    board.lab.run(200)
    times = [row[1] / 1e6 for row in board.rows]
    highest = (len(times) - 1) / (times[-1] - times[0])
    assert highest == pytest.approx(1 / 5.5e-3, rel=0.02)


# -- blocks ----------------------------------------------------------------------------------------------


def taken(board: SimulatedBoard) -> list[tuple[Any, ...]]:
    decoder = Decoder()
    events = decoder.feed(board.sent) + decoder.close()
    assert not any(isinstance(event, Gap | Text) for event in events), events
    return [row for event in events if isinstance(event, Samples) for row in event.rows]


@pytest.mark.parametrize("hz", [0.5, 10, 50, 99, 200, 1000, 3000])
def test_blocks_say_the_same_as_rows(board, hz):
    def program(module: Any) -> list[tuple[Any, ...]]:
        board.sent, board.us = b"", 0
        values = iter(range(-3, 1000))
        board.lab.channels.clear()
        module.channel("wave", "mg", lambda: next(values) * 37 % 2001 - 1000)
        module.channel("lid", "", lambda: True)
        module.channel("end", "", stop_after(board, 300, -7))
        module.run(hz, "shake")
        return taken(board)

    rows, blocks = program(board.lab), program(board.load("blocks"))
    assert len(rows) == len(blocks) == 300
    assert [row[:1] + row[2:] for row in rows] == [row[:1] + row[2:] for row in blocks]
    begin, begin_of_blocks = rows[0][1], blocks[0][1]
    tick_s = 1e-6 if hz > 100 else 1e-3
    for row, other in zip(rows, blocks, strict=True):
        assert abs(row[1] - begin - (other[1] - begin_of_blocks)) * tick_s <= max(tick_s, 0.25 / hz) + 20e-6


def test_golden_blocks(board):
    """Frames of rows of 16 and 32 bits with either check come out as the contract says."""
    blocks = board.load("blocks")
    for vector in golden("blocks.json"):
        letters = set(vector["f"])
        if not letters <= {"h", "i"} or len(vector["rows"]) > 8:
            continue
        board.lab.channels.clear()
        for index, letter in enumerate(vector["f"]):
            blocks.channel(f"c{index}", "", int, bits=16 if letter == "h" else 32)
        blocks._check = blocks.crc16 if vector["k"] == "crc16" else crc32
        measuring = blocks._Blocks(10, "x", None, None)
        last = len(vector["rows"]) - 1
        measuring._full, measuring._hold = 99, 65535  # all in one
        measuring._period = max(1, vector["span"] // max(1, last))
        board.sent = b""
        for index, values in enumerate(vector["rows"]):
            for one, value in zip(board.lab.channels, values, strict=True):
                one.last = value
            offset = vector["span"] * index // last if last else 0
            measuring.send(vector["seq"] + index, (vector["t"] + offset) % (1 << 30), values)
        measuring.finish()
        assert board.sent.hex() == vector["hex"], vector["why"]


def test_a_value_that_does_not_fit_is_missing_and_said(board):
    blocks = board.load("blocks")
    big = iter([32767, -32767, 32768, -32768, 70000, 5] + [0] * 9)
    blocks.channel("small", "", lambda: next(big))
    blocks.channel("wide", "", stop_after(board, 6, 70000), bits=32)
    blocks.run(10)
    decoder = Decoder()
    events = decoder.feed(board.sent) + decoder.close()
    rows = [row[2:] for event in events if isinstance(event, Samples) for row in event.rows]
    assert rows == [(n, 70000) for n in (32767, -32767, None, None, None, 5)]
    assert [event.text for event in events if isinstance(event, Fault)] == ["out of range"]


def test_a_row_off_the_beat_begins_another_block(board):
    blocks = board.load("blocks")
    delays = iter([0] * 20 + [12_000] + [0] * 99)
    blocks.channel("a", "", lambda: board.busy(next(delays)) or 1)
    blocks.channel("now", "us", lambda: board.us)
    blocks.channel("end", "", stop_after(board, 60, 1), bits=32)
    board.lab.channels[1].limit = None
    blocks._wide.append("now")
    blocks.run(1000)
    rows = taken(board)
    assert len(rows) == 60
    for row in rows[1:]:
        late = 12_000 if row[0] == 21 else 0
        assert abs(row[3] - row[1] - late) < 400, row  # microseconds; it was measured when the block says


def test_rows_that_come_alone_do_not_wait_for_others(board):
    blocks = board.load("blocks")
    pressed = iter([True] + [False] * 9 + [True] + [False] * 99)
    board.commands.append((19_000, b"s\n"))
    blocks.channel("a", "", lambda: 1)
    blocks.run(1000, when=lambda: next(pressed))
    assert [row[0] for row in taken(board)] == [1, 2]
    assert blocks._HOLD_US <= 65_535  # a span has 16 bits


# -- bursts ----------------------------------------------------------------------------------------------


def test_a_burst_measures_first_and_sends_then(board):
    burst = board.load("burst")
    board.byte_us = 87
    values = iter([*range(-200, 200)] * 2)
    for _burst in (1, 2):
        found = burst.burst("sound", "", lambda: (board.busy(40), next(values))[1], 400, 5000)
        assert list(found) == list(range(-200, 200))
    decoder = Decoder()
    events = decoder.feed(board.sent) + decoder.close()
    header = events[0]
    assert isinstance(header, Header) and header.is_burst and header.rate_hz == 5000
    rows = [row for event in events if isinstance(event, Samples) for row in event.rows]
    assert [row[0] for row in rows] == list(range(1, 801))
    assert [row[2] for row in rows] == list(range(-200, 200)) * 2
    gaps = [after[1] - before[1] for before, after in pairwise(rows)]
    assert all(abs(gap - 200) <= 10 for index, gap in enumerate(gaps) if index != 399)
    assert sum(gaps[:399]) == pytest.approx(399 * 200, abs=10)  # no drift
    assert gaps[399] > 400 * 10 * 87  # the sending of the first burst lies between them
    assert not any(isinstance(event, Gap | Text) for event in events)


def test_a_burst_that_is_too_fast_is_as_fast_as_it_can_and_says_so(board):
    burst = board.load("burst")
    burst.burst("sound", "", lambda: board.busy(1000) or 1, 50, 5000)
    rows = board.rows
    assert (rows[-1][1] - rows[0][1]) / 49 == pytest.approx(1000, abs=30)
    late = int(board.lines[-1].split()[1].partition("=")[2])
    assert late == pytest.approx(49 * 4, abs=50)


def test_the_last_row_of_a_burst_can_be_missed(board):
    burst = board.load("burst")
    burst.burst("sound", "", lambda: 1, 10, 5000)
    lines = board.sent.split(b"\n")
    lines = [line for line in lines if not line.startswith(b"10 ")]
    assert Gap(9, 1) in Decoder().feed(b"\n".join(lines))


@pytest.mark.parametrize(
    ("read", "count", "hz"),
    [(lambda: 40_000, 10, 1000), (lambda: 1, 0, 1000), (lambda: 1, 10, 1), (lambda: 1, 10, 1e6)],
)
def test_a_burst_that_cannot_be_is_refused(board, read, count, hz):
    burst = board.load("burst")
    with pytest.raises((ValueError, OverflowError)):
        burst.burst("sound", "", read, count, hz)
    assert board.rows == []


def test_a_sensor_that_fails_ends_its_burst_only(board):
    burst = board.load("burst")

    def fail() -> int:
        raise OSError("no answer")

    assert burst.burst("sound", "", fail, 10, 1000) is None
    assert burst.burst("sound", "", lambda: 1, 10, 1000) is not None
    assert any(line.startswith("#F ") and line.endswith(" sound no answer") for line in board.lines)
    assert len(board.rows) == 10


def test_stop_ends_a_program_of_bursts(board):
    burst = board.load("burst")
    burst.burst("sound", "", lambda: 1, 10, 1000)
    board.commands.append((0, b"s\n"))
    with pytest.raises(KeyboardInterrupt):
        burst.burst("sound", "", lambda: 1, 10, 1000)
    assert board.lines[-1] == "#Z 20"
