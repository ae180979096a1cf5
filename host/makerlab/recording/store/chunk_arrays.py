"""Chunks of the notebook as numpy arrays: the reading side of `chunks`. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from makerlab.recording.store.chunks import BLOCK_ROWS, COLUMN, FIRST, FIRST_STEP, as_float
from makerlab.wire.events import Channel, Value

if TYPE_CHECKING:
    from makerlab.recording.about import Floats, Integers

_TIMES = np.dtype([("rows", "<u4"), ("ticks", "<i8"), ("seconds", "<f8"), ("rate", "<f8")])
_INTEGERS = {"b": "<i1", "h": "<i2", "i": "<i4", "q": "<i8"}
_MOST = np.iinfo(np.int64).max
"""Sequence numbers beyond it, which only a broken board sends, are read as this."""


class Rows(NamedTuple):
    """A chunk's rows. `values` are the channels' columns as they lie in the blob."""

    seq: Integers
    ticks: Integers
    values: list[tuple[str, bytes]]


def decode(data: bytes, rows: int) -> Rows:
    """The rows in the blob `data`."""
    columns: list[tuple[str, bytes]] = []
    at = 0
    while at < len(data):
        kind, size = COLUMN.unpack_from(data, at)
        at += COLUMN.size
        columns.append((kind.decode(), data[at : at + size]))
        at += size
    seq, ticks, *values = columns
    return Rows(_steady(*seq, rows), _steady(*ticks, rows), values)


def seconds(times: bytes, ticks: Integers, tick_s: float) -> Floats:
    """When each row was measured, in seconds from the recording's start."""
    pieces = np.frombuffer(times, _TIMES)
    counts = pieces["rows"]
    anchor_s = np.repeat(pieces["seconds"], counts)
    offset_s: Floats = (ticks - np.repeat(pieces["ticks"], counts)) * tick_s
    result: Floats = anchor_s + offset_s * np.repeat(pieces["rate"], counts)
    return result


def batch_sizes(times: bytes) -> list[int]:
    """How many rows came together each time."""
    sizes: list[int] = np.frombuffer(times, _TIMES)["rows"].tolist()
    return sizes


def values(column: tuple[str, bytes]) -> list[Value]:
    """The values as they came."""
    kind, payload = column
    if kind == "j":
        plain: list[Value] = json.loads(payload)
        return plain
    if kind == "d":
        floats = np.frombuffer(payload, "<f8").tolist()
        return [None if value != value else value for value in floats]
    integers = np.frombuffer(payload, _INTEGERS[kind])
    missing = int(np.iinfo(integers.dtype).min)
    listed: list[Value] = integers.tolist()
    return [None if value == missing else value for value in listed] if missing in integers else listed


def quantities(column: tuple[str, bytes], channel: Channel) -> Floats:
    """The values in the channel's unit, with no more digits than were measured; NaN: could not be read."""
    kind, payload = column
    raw: Floats
    if kind == "j":
        raw = np.array([np.nan if value is None else as_float(value) for value in json.loads(payload)])
    elif kind == "d":
        raw = np.frombuffer(payload, "<f8")
    else:
        integers = np.frombuffer(payload, _INTEGERS[kind])
        raw = integers.astype(np.float64)
        raw[integers == np.iinfo(integers.dtype).min] = np.nan
    return in_unit(raw, channel)


def in_unit(raw: Floats, channel: Channel) -> Floats:
    """`raw` values in the channel's unit."""
    if channel.scale == 1.0:
        return raw
    if channel.decimals and channel.scale == 10.0**-channel.decimals:
        return raw / 10.0**channel.decimals  # 23.58, where times 0.01 gives 23.580000000000002
    scaled: Floats = raw * channel.scale
    return scaled if channel.decimals is None else np.round(scaled, channel.decimals)


class Blocks(NamedTuple):
    """The envelope of a chunk: for each block of rows when it begins and ends, how many rows it has, and by
    channel its lowest and highest value."""

    start_s: Floats
    end_s: Floats
    rows: Integers
    low: Floats
    high: Floats


def blocks(envelope: bytes, rows: int, channels: int) -> Blocks:
    """What the blob `envelope` says of a chunk of `rows`; low and high have a column a channel."""
    table = np.frombuffer(envelope, "<f8").reshape(-1, 2 + 2 * channels)
    counts = np.full(len(table), BLOCK_ROWS, np.int64)
    counts[-1] = rows - BLOCK_ROWS * (len(table) - 1)
    return Blocks(table[:, 0], table[:, 1], counts, table[:, 2::2], table[:, 3::2])


def _steady(kind: str, payload: bytes, rows: int) -> Integers:
    if kind == "=":
        first, step = FIRST_STEP.unpack(payload)
        steady: Integers = first + step * np.arange(rows, dtype=np.int64)
        return steady
    if kind == "j":
        return np.array([min(one, _MOST) for one in json.loads(payload)], np.int64)
    numbers = np.empty(rows, np.int64)
    (numbers[0],) = FIRST.unpack_from(payload)
    numbers[1:] = np.frombuffer(payload, _INTEGERS[kind.lower()], offset=FIRST.size)
    np.cumsum(numbers, out=numbers)
    return numbers
