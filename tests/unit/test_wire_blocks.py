"""Blocks: the golden vectors, any split, and a hostile line."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hostile_stream import Verdict, block_frame, block_header_line, block_stream, damage, judge
from hypothesis import given, settings
from hypothesis import strategies as st

from makerlab.wire.blocks import MAX_ROWS, BlockForm
from makerlab.wire.decoder import CONFIRMING_BLOCKS, Decoder
from makerlab.wire.events import Event, Gap, Header, Mark, Restart, Samples, Text, Unsupported
from makerlab.wire.stream import StreamDecoder

GOLDEN = Path(__file__).parents[1] / "golden" / "wire" / "blocks.json"
VECTORS: list[dict[str, Any]] = json.loads(GOLDEN.read_text(encoding="utf-8"))

H = block_header_line(2, 1)
END = b"#Z %d\r\n"


def form_of(vector: dict[str, Any]) -> BlockForm:
    form = BlockForm.of({"f": vector["f"], "m": "8", "k": vector["k"]}, len(vector["f"]))
    assert form is not None
    return form


def block(first: int, count: int = 4) -> bytes:
    """Rows of two channels, ten ticks apart."""
    rows = [(seq % 7, -seq % 100) for seq in range(first, first + count)]
    return block_frame(first, 1000 + 10 * first, 10 * (count - 1), rows)


def rows_of(events: list[Event]) -> list[tuple[Any, ...]]:
    return [row for event in events if isinstance(event, Samples) for row in event.rows]


def decode(*pieces: bytes) -> list[Event]:
    decoder = Decoder()
    return [event for piece in pieces for event in decoder.feed(piece)] + decoder.close()


def merged(events: list[Event]) -> list[Event]:
    result: list[Event] = []
    for event in events:
        if isinstance(event, Samples) and result and isinstance(last := result[-1], Samples):
            result[-1] = Samples(last.rows + event.rows)
        else:
            result.append(event)
    return result


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["why"])
def test_golden_blocks(vector: dict[str, Any]) -> None:
    frame = bytes.fromhex(vector["hex"])
    assert frame[:1] == frame[-1:] == b"\xc0" and b"\x04" not in frame and b"\xc0" not in frame[1:-1]
    found = form_of(vector).parse(frame[1:-1])
    assert found is not None
    assert (found.seq, found.ticks, found.span) == (vector["seq"] % 65536, vector["t"], vector["span"])
    rows = found.rows(vector["seq"], vector["t"])
    assert [list(row[2:]) for row in rows] == vector["rows"]
    assert [row[0] for row in rows] == list(range(vector["seq"], vector["seq"] + len(rows)))
    assert rows[0][1] == vector["t"] and rows[-1][1] == vector["t"] + vector["span"]


def test_times_between_the_first_and_the_last_row_are_even() -> None:
    (vector,) = [vector for vector in VECTORS if vector["why"] == "microseconds, times not whole"]
    found = form_of(vector).parse(bytes.fromhex(vector["hex"])[1:-1])
    assert found is not None and [row[1] for row in found.rows(1, 5000)] == [5000, 5333, 5666, 6000]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["why"])
def test_no_changed_byte_passes_for_a_block(vector: dict[str, Any]) -> None:
    """Both checks find every error of up to 16 bits in a row; escaped bytes that change meet it as two."""
    good = bytes.fromhex(vector["hex"])[1:-1]
    form = form_of(vector)
    for place in range(len(good)):
        for bit in range(8):
            bad = good[:place] + bytes([good[place] ^ 1 << bit]) + good[place + 1 :]
            found = form.parse(bad)
            assert found is None or b"\xdb" in good + bad  # an escape that is one no more moves all behind it


@pytest.mark.parametrize(
    "fields",
    [
        {"f": "h", "m": "8", "k": "crc16"},
        {"f": "hhh", "m": "8", "k": "crc16"},
        {"f": "hx", "m": "8", "k": "crc16"},
        {"f": "hh", "k": "crc16"},
        {"f": "hh", "m": "0", "k": "crc16"},
        {"f": "hh", "m": "256", "k": "crc16"},
        {"f": "hh", "m": "many", "k": "crc16"},
        {"f": "hh", "m": "8", "k": "31m9973"},
        {"f": "hh", "m": "8"},
    ],
)
def test_a_header_that_makes_no_sense_is_no_form(fields: dict[str, str]) -> None:
    assert BlockForm.of(fields, 2) is None
    text = "#K1 n=x " + " ".join(f"{key}={value}" for key, value in fields.items()) + " c=a//1,b//1"
    check = 0
    for byte in text.encode():
        check = (check * 31 + byte) % 9973
    (event,) = decode(f"{text} 1 {(check * 31 + 1) % 9973}\r\n".encode())
    assert isinstance(event, Unsupported)


def test_as_many_rows_as_a_block_can_have() -> None:
    form = BlockForm.of({"f": "h", "m": str(MAX_ROWS), "k": "crc16"}, 1)
    frame = block_frame(1, 0, MAX_ROWS - 1, [(n,) for n in range(MAX_ROWS)])
    found = form.parse(frame[1:-1]) if form else None
    assert found is not None and found.size == MAX_ROWS


# -- a stream of them --------------------------------------------------------------------------------


def test_numbers_go_on_beyond_what_a_block_can_say() -> None:
    data = b"".join(block(first) for first in range(1, 70_001, 4))
    numbers = [row[0] for row in rows_of(decode(H, data, END % 70_000))]
    assert numbers == list(range(1, 70_001))


def test_ticks_go_on_where_board_time_begins_anew_inside_a_block() -> None:
    period = 1 << 30
    frames = block_frame(1, period - 15, 30, [(1, 1)] * 4) + block_frame(5, 25, 30, [(1, 1)] * 4)
    times = [row[1] for row in rows_of(decode(H, frames, END % 8))]
    assert times == [period - 15 + 10 * index for index in range(8)]


def test_a_lost_block_is_counted_and_the_next_one_taken_at_the_one_behind_it() -> None:
    decoder = Decoder()
    decoder.feed(H + block(1))
    assert decoder.feed(block(9)) == []
    assert merged(decoder.feed(block(13))) == [
        Gap(4, 4),
        Samples(rows_of(decode(H, block(1), block(5), block(9), block(13)))[8:]),
    ]


def test_a_lone_block_out_of_nowhere_is_not_taken() -> None:
    far = 4 + CONFIRMING_BLOCKS * 8 + 30
    events = decode(H, block(1), block(far), block(5), block(9), END % 12)
    assert [row[0] for row in rows_of(events)] == list(range(1, 13))
    assert not any(isinstance(event, Gap | Text) for event in events)


def test_a_board_that_began_anew_without_its_header() -> None:
    events = decode(H, block(1), block(5), block(1), block(5))
    assert [type(event) for event in merged(events)] == [Header, Samples, Restart, Samples]


def test_text_comes_through_at_once_between_blocks() -> None:
    decoder = Decoder()
    decoder.feed(H + block(1))
    assert decoder.feed(b"#E 1045 lid opened\r\n") == [Mark(1045, "lid opened")]
    assert decoder.feed("打印\r\n".encode()) == [Text("打印")]


def test_what_a_cut_block_leaves_holds_text_back_only_a_little() -> None:
    """A block of eight rows of two channels has at most 84 bytes on the wire."""
    decoder = Decoder()
    decoder.feed(H + block(1) + block(5)[:20])
    events = decoder.feed(b"\r\n" + b"hello\r\n" * 20)
    assert events.count(Text("hello")) >= 18


def test_blocks_before_their_header_are_lost_and_counted() -> None:
    decoder = StreamDecoder()
    decoder.feed(block(1) + b"#E 5 x\r\n", 0.0)
    assert decoder.needs_header
    events = decoder.feed(block(5) + block_header_line(2, 9) + block(9), 0.0)
    assert not decoder.needs_header
    assert [row[0] for row in rows_of(events)] == [9, 10, 11, 12]
    assert Gap(0, 8) in events


PIECES = st.one_of(
    st.binary(max_size=40),
    st.integers(1, 40).map(block),
    st.tuples(st.integers(1, 40), st.integers(1, 25)).map(lambda cut: block(cut[0])[: cut[1]]),
    st.sampled_from(
        [b"\xc0", b"\xc0\xc0", b"\xdb", b"\r\n", b"#E 5 x\r\n", "你好\r\n".encode(), b"#Z 7\n", b"#K"]
    ),
    st.sampled_from([H, block_header_line(2, 9), block_header_line(3, 1), H.replace(b"hz=", b"hx=")]),
    st.just(b"#K1 n=x c=a//1 1 7225\r\n1 5 5 36\r\n"),
)


@given(pieces=st.lists(PIECES, max_size=40), cuts=st.lists(st.integers(0, 1500), max_size=20))
@settings(max_examples=300)
def test_any_bytes_on_any_split_say_the_same(pieces: list[bytes], cuts: list[int]) -> None:
    data = H + b"".join(pieces)
    places = [0, *sorted(cuts), len(data)]
    split = [data[a:b] for a, b in pairwise(places)]
    assert merged(decode(*split)) == merged(decode(data))
    plain = StreamDecoder()
    assert merged([e for piece in split for e in plain.feed(piece, 0.0)] + plain.close()) == merged(
        decode(data)
    )


@given(kept=st.sets(st.integers(0, 14)))
def test_every_missing_block_is_in_a_gap_at_its_place(kept: set[int]) -> None:
    sent = block_stream(60, 2, 4, Random(1))
    verdict = judge(decode(sent.lines[0], *[sent.lines[1 + n] for n in sorted(kept)], sent.end), sent)
    assert verdict == Verdict(accepted=verdict.accepted, lost=60 - verdict.accepted)


@pytest.mark.parametrize("check", ["crc16", "crc32"])
@pytest.mark.parametrize("rows", [8, 32])
def test_a_hostile_stream(rows: int, check: str) -> None:
    """The short edition of bench/stream.py: a fault in one of three blocks of eight."""
    random = Random(20261124)
    sent = block_stream(20_000, 3, rows, random, check)
    faults = 800 if rows == 8 else 200
    data, touched = damage(sent, faults, random)
    verdict = judge(decode(data, sent.end), sent)
    assert verdict.wrong == verdict.uncounted == 0
    assert verdict.lost <= rows * 1.7 * touched
