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

from makerlab.wire.decoder import EARLY_ROWS, Decoder
from makerlab.wire.events import Event, Header, Samples, Text, Unsupported
from makerlab.wire.header import parse_header
from makerlab.wire.lines import MAX_LINE_BYTES

GOLDEN = Path(__file__).parents[1] / "golden" / "wire"


def golden(name: str) -> list[dict[str, Any]]:
    return json.loads((GOLDEN / name).read_text(encoding="utf-8"))


STREAMS = {stream["name"]: stream for stream in golden("streams.json")}
ROWS = golden("rows.json")
HEADER = next(h["line"] for h in golden("headers.json") if h["why"].startswith("the example"))


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
    assert (2, 1200, 2, 500) in found if bad.split() == good.split() else (2,) not in [r[:1] for r in found]


NOISE = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"\n", b"\r\n", b"#", b"#K", b"#E 5 x\n", b"#F 5 light\n", b"#S a=1 b\n", b"#Z 7\n", b"#E x\n"]
    ),
    st.integers(1, 40).map(row),
    st.integers(1, 40).map(lambda i: row(i)[: i % 9]),
    st.just(HEADER.encode() + b"\r\n"),
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
    sent = stream(60, 2, Random(1))
    lines = [line for line in sent.lines[1:] if int(line.split()[0]) in kept]
    verdict = judge(decode(sent.lines[0], *lines, sent.end), sent)
    assert verdict == Verdict(accepted=len(kept), lost=60 - len(kept))


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


def test_a_lone_row_out_of_nowhere_is_not_taken() -> None:
    """Its check is right, but nothing else fits it."""
    wild = line(5000, 777, 1, 1)
    events = decode(HEADER.encode() + b"\r\n", row(1), wild, row(2), row(3))
    assert [taken[0] for event in events if isinstance(event, Samples) for taken in event.rows] == [1, 2, 3]
    assert Text(wild.decode().rstrip()) in events


def test_ticks_go_on_where_board_time_begins_anew() -> None:
    top = 1 << 30
    lines = [line(i, (top - 250 + 100 * i) % top, 1, 1) for i in range(1, 6)]
    events = decode(HEADER.encode() + b"\r\n", *lines)
    assert [taken[1] for event in events if isinstance(event, Samples) for taken in event.rows] == [
        top - 250 + 100 * i for i in range(1, 6)
    ]
