"""Expectations are judged whatever the data is, and the same whatever its units are."""

from __future__ import annotations

import math
import random

import pytest
from lesson_text import columns, judged

from makerlab.lessons.expectations.numbers import peaks, ranks, spearman
from makerlab.lessons.expectations.verdict import number

RULES = (
    "check: count, min: 1", "check: rate, min: 1", "check: gap, max: 1",
    "check: range, channel: light, min: 0, max: 1", "check: monotonic, channel: light, direction: rising",
    "check: trend, channel: light, min: 0", "check: trend, channel: light, against: lamp, min: 0",
    "check: trend, channel: light, parts: [{segment: a}, {t: [0, 3]}, {segment: b}], min: 0",
    "check: slope, channel: light, min: 0, r2_min: 0.5",
    "check: ratio, channel: light, of: {t: [0, 5]}, to: {segment: b}, min: 1",
    "check: ratio, channel: light, measure: period, of: {t: [0, 5]}, to: {segment: b}, min: 1",
    "check: difference, channel: light, measure: spread, of: {segment: a}, to: {segment: b}, min: 1",
    "check: peaks, channel: light, height: 0.5, spacing: [0, 3], min: 1",
    "check: period, channel: light, min: 1", "check: settle, channel: light, final: [0, 1], by_s: 5",
    "check: step, channel: light, min: 1, at_s: [0, 5]",
    "check: toggles, channel: light, threshold: 0.5, min: 1",
    "check: correlate, channel: light, against: lamp, min: 0",
    "check: peak_time, channel: light, between: [0, 5]",
    "check: classify, channel: light, truth: lamp, min: 0.5",
)  # fmt: skip


def anything(dice: random.Random):
    """Columns such as boards, people and broken files give."""
    count = dice.choice((0, 1, 2, 3, 5, 40))
    step = dice.choice((0.0, 0.02, 1.0, 60.0))
    times = [index * step for index in range(count)]
    kind = dice.randrange(5)

    def value(index: int) -> float | None:
        if dice.random() < 0.1 or kind == 0:
            return None
        return (
            0.0,
            dice.gauss(0, 1),
            dice.choice((0, 1)),
            math.sin(index / 3),
            dice.choice((-1e15, 1e-15, 1e15)),
        )[kind]

    events = [(dice.uniform(-1, 60), dice.choice(("a", "b", "c"))) for _index in range(dice.randrange(4))]
    return columns(
        times, events, light=[value(index) for index in range(count)], lamp=[value(i) for i in range(count)]
    )


@pytest.mark.parametrize("rule", RULES)
def test_whatever_the_data_is_there_is_a_verdict_with_a_reason(rule: str):
    dice = random.Random(rule)
    for _round in range(150):
        found = judged(rule, anything(dice))
        text = found.reason.text
        assert text and "{" not in text
        assert found.figure is None or math.isfinite(found.figure.value)


@pytest.mark.parametrize(
    "check", ["trend, min: 0.5", "correlate, against: lamp, min: 0.5", "toggles, threshold: 0, min: 2"]
)
def test_what_has_no_unit_does_not_depend_on_one(check: str):
    dice = random.Random(7)
    for _round in range(30):
        light = [dice.gauss(0, 1) for _index in range(30)]
        lamp = [dice.gauss(0, 1) for _index in range(30)]
        plain = judged(f"channel: light, check: {check}", columns(range(30), light=light, lamp=lamp))
        scaled = judged(
            f"channel: light, check: {check}",
            columns(range(30), light=[1000 * value for value in light], lamp=lamp),
        )
        assert plain.figure and scaled.figure
        assert plain.figure.value == pytest.approx(scaled.figure.value)


def test_ranks_are_places_that_add_up():
    dice = random.Random(3)
    for count in range(1, 40):
        values = [dice.randrange(6) for _index in range(count)]
        assert sum(ranks(values)) == pytest.approx(count * (count + 1) / 2)
        assert spearman(values, values) in (None, pytest.approx(1))


def test_peaks_are_as_far_apart_as_they_must_be_high():
    dice = random.Random(5)
    for _round in range(50):
        values = [dice.gauss(0, 1) for _index in range(80)]
        for low, high in ((0.5, 1.0), (1.0, 3.0)):
            assert len(peaks(values, high)) <= len(peaks(values, low))
        for top in peaks(values, 1.0):
            assert values[top] == max(values[max(0, top - 1) : top + 2])


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (1.41421, "1.41"), (0.012345, "0.0123"), (15300.4, "15300"), (-0.5, "-0.5"), (100, "100"),
     (1e-9, "0.000000001"), (123456789, "123000000"), (2.0, "2"), (99.96, "100")],
)  # fmt: skip
def test_numbers_as_people_read_them(value: float, shown: str):
    assert number(value) == shown
