"""What a board sends becomes columns: scaled, on one axis of time, whatever happens in between."""

from __future__ import annotations

from lesson_text import lesson

from makerlab.lessons.expectations.columns import Columns, Happened
from makerlab.lessons.trials.measured import Collector, named
from makerlab.wire.events import Channel, Fault, Gap, Header, Mark, Restart, Samples, Text


def collected(*events) -> Columns:
    collector = Collector()
    for event in events:
        collector.take([event])
    return collector.columns()


LIGHT = Header("light", (Channel("light", "lx", 0.5, 1),))


def test_rows_are_scaled_and_begin_at_second_0():
    found = collected(
        LIGHT, Text("hello"), Samples([(1, 5000, 4), (2, 5200, None)]), Gap(2, 1),
        Fault(5300, "light", "loose"), Mark(5250, "near"), Samples([(4, 5600, 8)]),
    )  # fmt: skip
    assert [round(time, 9) for time in found.time_s] == [0, 0.2, 0.6]
    assert found.values == {"light": [2, None, 4]}
    assert found.units == {"light": "lx"}
    assert [(round(event.time_s, 9), event.text) for event in found.events] == [(0.25, "near")]


def test_another_header_adds_columns():
    two = Header("both", (Channel("light", "lx", 0.5, 1), Channel("key")), tick_s=1e-6)
    found = collected(LIGHT, Samples([(1, 0, 4)]), two, Samples([(2, 1_000_000, 6, 1)]))
    assert found.values == {"light": [2, 3], "key": [None, 1]}
    assert list(found.time_s) == [0, 1]


def test_a_board_that_begins_anew_goes_on_in_time():
    found = collected(
        LIGHT, Samples([(1, 0, 4), (2, 1000, 4)]), Restart(), LIGHT, Samples([(1, 30, 6), (2, 530, 6)])
    )
    assert [round(time, 9) for time in found.time_s] == [0, 1, 1, 1.5]


def test_titles_are_taken_for_their_channels():
    table = Columns([0], {"光线": [1], "lamp": [0], "else": [5]}, [Happened(0, "a")], {"光线": "lx"})
    found = named(table, lesson("check: count, min: 1"))
    assert found.values == {"light": [1], "lamp": [0], "else": [5]} and found.units == {"light": "lx"}
