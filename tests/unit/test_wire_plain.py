"""Plain prints of other plotters' programs: what is data, and above all what is not."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makerlab.i18n import set_language
from makerlab.wire.clock import ClockFit
from makerlab.wire.events import Event, Header, Samples, Text
from makerlab.wire.stream import StreamDecoder

GOLDEN = json.loads(
    (Path(__file__).parents[1] / "golden" / "wire" / "streams.json").read_text(encoding="utf-8")
)
BASIC: str = next(stream["text"] for stream in GOLDEN if stream["name"] == "basic")

BOOT_LOG = """\
ets Jul 29 2019 12:21:46

rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)
configsip: 0, SPIWP:0xee
clk_drv:0x00,q_drv:0x00,d_drv:0x00,cs0_drv:0x00,hd_drv:0x00,wp_drv:0x00
mode:DIO, clock div:2
load:0x3fff0030,len:4892
ho 0 tail 12 room 4
load:0x40078000,len:14896
entry 0x40080698
Guru Meditation Error: Core  1 panic'ed (LoadProhibited). Exception was unhandled.
Core  1 register dump:
PC      : 0x400d1f1c  PS      : 0x00060630  A0      : 0x800d2081  A1      : 0x3ffb2180
Backtrace: 0x400d1f19:0x3ffb2180 0x400d207e:0x3ffb21a0
MicroPython v1.28.0 on 2026-04-06; Generic ESP32 module with ESP32
Type "help()" for more information.
>>>"""

TRACEBACK = """\
Traceback (most recent call last):
  File "<stdin>", line 7, in <module>
  File "<stdin>", line 3, in read
ValueError: 5
OSError: 19
KeyError: 3"""

PROSE = """\
Measuring starts at 12:30
The temperature is 23.5 today
1. Put the sensor into the water
It costs 3, 4 or 5
IP address: 192.168.4.1
http://192.168.4.1:80/
你好，今天是 2026 年
1 + 2 = 3
x = [1, 2, 3]
version 1.2.3
--------"""


def feed(*lines: str, start: float = 10.0, step: float = 0.5) -> list[Event]:
    decoder = StreamDecoder()
    events: list[Event] = []
    for number, line in enumerate(lines):
        events += decoder.feed(line.encode() + b"\r\n", start + step * number)
    return events + decoder.close()


def table(events: list[Event]) -> tuple[list[tuple[str, str]], list[tuple[Any, ...]]]:
    """Names and units of the channels, and the values of all rows."""
    (header,) = [event for event in events if isinstance(event, Header)]
    rows = [row[2:] for event in events if isinstance(event, Samples) for row in event.rows]
    return [(channel.name, channel.unit) for channel in header.channels], rows


@pytest.mark.parametrize(
    ("lines", "channels", "rows"),
    [
        # Arduino
        (["1,2", "3,4", "5,6", "7,8"], ["value 1", "value 2"], [(1, 2), (3, 4), (5, 6), (7, 8)]),
        (["23.5", "23.25", "-4"], ["value"], [(23.5,), (23.25,), (-4,)]),
        (["1\t2.5", "3\t4", "5\t6"], ["value 1", "value 2"], [(1, 2.5), (3, 4), (5, 6)]),
        (["a:1,b:2", "a:3,b:4", "a:5,b:6"], ["a", "b"], [(1, 2), (3, 4), (5, 6)]),
        (["min:0 max:10 t:4", "min:0 max:10 t:5", "min:0 max:10 t:6"], ["min", "max", "t"],
         [(0, 10, 4), (0, 10, 5), (0, 10, 6)]),
        (["T:20.5\tH:nan", "T:21\tH:40", "T:22\tH:41"], ["T", "H"], [(20.5, None), (21, 40), (22, 41)]),
        # Mu
        (["(1, 2)", "(3, 4)", "(-5, 6)"], ["value 1", "value 2"], [(1, 2), (3, 4), (-5, 6)]),
        (["(1,)", "(2,)", "(3,)"], ["value"], [(1,), (2,), (3,)]),
        # Thonny
        (["Random: 1.5", "Random: 2", "Random: 1e3"], ["Random"], [(1.5,), (2,), (1000.0,)]),
        (["Random walk: 1.5 just any: 2", "Random walk: 2 just any: 3", "Random walk: 3 just any: 4"],
         ["Random walk", "just any"], [(1.5, 2), (2, 3), (3, 4)]),
        # MakeCode's "serial write value": one name a line
        (["x:1", "y:2", "x:3", "y:4", "x:5", "y:6"], ["x", "y"], [(1, 2), (3, 4), (5, 6)]),
        # Chinese, full width
        (["温度：23.5，湿度：40", "温度：24，湿度：41", "温度：25，湿度：42"], ["温度", "湿度"],
         [(23.5, 40), (24, 41), (25, 42)]),
    ],
)  # fmt: skip
def test_prints_of_other_plotters(lines: list[str], channels: list[str], rows: list[tuple[Any, ...]]) -> None:
    set_language("en")
    names, found = table(feed(*lines))
    assert [name for name, _unit in names] == channels
    assert found == rows


@pytest.mark.parametrize(
    ("line", "channel"),
    [
        (">temp:23.5", ("temp", "")),
        (">temp:23.5§°C", ("temp", "°C")),
        (">temp:1627551892437:23.5§°C|g", ("temp", "°C")),
        ("temp: 23.5 °C", ("temp", "°C")),
        ("Temperature (water) = 23.5C", ("Temperature (water)", "C")),
        ("pm2.5: 23.5 µg/m³", ("pm2.5", "µg/m³")),
        ("温度: 23.5℃", ("温度", "℃")),
    ],
)
def test_names_and_units(line: str, channel: tuple[str, str]) -> None:
    assert table(feed(line, line, line)) == ([channel], [(23.5,)] * 3)


def test_time_is_that_of_arrival_and_no_step_is_lost() -> None:
    events = feed("x:1", "y:2", "x:3", "y:4", "x:5", "y:6", "x:7", start=100.0, step=0.25)
    header = next(event for event in events if isinstance(event, Header))
    assert header.is_plain and header.rate_hz is None
    rows = [row for event in events if isinstance(event, Samples) for row in event.rows]
    assert [row[0] for row in rows] == [1, 2, 3, 4]
    assert [row[1] * header.tick_s for row in rows] == pytest.approx([100.0, 100.5, 101.0, 101.5])
    assert rows[-1][2:] == (7, None)  # the stream ended in the middle of a row


def test_prints_fit_the_clock_exactly() -> None:
    clock = ClockFit(1e-6)
    for number in range(100):
        at = 5.0 + 0.1 * number
        clock.add([(number + 1, round(at * 1e6), 0)], at)
    assert clock.rate == pytest.approx(1.0, abs=1e-6)
    assert clock.achieved_hz() == pytest.approx(10.0)


@pytest.mark.parametrize("text", [BOOT_LOG, TRACEBACK, PROSE])
def test_logs_tracebacks_and_prose_stay_text_however_often_they_come(text: str) -> None:
    lines = text.splitlines()
    assert feed(*lines * 4) == [Text(line) for line in lines * 4]


def test_other_lines_between_data_stay_text() -> None:
    lines = [
        "T: 1",
        "T: 2",
        "T: 3",
        "Traceback (most recent call last):",
        "ValueError: 5",
        "Loops: 3",
        "T: 4",
    ]
    events = feed(*lines)
    assert table(events) == ([("T", "")], [(1,), (2,), (3,), (4,)])
    assert [event.line for event in events if isinstance(event, Text)] == lines[:6]


def test_bare_numbers_must_follow_each_other() -> None:
    lines = ["1", "done", "2", "done", "3", "4 5", "6"]
    assert feed(*lines) == [Text(line) for line in lines]


def test_names_seen_once_are_no_channels() -> None:
    names, _rows = table(feed("Loops: 5", "T: 1", "T: 2", "T: 3"))
    assert names == [("T", "")]


def test_a_header_of_the_wire_settles_it() -> None:
    events = feed("boot 1", "T: 1", "T: 2", "T: 3", *BASIC.splitlines())
    headers = [event for event in events if isinstance(event, Header)]
    assert [header.form for header in headers] == ["plain", "text"]
    assert sum(len(event.rows) for event in events if isinstance(event, Samples)) == 3 + 3


def test_rows_of_the_wire_are_no_plain_prints() -> None:
    rows = [line for line in BASIC.splitlines() if not line.startswith("#")]
    decoder = StreamDecoder()
    assert decoder.feed("\r\n".join([*rows, ""]).encode(), 0.0) == []
    assert decoder.needs_header
    assert decoder.close() == [Text(row) for row in rows]


@given(data=st.binary(), cuts=st.lists(st.integers(0, 200)))
def test_any_split_says_the_same(data: bytes, cuts: list[int]) -> None:
    stream = b"x:1\ny:2\nx:3\ny:4\nx:5\n" + data + b"\n" + BASIC.encode() + data
    whole, split = StreamDecoder(), StreamDecoder()
    expected = whole.feed(stream, 1.0) + whole.close()
    places = [0, *sorted(cuts), len(stream)]
    pieces = (stream[a:b] for a, b in pairwise(places))
    found = [event for piece in pieces for event in split.feed(piece, 1.0)] + split.close()
    assert _merged(found) == _merged(expected)


PRINTS = st.sampled_from(
    ["1,2", "x:1", "y: 2 °C", "(1, 2)", ">t:5§C", "nan", "hello", "", "5", ": 3", "[]", "x:"]
)


@given(lines=st.lists(PRINTS | st.text(max_size=30)))
def test_never_raises(lines: list[str]) -> None:
    events = feed(*(line.replace("\n", " ") for line in lines))
    header = next((event for event in events if isinstance(event, Header)), None)
    for event in events:
        if isinstance(event, Samples) and header is not None:
            assert all(len(row) == 2 + len(header.channels) for row in event.rows)


def _merged(events: list[Event]) -> list[Event]:
    result: list[Event] = []
    for event in events:
        if isinstance(event, Samples) and result and isinstance(last := result[-1], Samples):
            result[-1] = Samples(last.rows + event.rows)
        else:
            result.append(event)
    return result
