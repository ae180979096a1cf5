"""Rows in chunks: what goes in comes out, whatever it is, and no peak is missing in the envelope."""

from __future__ import annotations

import math
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makerlab.recording.about import Clock
from makerlab.recording.store import chunk_arrays
from makerlab.recording.store.chunks import BLOCK_ROWS, Dating, encode
from makerlab.recording.store.growing import PIECES_A_LEVEL, Growing, Line
from makerlab.wire.events import Channel, Header, Row, Value

TICK_S = 0.001
INTEGERS = st.one_of(
    st.integers(-128, 127),
    st.integers(-(2**15), 2**15 - 1),
    st.integers(-(2**31), 2**31),
    st.integers(-(2**63), 2**63 - 1),
)
VALUES: st.SearchStrategy[list[Value]] = st.one_of(
    st.lists(INTEGERS, min_size=1, max_size=60),
    st.lists(st.none() | INTEGERS, min_size=1, max_size=60),
    st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=60),
    st.lists(st.none() | INTEGERS | st.floats(allow_nan=False), min_size=1, max_size=60),
    st.lists(st.integers(-(10**30), 10**30), min_size=1, max_size=60),
)


def table(values: list[Value], steps: list[int] | None = None) -> list[Row]:
    ticks = list(accumulate(steps or [7] * len(values), initial=1000))
    return [(n, ticks[n], value) for n, value in enumerate(values, 1)]


@given(VALUES)
@settings(deadline=None)
def test_values_come_out_as_they_went_in(values: list[Value]) -> None:
    """Also their kind: 23 is not 23.0, and a value that could not be read is not the lowest number."""
    rows = table(values)
    chunk = encode(rows, [Dating(0, 1000, 0.0, 1.0)], 0, TICK_S)
    decoded = chunk_arrays.decode(chunk.data, chunk.rows)
    (column,) = decoded.values
    found = chunk_arrays.values(column)
    assert [(type(one), one) for one in found] == [(type(one), one) for one in values]
    assert decoded.seq.tolist() == [row[0] for row in rows]
    assert decoded.ticks.tolist() == [row[1] for row in rows]
    numbers = [math.nan if one is None else float(one) for one in values]
    np.testing.assert_array_equal(chunk_arrays.quantities(column, Channel("x", decimals=None)), numbers)


@given(st.lists(st.sampled_from([0, 1, 100, 70_000, 2**40]), min_size=1, max_size=600))
@settings(deadline=None)
def test_ticks_and_their_times_come_out_whatever_the_steps(steps: list[int]) -> None:
    rows = table([None] * len(steps), steps)
    datings = [Dating(n, rows[n][1], n * 1.5, 1.007) for n in range(0, len(rows), 7)]
    chunk = encode(rows, datings, 0, TICK_S)
    decoded = chunk_arrays.decode(chunk.data, chunk.rows)
    assert decoded.ticks.tolist() == [row[1] for row in rows]
    times = [datings[n // 7].at(row[1], TICK_S) for n, row in enumerate(rows)]
    assert chunk_arrays.seconds(chunk.times, decoded.ticks, TICK_S).tolist() == times
    assert (chunk.start_s, chunk.end_s) == (times[0], times[-1])
    assert sum(chunk_arrays.batch_sizes(chunk.times)) == len(rows)
    blocks = chunk_arrays.blocks(chunk.envelope, chunk.rows, 1)
    assert blocks.start_s.tolist() == times[::BLOCK_ROWS]
    assert blocks.rows.sum() == len(rows)


@pytest.mark.parametrize(
    ("values", "bytes_a_value"),
    [([5] * 1000, 1), ([-127, 127] * 500, 1), ([-128] * 1000, 2), ([30_000] * 1000, 2), ([2**20] * 1000, 4)],
)
def test_a_value_takes_as_few_bytes_as_it_needs(values: list[Value], bytes_a_value: int) -> None:
    chunk = encode(table(values), [Dating(0, 1000, 0.0, 1.0)], 0, TICK_S)
    assert len(chunk.data) - bytes_a_value * len(values) < 60


@given(st.lists(st.none() | st.integers(-1000, 1000), min_size=1, max_size=3 * BLOCK_ROWS))
@settings(deadline=None)
def test_a_block_knows_its_lowest_and_highest(values: list[Value]) -> None:
    chunk = encode(table(values), [Dating(0, 1000, 0.0, 1.0)], 0, TICK_S)
    blocks = chunk_arrays.blocks(chunk.envelope, chunk.rows, 1)
    for number, (low, high) in enumerate(zip(blocks.low[:, 0], blocks.high[:, 0], strict=True)):
        known = [one for one in values[number * BLOCK_ROWS : (number + 1) * BLOCK_ROWS] if one is not None]
        assert (low, high) == (min(known), max(known)) if known else math.isnan(low) and math.isnan(high)


def test_a_number_of_a_board_gone_mad_is_kept_as_far_as_it_can_be() -> None:
    chunk = encode([(10**25, 5, 1)], [Dating(0, 5, 0.0, 1.0)], 0, TICK_S)
    assert chunk_arrays.decode(chunk.data, 1).seq.tolist() == [2**63 - 1]
    chunk = encode([(1, 5, 10**400), (2, 6, -(10**400))], [Dating(0, 5, 0.0, 1.0)], 0, TICK_S)
    (column,) = chunk_arrays.decode(chunk.data, 2).values
    assert chunk_arrays.values(column) == [10**400, -(10**400)]
    assert chunk_arrays.quantities(column, Channel("x")).tolist() == [math.inf, -math.inf]


def test_quantities_have_the_digits_that_were_measured() -> None:
    """2358 times 0.01 is 23.580000000000002."""
    chunk = encode(table([2358, None, -5]), [Dating(0, 1000, 0.0, 1.0)], 0, TICK_S)
    (column,) = chunk_arrays.decode(chunk.data, 3).values
    found = chunk_arrays.quantities(column, Channel("t", "degC", 0.01, 2)).tolist()
    assert found[0] == 23.58 and math.isnan(found[1]) and found[2] == -0.05
    steps_of_3 = chunk_arrays.quantities(column, Channel("t", "m", 0.03, 2)).tolist()
    assert (steps_of_3[0], steps_of_3[2]) == (70.74, -0.15)


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=40), st.sets(st.integers(0, 39)))
@settings(deadline=None)
def test_pieces_join_into_the_rows_that_came(sizes: list[int], failed: set[int]) -> None:
    """Saved after every batch; now and then that does not work and is made up for the next time."""
    header = Header("x", (Channel("x"),))
    part = Growing(0, header, 0.0, {}, Line(0, 0.0, 1.0), Clock(0.0, 1.0, 0.0, 0.0))
    stored: dict[int, int] = {}
    total = 0
    for number, size in enumerate(sizes):
        part.add(
            [(total + n, total + n, n % 50) for n in range(size)], Dating(total, total, total / 1e3, 1.0)
        )
        total += size
        pending = part.pending()
        pieces, now = pending.chunks()
        if number in failed:
            part.changed = True
            continue
        for piece in pieces:
            stored = {first: rows for first, rows in stored.items() if first < piece.first_row}
            stored[piece.first_row] = piece.chunk.rows
            decoded = chunk_arrays.decode(piece.chunk.data, piece.chunk.rows)
            assert decoded.seq.tolist() == list(range(piece.first_row, piece.first_row + piece.chunk.rows))
        part.saved(pending.rows, now)
        ends = [first + rows for first, rows in stored.items()]
        assert list(stored) == [0, *ends[:-1]] and ends[-1] == total
        assert len(part.kept) == total - part.kept_from < 4096
        assert len(part.pieces) <= 4 * PIECES_A_LEVEL
