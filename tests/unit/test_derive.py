"""From what was measured to what is shown: calibration and derived channels."""

from __future__ import annotations

import pytest

from makerlab.recording.calculated.calibration import Calibration, SamePoint, through
from makerlab.recording.calculated.derive import BadDerived, Derived, Transform, derived, unknown_names
from makerlab.recording.calculated.expression_tree import BadExpression
from makerlab.wire.events import Channel, Event, Header, Mark, Restart, Samples

HEADER = Header("x", (Channel("temperature", "degC", 0.01, 2), Channel("light", "lx")), rate_hz=10)


def shown(transform: Transform, *events: Event) -> list[list[str]]:
    """The rows that come out, as they are written."""
    header, lines = None, []
    for event in transform.take(events):
        if isinstance(event, Header):
            header = event
        elif isinstance(event, Samples):
            assert header is not None
            lines += [
                [channel.text(value) for channel, value in zip(header.channels, row[2:], strict=True)]
                for row in event.rows
            ]
    return lines


def test_a_derived_channel_has_unit_and_digits_of_what_it_adds():
    transform = Transform({}, [derived("drop = first(temperature) - temperature")])
    (header,) = transform.take([HEADER])
    assert isinstance(header, Header)
    assert header.channels == (*HEADER.channels, Channel("drop", "degC", 1.0, 2))
    assert shown(transform, HEADER, Samples([(1, 0, 2000, 5), (2, 100, 1990, 6), (3, 200, None, 6)])) == [
        ["20.00", "5", "0.00"],
        ["19.90", "6", "0.10"],
        ["", "6", ""],
    ]


def test_a_product_has_the_digits_that_count_and_the_unit_it_is_given():
    definitions = [derived("power[W] = temperature * light / 3"), derived("twice = power * 2")]
    transform = Transform({}, definitions)
    (header,) = transform.take([HEADER])
    assert isinstance(header, Header)
    assert header.channels[2:] == (Channel("power", "W", decimals=None), Channel("twice", decimals=None))
    assert shown(transform, HEADER, Samples([(1, 0, 2000, 5)])) == [["20.00", "5", "33.33333", "66.66666"]]


def test_time_counts_from_the_first_row_and_through_a_restart():
    transform = Transform({}, [derived("t = time * 1")])
    rows = Samples([(1, 5000, 0, 0), (2, 5250, 0, 0)])
    again = Samples([(1, 100, 0, 0), (2, 1100, 0, 0)])
    lines = shown(transform, HEADER, rows, Restart(), HEADER, again)
    assert [line[2] for line in lines] == ["0.0", "0.25", "0.25", "1.25"]


def test_what_it_remembers_outlives_headers_and_restarts_but_not_other_channels():
    transform = Transform({}, [derived("start = first(light)")])
    other = Header("x", (Channel("light", "lx"),))
    assert [line[-1] for line in shown(
        transform, HEADER, Samples([(1, 0, 0, 7)]), HEADER, Samples([(2, 100, 0, 9)]), Restart(),
        HEADER, Samples([(1, 0, 0, 8)]), other, Samples([(2, 100, 3)]),
    )] == ["7", "7", "7", "3"]  # fmt: skip


def test_calibration_moves_a_channel_and_what_is_calculated_from_it():
    calibration = through("temperature", (1.5, 98.5), (0.0, 100.0), "degC")
    transform = Transform({"temperature": calibration}, [derived("drop = first(temperature) - temperature")])
    rows = Samples([(1, 0, 9850, 5), (2, 100, 150, 5), (3, 200, 5000, 5)])
    assert shown(transform, HEADER, rows) == [
        ["100.00", "5", "0.00"],
        ["0.00", "5", "100.00"],
        ["50.00", "5", "50.00"],
    ]


def test_a_calibration_in_another_unit_is_not_applied():
    calibration = through("temperature", (1.5, 98.5), (0.0, 100.0), "degF")
    assert shown(Transform({"temperature": calibration}, []), HEADER, Samples([(1, 0, 2000, 5)])) == [
        ["20.00", "5"]
    ]


def test_without_definitions_everything_passes_as_it_is():
    events: list[Event] = [HEADER, Samples([(1, 0, 2000, 5)]), Mark(3, "x")]
    assert Transform({}, []).take(events) == events


def test_gain_and_offset():
    calibration = Calibration((10.0, 30.0), (12.0, 52.0))
    assert (calibration.gain, calibration.offset, calibration.corrected(20.0)) == (2.0, -8.0, 32.0)


@pytest.mark.parametrize(
    ("measured", "known"),
    [((20.0, 20.0), (0.0, 100.0)), ((1.0, float("nan")), (0.0, 1.0)), ((1.0, 2.0), (5.0, 5.0))],
)
def test_two_points_that_give_no_line(measured, known):
    with pytest.raises(SamePoint):
        through("temperature", measured, known)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("drop = light - 1", Derived("drop", "light - 1")),
        ("power[W]=light*2", Derived("power", "light*2", "W")),
        ("温差 ＝ first(温度) － 温度", Derived("温差", "first(温度) － 温度")),
        ("`my drop` [°C] = light", Derived("my drop", "light", "°C")),
    ],
)
def test_how_it_is_written(text, expected):
    assert derived(text) == expected


@pytest.mark.parametrize(
    "text", ["", "light", "= light", "1a = light", "time = light", "a == light", "a[b,c] = light"]
)
def test_what_is_no_definition(text):
    with pytest.raises(BadDerived) as refused:
        derived(text)
    assert "--derive" in refused.value.hint


def test_a_definition_must_be_a_number():
    with pytest.raises(BadExpression, match="this is a condition"):
        derived("hot = temperature > 40")


def test_names_are_looked_up_among_channels_and_those_defined_before():
    channels = ["temperature", "light"]
    assert unknown_names([derived("a = light"), derived("b = a * 2")], channels) is None
    assert isinstance(unknown_names([derived("b = a * 2"), derived("a = light")], channels), BadExpression)
    assert isinstance(unknown_names([derived("light = temperature")], channels), BadDerived)
