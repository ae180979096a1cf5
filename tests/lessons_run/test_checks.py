"""Every check against figures worked out by hand, and what it says."""

from __future__ import annotations

import math

import pytest
from lesson_text import columns, judged, lesson

from makerlab.i18n import set_language
from makerlab.lessons.expectation_kinds import CHECKS
from makerlab.lessons.expectations.judge import _CHECKS, judge

TEN = list(range(10))
"""Ten rows, one a second."""


def figure(rule: str, data) -> float:
    found = judged(rule, data)
    assert found.figure is not None, found.reason.text
    return found.figure.value


def reason(rule: str, data) -> str:
    return judged(rule, data).reason.text


def test_there_is_a_judge_for_every_check():
    assert set(_CHECKS) == set(CHECKS)


def test_count_rate_and_gap():
    times = [0, 0.5, 1.0, 3.0, 3.5]
    data = columns(times, light=[1, 2, None, 4, 5])
    assert figure("check: count, min: 5", data) == 5
    assert figure("check: count, channel: light, min: 5", data) == 4  # one could not be read
    assert figure("check: rate, max: 2", data) == pytest.approx(4 / 3.5)
    assert figure("check: gap, max: 2", data) == 2
    assert figure("check: gap, channel: light, max: 2", data) == 2.5
    assert reason("check: gap, max: 1", data) == (
        "There was a pause of 2 s between two rows; it should be at most 1 s."
    )


def test_range_and_share():
    data = columns(TEN, light=[5, 6, 7, 8, 99, 5, 6, 7, 8, 9])
    assert not judged("check: range, channel: light, min: 0, max: 10", data).met
    assert reason("check: range, channel: light, min: 0, max: 10", data) == (
        "“light” was 99 lx at 4 s; it should be from 0 to 10 lx."
    )
    assert judged("check: range, channel: light, max: 10, share: 0.9", data).met
    assert reason("check: range, channel: light, max: 10, share: 0.95", data) == (
        "10 % of the values of “light” lie outside; it should be at most 10 lx."
    )
    assert reason("check: range, channel: light, min: 5", data) == "“light” went from 5 lx to 99 lx."


def test_monotonic_looks_at_parts_so_that_noise_does_not_count():
    falling = [100 - t + (-1) ** t * 0.4 for t in range(60)]
    data = columns(range(60), light=falling)
    assert judged("check: monotonic, channel: light, direction: falling", data).met
    assert not judged("check: monotonic, channel: light, direction: rising", data).met
    bumped = [value + (15 if 30 <= t < 40 else 0) for t, value in enumerate(falling)]
    assert (
        reason("check: monotonic, channel: light, direction: falling", columns(range(60), light=bumped))
        == "“light” rose by 10.2 lx near 32 s; it should only fall."
    )
    assert judged(
        "check: monotonic, channel: light, direction: falling, slack: 11", columns(range(60), light=bumped)
    ).met
    assert (
        reason("check: monotonic, channel: light, direction: falling", columns(TEN, light=[7] * 10))
        == "“light” did not fall."
    )


def test_trend_is_spearmans_rank_correlation():
    # Ranks 1 2 3 4 5 against 2 1 4 3 5: d^2 = 1 1 1 1 0, rho = 1 - 6*4 / (5*24)
    data = columns(range(5), light=[20, 10, 400, 300, 5000])
    assert figure("check: trend, channel: light, min: 0.7", data) == pytest.approx(0.8)
    # Ties share their ranks: 1.5 1.5 3 against 1 2 3
    tied = columns(range(3), light=[4, 4, 9])
    assert figure("check: trend, channel: light, min: 0.7", tied) == pytest.approx(math.sqrt(3) / 2)
    against = columns(range(4), light=[9, 7, 5, 1], distance=[10, 20, None, 40])
    assert figure("check: trend, channel: light, against: distance, max: -1", against) == -1
    assert reason("check: trend, channel: light, max: -0.9", columns(TEN, light=[3] * 10)) == (
        "“light” never changes."
    )


def test_trend_from_part_to_part():
    data = columns(TEN, [(1, "near"), (4, "middle"), (7, "far")], light=[0, 9, 8, 9, 5, 6, 5, 1, 2, 1])
    rule = (
        "check: trend, channel: light, max: -0.9, parts: [{segment: near}, {segment: middle}, {segment: far}]"
    )
    assert figure(rule, data) == -1
    missing = columns(TEN, [(1, "near"), (7, "far")], light=TEN)
    assert reason(rule, missing) == "There is no mark “middle” in the data."


def test_slope_and_how_well_a_line_fits():
    # x 0 1 2, y 1 3 4: slope 1.5, r2 = 27/28
    data = columns([0, 1, 2], light=[1, 3, 4])
    assert figure("check: slope, channel: light, min: 1", data) == pytest.approx(1.5)
    assert figure("check: slope, channel: light, min: 1, r2_min: 0.99", data) == pytest.approx(27 / 28)
    assert not judged("check: slope, channel: light, min: 1, r2_min: 0.99", data).met
    against = columns([0, 1, 2], light=[10, 20, 30], distance=[1, 2, 3])
    assert figure("check: slope, channel: light, against: distance, min: 9, max: 11", against) == 10


def test_ratio_and_difference_of_two_parts():
    data = columns(TEN, [(0, "near"), (5, "far")], light=[12, 12, 12, 12, 12, 3, 3, 3, 3, 3])
    assert figure("check: ratio, channel: light, of: {segment: near}, to: {segment: far}, min: 3", data) == 4
    assert figure("check: difference, channel: light, of: {t: [0, 5]}, to: {t: [5, 10]}, min: 3", data) == 9
    zero = columns(TEN, light=[1] * 5 + [0] * 5)
    assert reason("check: ratio, channel: light, of: {t: [0, 5]}, to: {t: [5, 10]}, min: 3", zero) == (
        "“light” is 0 in “5-10 s”: nothing can be divided by that."
    )


def waves(period_s: float, seconds: float, hz: float = 50) -> tuple[list[float], list[float]]:
    times = [index / hz for index in range(round(seconds * hz))]
    return times, [1000 + 90 * math.cos(2 * math.pi * time / period_s) for time in times]


@pytest.mark.parametrize("period_s", [0.3, 0.5015, 1.003, 2.7])
def test_period_and_peaks(period_s: float):
    times, values = waves(period_s, 12)
    data = columns(times, light=values)
    assert figure("check: period, channel: light, min: 0", data) == pytest.approx(period_s, rel=0.003)
    highest = sum(0 < time * 1.0 < 12 - period_s / 2 for time in times if abs(time / period_s % 1) < 0)
    assert highest == 0
    assert figure("check: peaks, channel: light, height: 80, min: 0", data) == pytest.approx(
        12 / period_s, abs=1
    )


def test_a_period_needs_a_steady_beat():
    times = [index / 20 for index in range(400)]
    uneven = [math.sin(time * time) for time in times]
    assert "not in a steady beat" in reason(
        "check: period, channel: light, max: 9", columns(times, light=uneven)
    )
    flat = columns(times, light=[1000 + index % 2 for index in range(400)])
    assert reason("check: period, channel: light, max: 9", columns(times, light=[7] * 400)) == (
        "“light” does not go up and down in a beat."
    )
    assert figure("check: period, channel: light, min: 0", flat) == pytest.approx(0.1)


def test_the_period_of_parts_is_compared():
    slow_t, slow = waves(1.0, 10)
    quick_t, quick = waves(0.5, 10)
    data = columns(
        [*slow_t, *(10 + time for time in quick_t)], [(0, "long"), (10, "short")], light=[*slow, *quick]
    )
    rule = "check: ratio, channel: light, measure: period, of: {segment: long}, to: {segment: short}, "
    assert figure(f"{rule}min: 1.9, max: 2.1", data) == pytest.approx(2, rel=0.01)
    spread = (
        "check: ratio, channel: light, measure: spread, of: {segment: long}, to: {segment: short}, min: 0"
    )
    assert figure(spread, data) == pytest.approx(1, rel=0.01)


def test_spacing_of_peaks():
    values = [0, 9, 0, 0, 9, 0, 0, 0, 0, 0, 9, 0]
    data = columns(range(12), light=values)
    assert figure("check: peaks, channel: light, height: 5, min: 1", data) == 3
    assert reason("check: peaks, channel: light, height: 5, spacing: [2, 4], min: 1", data) == (
        "After the peak of “light” at 4 s the next came 6 s later; it should be from 2 to 4 s."
    )


def test_settle():
    cooling = [20 + 40 * 0.5 ** (t / 10) for t in range(100)]
    data = columns(range(100), light=cooling)
    assert judged("check: settle, channel: light, final: [19, 22], by_s: 60", data).met
    assert reason("check: settle, channel: light, final: [19, 22], by_s: 20", data) == (
        "“light” came to rest at 20.1 lx later than 20 s after the start."
    )
    assert reason("check: settle, channel: light, final: [30, 40], by_s: 60", data) == (
        "“light” ended at 20 lx; it should be from 30 to 40 lx."
    )
    assert reason("check: settle, channel: light, final: [19, 22], by_s: 200", data) == (
        "It was measured for less than 200 s."
    )


def test_step():
    data = columns(TEN, light=[5, 6, 5, 6, 5, 6, 15, 16, 15, 16])
    assert figure("check: step, channel: light, min: 8", data) == pytest.approx(10)
    assert judged("check: step, channel: light, min: 8, at_s: [5, 7]", data).met
    assert reason("check: step, channel: light, min: 8, at_s: [0, 3]", data) == (
        "“light” jumped at 6 s; that should happen at from 0 to 3 s."
    )
    down = columns(TEN, light=[9] * 4 + [2] * 6)
    assert figure("check: step, channel: light, max: -5", down) == -7


def test_toggles():
    data = columns(TEN, lamp=[0, 0, 1, 0, 1, 1, 1, 0, 0, None])
    assert figure("check: toggles, channel: lamp, threshold: 0.5, max: 2", data) == 4
    assert reason("check: toggles, channel: lamp, threshold: 0.5, max: 2", data) == (
        "“lamp” switched 4 times; it should be at most 2."
    )


def test_correlate_is_pearsons():
    # x 1 2 3 4, y 2 1 4 3: r = 0.6
    data = columns(range(4), light=[2, 1, 4, 3], distance=[1, 2, 3, 4])
    assert figure("check: correlate, channel: light, against: distance, min: 0.5", data) == pytest.approx(0.6)


def test_peak_time_is_not_that_of_one_wrong_reading():
    day = [1000 * math.sin(math.pi * t / 200) for t in range(200)]
    day[20] = 1200
    data = columns(range(200), light=day)
    assert figure("check: peak_time, channel: light, between: [90, 110]", data) == pytest.approx(100, abs=3)
    assert judged("check: peak_time, channel: light, between: [90, 110]", data).met


def test_classify():
    data = columns(TEN, light=[1, 1, 2, 2, 3, 3, 3, 1, 1, 2], lamp=[1, 1, 2, 3, 3, 3, 3, 1, 2, 2])
    assert figure("check: classify, channel: light, truth: lamp, min: 0.9", data) == 0.8
    assert reason("check: classify, channel: light, truth: lamp, min: 0.9", data) == (
        "“light” is right in 80 %, which should be more; mostly 2 was taken for 1 (1 times)."
    )


def test_parts_by_time_by_label_and_both():
    events = [(2, "near"), (3, "a note of the teacher"), (6, "far")]
    data = columns(TEN, events, light=TEN)
    others = ["check: count, channel: light, where: {segment: far}, min: 1"]

    def values(where: str) -> str:
        return judged(f"check: range, channel: light, min: 0, where: {where}", data, "", *others).reason.text

    assert values("{t: [3, 5]}") == "“light” went from 3 lx to 4 lx."
    assert values("{segment: near}") == "“light” went from 2 lx to 5 lx."  # the note ends nothing
    assert values("{segment: near, t: [1, 3]}") == "“light” went from 3 lx to 4 lx."
    assert values("{segment: near, t: [1, 100]}") == "“light” went from 3 lx to 5 lx."
    assert values("{segment: far}") == "“light” went from 6 lx to 9 lx."


def test_a_label_that_comes_again_counts_instead():
    data = columns(TEN, [(1, "near"), (5, "near")], light=TEN)
    assert figure("check: count, channel: light, where: {segment: near}, min: 1", data) == 5


def test_what_differs_for_a_board():
    data = columns(TEN, light=TEN)
    rule = "check: count, min: 20, by: {microbit-v1: {min: 5}}"
    assert not judged(rule, data, "microbit-v2").met
    assert judged(rule, data, "microbit-v1").met


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (columns([], light=[]), "There are no rows there."),
        (columns(TEN, lamp=TEN), "“light” was not measured."),
        (columns(TEN, light=[None] * 10), "“light” has no values there: its sensor did not answer."),
    ],
)
def test_data_that_is_not_there_is_not_met_and_says_so(data, says: str):
    for check, values in {
        "range": "min: 0", "trend": "max: 0", "slope": "min: 0", "toggles": "threshold: 1, min: 0",
        "period": "min: 0", "step": "min: 0", "peaks": "height: 1, min: 0",
        "settle": "final: [0, 1], by_s: 1", "peak_time": "between: [0, 1]",
        "monotonic": "direction: rising",
    }.items():  # fmt: skip
        found = judged(f"check: {check}, channel: light, {values}", data)
        assert not found.met and found.figure is None
        assert found.reason.text == says, check


def test_reasons_in_chinese():
    set_language("zh")
    try:
        data = columns(TEN, lamp=[0, 1] * 5)
        assert reason("check: toggles, channel: lamp, threshold: 0.5, max: 2", data) == (
            "“灯”开关了 9 次；应该是 不超过 2。"
        )
        assert reason("check: range, channel: light, min: 1", columns(TEN, lamp=TEN)) == "没有测“光线”。"
    finally:
        set_language("en")


def test_all_of_a_target_are_judged_in_order():
    made = lesson("check: count, min: 5", "check: count, max: 5")
    found = judge(made, "one", "microbit-v2", columns(TEN, light=TEN))
    assert [(one.expectation.id, one.met) for one in found] == [("e0", True), ("e1", False)]
