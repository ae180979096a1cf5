"""lab.py and its V1 edition on the genuine runtimes: the same behaviour, seen from the computer's end."""

from __future__ import annotations

import pytest
from golden_program import EXPECTED, HEADERS, ROWS, SOURCE, channels, kept
from programs_on_boards import Program, esp32, rows, v1

from makerlab.repl.session import Session
from makerlab.wire.clock import TICKS_PERIOD
from makerlab.wire.decoder import Decoder
from makerlab.wire.events import End, Event, Fault, Header, Samples, Status

__all__ = ["esp32", "v1"]  # fixtures

MAX_V1_BYTES = 1100
"""Of the V1's 9,400, so that the learner's program has room."""


@pytest.fixture(params=["esp32", "v1"])
def board(request: pytest.FixtureRequest) -> Session:
    return request.getfixturevalue(request.param)


def decoded(lines: list[str]) -> list[Event]:
    decoder = Decoder()
    events = decoder.feed("".join(line + "\r\n" for line in lines).encode())
    return events + decoder.close()


def taken(lines: list[str]) -> list[tuple[int | float | None, ...]]:
    return [row for event in decoded(lines) if isinstance(event, Samples) for row in event.rows]


# -- the wire to the letter --------------------------------------------------------------------------------


def test_golden_vectors_on_micropython(esp32):
    program = Program(esp32, SOURCE)
    assert kept(program.rest()) == EXPECTED
    assert program.traceback == ""


# A V1 numbers its rows from 1 on and has no function that makes one row; so every vector is a short run, in
# which time stands still, ended by Ctrl-C from within.
V1_ROWS = [row for row in ROWS if row["seq"] < 200]


@pytest.mark.parametrize("row", V1_ROWS, ids=lambda row: row["why"])
def test_golden_rows_on_a_v1(v1, row):
    reads = "\n".join(
        f"def r{i}():\n {'raise OSError' if value is None else f'return {value}'}"
        for i, value in enumerate(row["values"])
    )
    source = f"""
import lab
left = {row["seq"]}
{reads}
def first():
 global left
 left -= 1
 if left < 0:
  raise KeyboardInterrupt
 return r0()
lab.ticks_ms = lambda: {row["t"]}
""" + "\n".join(f"lab.channel('c', '', {f'r{i}' if i else 'first'})" for i in range(len(row["values"])))
    program = Program(v1, source + "\nlab.run(1000)\n")
    lines = program.rest()
    assert program.traceback == ""
    assert [line for line in lines if line[0].isdigit()][-1] == row["line"]
    assert lines[-1] == f"#Z {row['seq']}"


V1_HEADERS = [h for h in HEADERS if "b" not in dict(h["fields"]) and dict(h["fields"])["t"] == "ms"]


@pytest.mark.parametrize("header", V1_HEADERS, ids=lambda header: header["why"])
def test_golden_headers_on_a_v1(v1, header):
    fields = dict(header["fields"])
    lines = [f"channel({n!r}, {u!r}, int, {scale})" for n, u, scale in channels(header)]
    program = Program(
        v1, "from lab import *\n" + "\n".join(lines) + f"\nrun({fields['hz']}, {fields['n']!r})"
    )
    assert program.until("#K1")[-1] == header["line"]
    program.send(b"s\n")
    program.rest()


# -- one run, whole ----------------------------------------------------------------------------------------

UNSTEADY = """
from lab import channel, event, run
n = 0
def unsteady():
    global n
    n += 1
    if n in (3, 4, 8):
        raise OSError('没有回答')
    if n == 6:
        event('打开盖子')
    return -n
channel('温度', '°C', unsteady, 0.5)
channel('键', '', lambda: True)
run(100, '实验')
"""


def test_names_faults_events_and_the_end(board):
    program = Program(board, UNSTEADY)
    lines = program.until("10 ")
    program.send(b"s\n")
    lines += program.rest()
    assert program.traceback == ""
    events = decoded(lines)
    header = events[0]
    assert isinstance(header, Header) and (header.name, header.rate_hz) == ("实验", 100)
    assert [(c.name, c.unit, c.scale) for c in header.channels] == [("温度", "°C", 0.5), ("键", "", 1)]
    assert [row[2:] for row in taken(lines)[:10]] == [
        (None if n in (3, 4, 8) else -n, 1) for n in range(1, 11)
    ]
    assert [(event.channel, event.text) for event in events if isinstance(event, Fault)] == [
        ("温度", "没有回答")
    ] * 2
    assert [line.split(" ", 2)[2] for line in lines if line.startswith("#E")] == ["打开盖子"]
    assert events[-1] == End(len(taken(lines)))


STEADY = "from lab import channel, run\nchannel('a', '', lambda: 1)\nrun({hz})\n"


def test_stop_pause_go_rate_and_header(board):
    program = Program(board, STEADY.format(hz=100))
    lines = program.until("3 ")
    program.send(b"p\n")
    program.send(b"h\n")
    lines += program.until("#K1")
    lines += program.until("#S")
    last = rows(lines)[-1][0]
    for _ in range(20):  # paused: asked again and again, it never has a row in between
        program.send(b"h\n")
        lines = program.until("#S")
        assert not rows(lines) and lines[0].split()[-2] == str(int(last) + 1)
    program.send(b"g\n")
    lines = program.until(f"{int(last) + 2} ")
    assert rows(lines)[0][0] == str(int(last) + 1)
    program.send(b"r 12.5\n")
    assert " hz=12.5 " in program.until("#K1")[-1]
    program.send(b"s\n")
    end = program.rest()[-1]
    assert end.startswith("#Z ") and program.traceback == ""


def test_ctrl_c_ends_it_as_stop_does(board):
    program = Program(board, STEADY.format(hz=1000))
    lines = program.until("20 ")
    program.interrupt()
    lines += program.rest()
    assert program.traceback == ""
    assert decoded(lines)[-1] == End(int(lines[-1].split()[1]))
    assert int(lines[-1].split()[1]) - len(rows(lines)) in (0, 1)  # a row that was cut is counted


SLOW = """
import utime
def slow():
    utime.sleep_ms(7)
    return 1
"""


def test_a_rate_too_high_is_kept_as_well_as_it_can_be_and_counted(board):
    program = Program(board, SLOW + STEADY.format(hz=1000).replace("lambda: 1", "slow"))
    lines = program.until("20 ")
    program.send(b"h\n")
    lines += program.until("#S")
    program.send(b"s\n")
    program.rest()
    status = [event for event in decoded(lines) if isinstance(event, Status)][-1]
    times = [row[1] for row in taken(lines)]
    count, span_ms = len(times) - 1, times[-1] - times[0]
    unit = 1000 if "t=us" in lines[0] else 1
    assert int(status.fields["late"]) == pytest.approx(span_ms / unit - count, abs=9)


# -- the V1's memory and pace, both in its own time --------------------------------------------------------


@pytest.mark.parametrize("how", ["import lab", "from lab import channel, event, run"])
def test_the_v1_edition_leaves_memory_for_the_program(v1, how):
    v1.restart()
    used = v1.exec(
        f"import gc\ngc.collect()\nbefore = gc.mem_free()\n{how}\ngc.collect()\nprint(before - gc.mem_free())"
    )
    assert int(used) <= MAX_V1_BYTES


def test_a_run_on_a_v1_takes_no_memory_as_it_goes_on(v1):
    program = Program(
        v1,
        "import gc\nfrom lab import channel, run\n"
        "def free():\n gc.collect()\n return gc.mem_free()\n"
        "channel('free', 'B', free)\nrun(50)\n",
    )
    lines = program.until("300 ")
    program.send(b"s\n")
    program.rest()
    free = [row[2] for row in taken(lines)]
    assert min(free[-50:]) >= free[2] - 16  # one block, more or less, is what the collector's guesses make


@pytest.mark.parametrize("hz", [3, 50, 100])
def test_a_v1_keeps_the_rate(v1, hz):
    """In its own time, counted in instructions here: no row is off by more than one turn of the loop."""
    program = Program(
        v1,
        "from lab import channel, run\nfrom utime import ticks_us\n"
        f"channel('now', 'us', ticks_us)\nrun({hz})\n",
    )
    lines = program.until("120 ")
    program.send(b"s\n")
    program.rest()
    times = [row[2] for row in taken(lines)][1:]  # the first row is late by the header before it
    for index, at in enumerate(times):
        assert abs((at - times[0]) % TICKS_PERIOD - 1_000_000 * index / hz) <= 1000
