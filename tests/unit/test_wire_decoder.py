"""The decoder against the golden vectors, on any split, and against a hostile stream."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makerlab.wire.decoder import EARLY_ROWS, Decoder
from makerlab.wire.events import Event, Gap, Header, Restart, Samples, Text
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
