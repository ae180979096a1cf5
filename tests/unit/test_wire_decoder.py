"""The decoder against the golden vectors, on any split, and against a hostile stream."""

from __future__ import annotations

import dataclasses
import json
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hostile_stream import Verdict, damage, header_line, judge, stream
from hypothesis import given, settings
from hypothesis import strategies as st

from makerlab.wire.clock import TICKS_PERIOD
from makerlab.wire.decoder import CONFIRMING_ROWS, EARLY_ROWS, Decoder
from makerlab.wire.events import (
    End,
    Event,
    Fault,
    Gap,
    Header,
    Mark,
    Restart,
    Samples,
    Status,
    Text,
    Unsupported,
)
from makerlab.wire.header import parse_header
from makerlab.wire.lines import MAX_LINE_BYTES
from makerlab.wire.stream import StreamDecoder

GOLDEN = Path(__file__).parents[1] / "golden" / "wire"


def golden(name: str) -> list[dict[str, Any]]:
    return json.loads((GOLDEN / name).read_text(encoding="utf-8"))


STREAMS = {stream["name"]: stream for stream in golden("streams.json")}
ROWS = golden("rows.json")
HEADERS = {header["why"]: header["line"] for header in golden("headers.json")}
HEADER = HEADERS["the example of the specification"]
FASTER = HEADERS["the rate was changed before row 3"]
OTHER = HEADERS["one channel, no board identity"]
LATER_VERSION = HEADERS["a version to come"]


def stream_bytes(stream: dict[str, Any]) -> bytes:
    return bytes.fromhex(stream["hex"]) if "hex" in stream else stream["text"].encode()


def decode(*pieces: bytes, **options: bool) -> list[Event]:
    decoder = Decoder(**options)
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return merged(events + decoder.close())


def merged(events: list[Event]) -> list[Event]:
    """Neighbouring Samples as one: how they are batched depends on how the bytes arrived."""
    result: list[Event] = []
    for event in events:
        if isinstance(event, Samples) and result and isinstance(last := result[-1], Samples):
            result[-1] = Samples(last.rows + event.rows)
        else:
            result.append(event)
    return result


def as_golden(event: Event) -> dict[str, Any]:
    data = {"event": type(event).__name__.lower(), **dataclasses.asdict(event)}
    if isinstance(event, Header):
        del data["fields"]
        data["tick"] = {0.001: "ms", 1e-6: "us"}[data.pop("tick_s")]
        data["channels"] = [[c.name, c.unit, f"{c.scale:.{c.decimals}f}"] for c in event.channels]
    if isinstance(event, Samples):
        data["rows"] = [list(row) for row in event.rows]
    if isinstance(event, Restart):
        assert not data.pop("unplugged"), "no stream says that: it is known where the port is"
    return data


def line(seq: int, ticks: int, *values: int) -> bytes:
    """A row as the specification says it, written down apart from the decoder's arithmetic."""
    check = (seq * 31 + ticks) % 9973
    for value in values:
        check = (check * 31 + value) % 9973
    return f"{seq} {ticks} {' '.join(map(str, values))} {check}\r\n".encode()


def row(i: int) -> bytes:
    return line(i, 1000 + 100 * i, i % 7, 500)


@pytest.mark.parametrize("name", STREAMS)
def test_golden_streams(name: str) -> None:
    data = stream_bytes(STREAMS[name])
    assert [as_golden(event) for event in decode(data)] == STREAMS[name]["events"]


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_byte_by_byte_says_the_same(name: str) -> None:
    data = stream_bytes(STREAMS[name])
    assert decode(*(data[i : i + 1] for i in range(len(data)))) == decode(data)


@pytest.mark.parametrize("vector", ROWS, ids=lambda vector: vector["why"])
def test_golden_rows(vector: dict[str, Any]) -> None:
    """After whatever header has as many channels, each row is taken as it is."""
    columns = ",".join(f"c{n}//1" for n in range(len(vector["values"])))
    text = f"#K1 n=x t=ms c={columns}"
    check = 0
    for byte in text.encode():
        check = (check * 31 + byte) % 9973
    header = f"{text} {vector['seq']} {(check * 31 + vector['seq']) % 9973}\r\n{vector['line']}\r\n"
    samples = decode(header.encode(), from_start=False)[-1]
    assert samples == Samples([(vector["seq"], vector["t"], *vector["values"])])


@pytest.mark.parametrize("vector", golden("lines.json"), ids=lambda vector: vector["line"])
def test_golden_lines(vector: dict[str, Any]) -> None:
    event = Decoder().feed(f"{HEADER}\r\n{vector['line']}\r\n".encode())[-1]
    expected = {
        "event": lambda: Mark(vector["t"], vector["text"]),
        "fault": lambda: Fault(vector["t"], vector["channel"], vector["text"]),
        "status": lambda: Status(dict(vector["fields"])),
        "end": lambda: End(vector["seq"]),
    }
    assert event == expected[vector["kind"]]()


@pytest.mark.parametrize("vector", golden("headers.json"), ids=lambda vector: vector["why"])
def test_golden_headers(vector: dict[str, Any]) -> None:
    header = parse_header(vector["line"].encode())
    fields = dict(vector["fields"])
    if isinstance(header, Unsupported):
        assert (header.version, header.form) == (vector["version"], fields.get("f", "text"))
        return
    assert header is not None and header.fields == fields and header.next_seq == vector["seq"]
    specs = [f"{c.name}/{c.unit}/{c.scale:.{c.decimals}f}" for c in header.channels]
    assert specs == fields["c"].split(",")


@pytest.mark.parametrize("vector", golden("headers.json"), ids=lambda vector: vector["why"])
def test_no_single_flipped_bit_passes_for_a_header(vector: dict[str, Any]) -> None:
    line = bytearray(vector["line"].encode())
    good = parse_header(bytes(line))
    for place in range(len(line)):
        for bit in range(8):
            line[place] ^= 1 << bit
            assert parse_header(bytes(line)) in (None, good)
            line[place] ^= 1 << bit


@given(data=st.data())
def test_no_changed_character_passes_for_a_row(data: st.DataObject) -> None:
    """The check is a prime above every digit's weight: one wrong character in a row always shows."""
    good = row(2)
    place = data.draw(st.integers(0, len(good) - 3))
    bad = good[:place] + bytes([data.draw(st.integers(0, 255))]) + good[place + 1 :]
    events = decode(HEADER.encode() + b"\r\n", row(1), bad, row(3), b"#Z 3\r\n")
    found = [taken for event in events if isinstance(event, Samples) for taken in event.rows]
    same = bad.split() == good.split() and bad.count(b"\n") == 1
    assert (2, 1200, 2, 500) in found if same else (2,) not in [taken[:1] for taken in found]


NOISE = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"\n", b"\r\n", b"#", b"#K", b"#E 5 x\n", b"#F 5 light\n", b"#S a=1 b\n", b"#Z 7\n", b"#E x\n"]
    ),
    st.integers(1, 40).map(row),
    st.integers(1, 40).map(lambda i: row(i)[: i % 9]),
    st.sampled_from([HEADER, FASTER, OTHER, LATER_VERSION]).map(lambda text: text.encode() + b"\r\n"),
)


@given(
    pieces=st.lists(NOISE, max_size=60), cuts=st.lists(st.integers(0, 1500), max_size=20), early=st.booleans()
)
@settings(max_examples=300)
def test_any_bytes_on_any_split_say_the_same(pieces: list[bytes], cuts: list[int], early: bool) -> None:
    data = b"".join(pieces)
    places = [0, *sorted(cuts), len(data)]
    split = [data[a:b] for a, b in pairwise(places)]
    assert decode(*split, from_start=early) == decode(data, from_start=early)


@given(kept=st.sets(st.integers(1, 60)))
def test_every_missing_row_is_in_a_gap_at_its_place(kept: set[int]) -> None:
    """What is not taken is counted, and a row that another, or the end, comes soon after is taken for sure.

    One that stands alone may be given up: no more than its own check speaks for it.
    """
    sent = stream(60, 2, Random(1))
    lines = [line for line in sent.lines[1:] if int(line.split()[0]) in kept]
    verdict = judge(decode(sent.lines[0], *lines, sent.end), sent)
    assert verdict == Verdict(accepted=verdict.accepted, lost=60 - verdict.accepted)
    confirmed = sum(after - seq <= CONFIRMING_ROWS for seq, after in pairwise([*sorted(kept), 61]))
    assert confirmed <= verdict.accepted <= len(kept)


@pytest.mark.parametrize("end", [b"#Z 60\r\n", b""], ids=["the end is said", "the stream just ends"])
def test_a_lone_row_near_the_last_one_is_taken_when_nothing_more_comes(end: bytes) -> None:
    sent = stream(60, 2, Random(1))
    first, third = (n for n, line in enumerate(sent.lines) if line.split()[0] in (b"1", b"3"))
    verdict = judge(decode(sent.lines[0], sent.lines[first], sent.lines[third], end), sent)
    assert (verdict.accepted, verdict.wrong) == (2, 0)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_hostile_stream(channels: int) -> None:
    """The short edition of bench/stream.py: six faults in a hundred rows."""
    random = Random(20261124)
    sent = stream(20_000, channels, random)
    data, touched = damage(sent, 1_200, random)
    verdict = judge(decode(data, sent.end), sent)
    assert verdict.wrong == verdict.uncounted == 0
    assert verdict.lost <= min(1.1 * 1_200, touched + 5)


def test_joined_late_nothing_before_counts_as_lost() -> None:
    header = header_line(2, 129)
    late = [line(i, 20 * i, 1, 2) for i in range(127, 132)]
    decoder = Decoder(from_start=False)
    assert decoder.feed(b"27 3 2 98\r\n" + late[0] + late[1]) == [Text("27 3 2 98")]
    assert decoder.needs_header
    events = merged(decoder.feed(header + b"".join(late[2:])))
    assert [type(event) for event in events] == [Header, Samples]
    assert [taken[0] for taken in events[1].rows] == [127, 128, 129, 130, 131]
    assert not decoder.needs_header


def test_rows_without_a_header_are_not_kept_forever() -> None:
    decoder = Decoder()
    events = [event for i in range(1, EARLY_ROWS + 11) for event in decoder.feed(row(i))]
    assert events == [Text(row(i).decode().rstrip()) for i in range(1, 11)]
    assert len(decoder.close()) == EARLY_ROWS


def test_a_flood_without_line_ends_is_passed_on_in_pieces() -> None:
    decoder = Decoder()
    events = [event for _ in range(100) for event in decoder.feed(b"\xff" * 999)] + decoder.close()
    assert [len(event.line) for event in events if isinstance(event, Text)] == [
        *[MAX_LINE_BYTES] * (99_900 // MAX_LINE_BYTES), 99_900 % MAX_LINE_BYTES
    ]  # fmt: skip


def test_a_late_row_is_taken_when_the_next_confirms_it() -> None:
    """As after a pause: the right number, a minute later."""
    start = HEADER.encode() + b"\r\n" + line(1, 1000, 5, 5)
    decoder = Decoder()
    assert len(decoder.feed(start)) == 2
    assert decoder.feed(line(2, 61_000, 5, 5)) == []
    assert decoder.feed(line(3, 61_100, 5, 5)) == [Samples([(2, 61_000, 5, 5), (3, 61_100, 5, 5)])]


@pytest.mark.parametrize("start", [1564, TICKS_PERIOD - 30])
def test_board_time_that_slips_back_a_little_is_no_new_period(start: int) -> None:
    """As an emulated micro:bit V1 sent it: 1564, 1546, 1567; with two such rows, and over the wrap."""
    ticks = [start, start - 18, start - 5, start + 3, start + 53]
    lines = [line(seq, tick % TICKS_PERIOD, 5, 5) for seq, tick in enumerate(ticks, 1)]
    (samples,) = [event for event in decode(HEADER.encode() + b"\r\n", *lines) if isinstance(event, Samples)]
    assert [row[1] for row in samples.rows] == [start, start, start, start + 3, start + 53]


def test_a_lone_row_out_of_nowhere_is_not_taken() -> None:
    """Its check is right, but nothing else fits it."""
    wild = line(5000, 777, 1, 1)
    events = decode(HEADER.encode() + b"\r\n", row(1), wild, row(2), row(3))
    assert [taken[0] for event in events if isinstance(event, Samples) for taken in event.rows] == [1, 2, 3]
    assert Text(wild.decode().rstrip()) in events


# -- every transition --------------------------------------------------------------------------------

H = HEADER.encode() + b"\r\n"
NOTHING, BEGUN, RUNNING, HOLDING = b"", H, H + row(1), H + row(1) + row(5)
"""What a decoder may have heard: no header yet, a header, a row, a row that jumps and waits."""


def said(events: list[Event]) -> list[str]:
    """The events in short."""
    words = []
    for event in events:
        if isinstance(event, Samples):
            words.append("rows " + " ".join(str(taken[0]) for taken in event.rows))
        elif isinstance(event, Gap):
            words.append(f"gap {event.after_seq}+{event.lost}")
        elif isinstance(event, Header):
            words.append(f"header {event.rate_hz:g} Hz")
        elif isinstance(event, End):
            words.append(f"end {event.seq}")
        else:
            words.append(type(event).__name__.lower())
    return words


@pytest.mark.parametrize(
    ("before", "data", "expected"),
    [
        # no header yet
        (NOTHING, row(1), []),
        (NOTHING, b"#E 5 x\n", ["text"]),
        (NOTHING, b"#Z 5\n", ["text"]),
        (NOTHING, row(1) + H, ["header 10 Hz", "text"]),  # of a program that ran before
        (NOTHING, row(7) + row(1) + row(2) + header_line(2, 3), ["header 50 Hz", "text", "rows 1 2"]),
        (NOTHING, row(1) + header_line(2, 3), ["header 50 Hz", "rows 1", "gap 1+1"]),
        (NOTHING, line(1, 5, 5) + H, ["header 10 Hz", "text"]),
        (NOTHING, header_line(2, 3), ["header 50 Hz", "gap 0+2"]),
        # a header, no row
        (BEGUN, row(1), ["rows 1"]),
        (BEGUN, row(2), []),
        (BEGUN, row(2) + row(3), ["gap 0+1", "rows 2 3"]),
        (BEGUN, line(1, 5, 5), ["text"]),
        (BEGUN, b"#Z 0\n", ["end 0"]),
        (BEGUN, b"#E 5 x\n#F 6 light off\n#S late=1\n", ["mark", "fault", "status"]),
        (BEGUN, H, []),
        # rows are coming
        (RUNNING, row(2), ["rows 2"]),
        (RUNNING, row(1), []),  # again: it may be that the board began anew
        (RUNNING, row(1) + row(2), ["text", "rows 2"]),
        (RUNNING, line(1, 7, 1, 1) + line(2, 8, 1, 1), ["restart", "rows 1 2"]),
        (RUNNING, line(2, 7, 1, 1) + line(3, 8, 1, 1), ["rows 2 3"]),  # board time went past its period
        (RUNNING, line(7, 7, 1, 1) + line(8, 8, 1, 1), ["restart", "gap 0+6", "rows 7 8"]),
        (RUNNING, H, ["restart", "header 10 Hz"]),
        (RUNNING, FASTER.encode() + b"\n", ["gap 1+1", "header 20 Hz"]),
        (RUNNING, row(2) + FASTER.encode() + b"\n" + row(3), ["rows 2", "header 20 Hz", "rows 3"]),
        (RUNNING, OTHER.encode() + b"\n" + line(1, 5, 5), ["restart", "header 1 Hz", "rows 1"]),
        (RUNNING, OTHER.encode() + b"\n" + row(2), ["restart", "header 1 Hz", "text"]),
        (RUNNING, LATER_VERSION.encode() + b"\n" + row(2), ["unsupported"]),
        (RUNNING, LATER_VERSION.encode() + b"\n" + row(2) + FASTER.encode() + b"\n",
         ["unsupported", "header 20 Hz", "rows 2"]),
        (RUNNING, b"#Z 1\n", ["end 1"]),
        (RUNNING, b"#Z 3\n", ["gap 1+2", "end 3"]),
        (RUNNING, b"#Z 0\n", ["text"]),
        (RUNNING, b"#Z\n#Z x\n#Y 5\n#\n", ["text"] * 4),
        (RUNNING, header_line(2, 9) + line(9, 7, 1, 1) + line(10, 8, 1, 1),
         ["gap 1+7", "header 50 Hz", "restart", "gap 0+8", "rows 9 10"]),
        # a row waits to be confirmed
        (HOLDING, row(6), ["gap 1+3", "rows 5 6"]),
        (HOLDING, row(37), ["gap 1+3", "rows 5", "gap 5+31", "rows 37"]),
        (HOLDING, row(38), []),
        (HOLDING, row(2), ["text", "rows 2"]),
        (HOLDING, row(60) + row(61), ["text", "gap 1+58", "rows 60 61"]),
        (HOLDING, b"hello\n" + row(6), ["text", "gap 1+3", "rows 5 6"]),
        (HOLDING, header_line(2, 7), ["gap 1+3", "rows 5", "gap 5+1", "header 50 Hz"]),
        (HOLDING, H, ["text", "restart", "header 10 Hz"]),
        (HOLDING, FASTER.encode() + b"\n", ["text", "gap 1+1", "header 20 Hz"]),
        (HOLDING, b"#Z 5\n", ["gap 1+3", "rows 5", "end 5"]),
        (HOLDING, b"#Z 90\n", ["gap 1+3", "rows 5", "gap 5+85", "end 90"]),
        (HOLDING, b"#Z 4\n", ["text", "gap 1+3", "end 4"]),
        (HOLDING, row(50) + row(100) + row(150) + row(200), ["text"]),
    ],
)  # fmt: skip
def test_every_transition(before: bytes, data: bytes, expected: list[str]) -> None:
    decoder = Decoder()
    decoder.feed(before)
    events = merged(decoder.feed(data))
    assert said(events) == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (NOTHING + row(1), ["text"]),
        (BEGUN + row(2), ["gap 0+1", "rows 2"]),
        (RUNNING + row(2).rstrip(), ["rows 2"]),
        (RUNNING + row(2)[:-4], ["text"]),
        (HOLDING, ["gap 1+3", "rows 5"]),
        (RUNNING + row(50), ["text"]),
    ],
)
def test_every_transition_at_the_close(before: bytes, expected: list[str]) -> None:
    decoder = Decoder()
    decoder.feed(before)
    assert said(decoder.close()) == expected


# -- restarts, changes, board time -------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, TICKS_PERIOD - 1)), min_size=1, max_size=5))
def test_each_life_of_a_board_is_whole_and_has_its_own_time(lives: list[tuple[int, int]]) -> None:
    """Reset in between, at any place: nothing is lost, nothing is wrong, and it is said."""
    data = b""
    expected: list[list[tuple[int, ...]]] = []
    for count, begin in lives:
        ticks = [begin + 100 * seq for seq in range(1, count + 1)]
        data += H + b"".join(line(n, t % TICKS_PERIOD, n, 7) for n, t in enumerate(ticks, 1))
        first = ticks[0] // TICKS_PERIOD * TICKS_PERIOD  # whoever joins counts from what the wire says
        expected.append([(n, t - first, n, 7) for n, t in enumerate(ticks, 1)])
    found: list[list[tuple[int, ...]]] = [[]]
    for event in decode(data):
        assert isinstance(event, Header | Samples | Restart)
        if isinstance(event, Restart):
            found.append([])
        elif isinstance(event, Samples):
            found[-1] += event.rows
    assert found == expected


@given(
    begin=st.integers(0, TICKS_PERIOD - 1),
    steps=st.lists(st.integers(0, TICKS_PERIOD // 2 - 1), min_size=2, max_size=40),
    lost=st.sets(st.integers(2, 39)),
)
def test_ticks_go_on_where_board_time_begins_anew(begin: int, steps: list[int], lost: set[int]) -> None:
    """However often it passes 2**30, with rows lost around it, as long as two that arrive in turn are less
    than half of that apart."""
    times = [begin]
    kept = [1]
    for seq, step in enumerate(steps, 2):
        gone = seq in lost and seq < len(steps) + 1
        times.append(times[-1] + (0 if gone else step))
        kept += [] if gone else [seq]
    data = b"".join(line(seq, times[seq - 1] % TICKS_PERIOD, 1, 1) for seq in kept)
    rows = [taken for event in decode(H + data) if isinstance(event, Samples) for taken in event.rows]
    if len(rows) == len(kept):  # a row next to a long silence may be given up; none may be misdated
        assert [taken[0] for taken in rows] == kept
    assert [taken[1] for taken in rows] == [times[taken[0] - 1] for taken in rows]


def test_a_form_to_come_passes_without_harm() -> None:
    """Frames that begin and end with C0, and anything in between. No row, no plain print."""
    header = HEADERS["a form to come"].encode() + b"\r\n"
    frames = b"".join(b"\xc0" + row(n) + b"1,2\n3,4\n5,6\n" + bytes(range(256)) + b"\xc0" for n in range(50))
    decoder = StreamDecoder()
    events = decoder.feed(header + frames, 0.0)
    assert events[0] == Unsupported(1, "delta", "crc16")
    assert {type(event) for event in events[1:]} == {Text}
    assert decoder.header is None and not decoder.is_plain
    restart = decoder.feed(b"\n" + H + row(1), 1.0)
    assert [type(event) for event in restart[-2:]] == [Header, Samples]


def test_plain_prints_before_a_form_to_come_end_there() -> None:
    decoder = StreamDecoder()
    decoder.feed(b"T: 1\nT: 2\nT: 3\n", 0.0)
    assert decoder.is_plain
    events = decoder.feed(LATER_VERSION.encode() + b"\nT: 4\n", 1.0)
    assert events == [Unsupported(2, "text", "31m9973"), Text("T: 4")]
    assert decoder.header is None
